import type { Person, RoomInfo, Said } from "../protocol/messages.ts";

/*
 * What the chat needs to know beyond its own connections: what was said, who is in which room, whose name is whose.
 * One process keeps it in SQLite and its own memory (LocalHall); several share it over Redis (RedisHall).
 */

/** Something to be said. `ref` is unique for its author: the same one twice is one message. */
export interface Draft {
  readonly room: string;
  readonly by: Person;
  readonly ref: string;
  readonly text: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** Where and when a message was stored. */
export interface Receipt {
  readonly seq: number;
  readonly at: number;
}

/** Which part of a room's history: the last, those before a message, or those after it. */
export interface Range {
  readonly room: string;
  readonly before?: number;
  readonly after?: number;
  readonly limit: number;
}

/** A part of a room's history, oldest first. */
export interface Page {
  readonly said: readonly Said[];
  /** The room's last message; 0 where nothing was said. */
  readonly last: number;
}

export type Entry =
  { readonly people: readonly Person[] } | { readonly refused: "room-full" | "too-many-rooms" };

/** What happens in the hall, whichever process it began in. Within a room `said` comes in order and once. */
export interface HallEvents {
  said(room: string, said: Said): void;
  came(room: string, who: Person): void;
  went(room: string, who: Person): void;
  typing(room: string, who: Person): void;
  /** Messages can be stored, or cannot, from now on. */
  stores(now: boolean): void;
  /** Events were missed: what is known of the rooms is out of date. */
  missed(): void;
}

export interface HallLimits {
  /** People in a room. */
  readonly users: number;
  /** Rooms in all. */
  readonly rooms: number;
}

/** Requests reject where the storage does not answer; nobody knows then whether they were carried out. */
export interface Hall {
  /** The name of this history: message numbers of another one mean nothing here. */
  readonly log: string;
  /** Whether messages can be stored at the moment. */
  readonly stores: boolean;
  /** Reserves a name, given by what it looks like, for one person, and releases the one they had. False: taken. */
  claim(person: string, look: string): Promise<boolean>;
  /** A person comes to a room of which they saw nothing so far from this process. */
  enter(room: string, who: Person): Promise<Entry>;
  leave(room: string, who: Person): Promise<void>;
  /** Resolves when the message is stored; the event `said` comes by itself. */
  append(draft: Draft): Promise<Receipt>;
  read(range: Range): Promise<Page>;
  /** The rooms that exist, with the number of people who are there. */
  rooms(): Promise<RoomInfo[]>;
  typing(room: string, who: Person): void;
  close(): Promise<void>;
}

/** Rooms that are there before anybody came. */
export const FIRST_ROOMS = ["lobby", "kitchen", "workshop"] as const;

/** Milliseconds for which a name stays reserved after its last use. */
export const NAME_KEPT = 7 * 24 * 60 * 60 * 1000;
