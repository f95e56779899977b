import { PAGE_SIZE, RESUME_SIZE } from "../protocol/limits.ts";
import type { Person, Said, ServerMessage, ServerMessageOf } from "../protocol/messages.ts";
import type { Entry, Hall, Page } from "../storage/hall.ts";
import type { Guest } from "./guest.ts";

/** A person in a room, by any number of connections; their last one may be gone for a moment, as in a reload. */
interface Stay {
  readonly who: Person;
  connections: number;
  leaving: NodeJS.Timeout | undefined;
}

/** A room, as far as this process has guests in it. */
interface Room {
  readonly stays: Map<string, Stay>;
  /** For each guest who is on the way in: what happened since they began to read the history. */
  readonly arriving: Set<ServerMessage[]>;
}

/** Where a guest wants to go on. */
export interface Wish {
  readonly room: string;
  readonly re?: string;
  readonly after?: number | undefined;
}

/** Sends a message to all connections that listen to a topic; each room is one. */
export type Publish = (topic: string, message: ServerMessage) => void;

/** The rooms of this process: who of its guests is where, and what they are told. */
export class Rooms {
  readonly #hall: Hall;
  readonly #publish: Publish;
  readonly #grace: number;
  readonly #rooms: Map<string, Room> = new Map();

  /** `grace`: milliseconds for which somebody whose connection is gone is still there. */
  constructor(hall: Hall, publish: Publish, grace: number) {
    this.#hall = hall;
    this.#publish = publish;
    this.#grace = grace;
  }

  /** Something happened in a room: its guests are told, those on the way in as soon as they are. */
  tell(room: string, message: ServerMessage): void {
    for (const meanwhile of this.#rooms.get(room)?.arriving ?? []) meanwhile.push(message);
    this.#publish(room, message);
  }

  /** Brings a guest into a room, and what was said there. Rejects where the storage does not answer. */
  async join(guest: Guest, who: Person, wish: Wish): Promise<"joined" | "room-full" | "too-many-rooms"> {
    const { room } = wish;
    const here = this.#rooms.get(room) ?? { stays: new Map(), arriving: new Set() };
    this.#rooms.set(room, here);
    const meanwhile: ServerMessage[] = [];
    here.arriving.add(meanwhile);
    const known = guest.rooms.has(room);
    if (!known) this.#arrive(here, who);
    guest.rooms.add(room);
    let entry: Entry | undefined;
    try {
      entry = await this.#hall.enter(room, who);
      if ("refused" in entry) return entry.refused;
      // The connection and its grace may both have ended while the storage was asked.
      if (!here.stays.has(who.id)) await this.#hall.leave(room, who);
      const page = await this.#read(wish);
      // From here on to the subscription nothing else can happen: what comes next is heard.
      guest.tell(joined(wish, entry.people, page));
      for (const message of meanwhile) if (isNews(message, page.last, who)) guest.tell(message);
      guest.listen(room);
      return "joined";
    } finally {
      here.arriving.delete(meanwhile);
      if (entry === undefined || "refused" in entry) this.#depart(guest, room, who);
    }
  }

  /** What the guest missed, where that is little enough; else the last page. */
  async #read({ room, after }: Wish): Promise<Page & { resumed: boolean }> {
    if (after !== undefined) {
      const missed = await this.#hall.read({ room, after, limit: RESUME_SIZE });
      const complete = after <= missed.last && missed.last - after === missed.said.length;
      if (complete) return { ...missed, resumed: true };
    }
    return { ...(await this.#hall.read({ room, limit: PAGE_SIZE })), resumed: false };
  }

  #arrive(here: Room, who: Person): void {
    const stay = here.stays.get(who.id);
    clearTimeout(stay?.leaving);
    here.stays.set(who.id, { who, connections: (stay?.connections ?? 0) + 1, leaving: undefined });
  }

  /** A guest leaves by their own wish: if it was their last connection, the others are told at once. */
  leave(guest: Guest, room: string, who: Person): void {
    this.#depart(guest, room, who);
    const stay = this.#rooms.get(room)?.stays.get(who.id);
    if (stay?.connections === 0) this.#end(room, stay);
  }

  /** A connection is gone. */
  lose(guest: Guest): void {
    if (guest.person === undefined) return;
    for (const room of guest.rooms) this.#depart(guest, room, guest.person);
  }

  #depart(guest: Guest, room: string, who: Person): void {
    const stay = this.#rooms.get(room)?.stays.get(who.id);
    if (!guest.rooms.delete(room) || stay === undefined) return;
    guest.unlisten(room);
    stay.connections--;
    if (stay.connections === 0) stay.leaving = setTimeout(() => this.#end(room, stay), this.#grace).unref();
  }

  #end(room: string, stay: Stay): void {
    clearTimeout(stay.leaving);
    const here = this.#rooms.get(room);
    if (here?.stays.get(stay.who.id) !== stay) return;
    here.stays.delete(stay.who.id);
    if (here.stays.size === 0 && here.arriving.size === 0) this.#rooms.delete(room);
    // Where the storage does not answer, it finds out by itself that nobody speaks for them any more.
    this.#hall.leave(room, stay.who).catch(() => {});
  }
}

function joined(
  { room, re, after }: Wish,
  people: readonly Person[],
  { said, last, resumed }: Page & { resumed: boolean },
): ServerMessageOf<"joined"> {
  const first = said[0]?.seq ?? last + 1;
  return {
    type: "joined",
    ...(re !== undefined && { re }),
    room,
    people: [...people],
    said: [...said],
    resumed: resumed && after !== undefined,
    more: first > 1,
    last,
  };
}

/** Whether somebody who has read up to `last` and has just come in does not know it yet. */
function isNews(message: ServerMessage, last: number, who: Person): boolean {
  if (message.type === "said") return message.seq > last;
  return message.type !== "came" || message.who.id !== who.id;
}

export const saidMessage = (room: string, said: Said): ServerMessage => ({ type: "said", room, ...said });
