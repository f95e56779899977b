import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Person, RoomInfo } from "../protocol/messages.ts";
import {
  type Draft,
  type Entry,
  FIRST_ROOMS,
  type Hall,
  type HallEvents,
  type HallLimits,
  type Page,
  type Range,
  type Receipt,
} from "./hall.ts";
import { LedgerClient } from "./ledger-client.ts";

/** The hall of a chat that is one process: history in SQLite, presence in memory. */
export class LocalHall implements Hall {
  readonly #ledger: LedgerClient;
  readonly #events: HallEvents;
  readonly #limits: HallLimits;
  /** Who is in which room. */
  readonly #people: Map<string, Map<string, Person>>;
  /** Rooms that stay when everybody has left. */
  readonly #lasting: Set<string>;
  readonly stores = true;

  private constructor(ledger: LedgerClient, events: HallEvents, limits: HallLimits, rooms: Set<string>) {
    this.#ledger = ledger;
    this.#events = events;
    this.#limits = limits;
    this.#lasting = rooms;
    this.#people = new Map([...rooms].map((room) => [room, new Map<string, Person>()]));
  }

  /** Opens the history in `folder`, which is made where it is missing. Rejects where that is impossible. */
  static async open(worker: URL, folder: string, events: HallEvents, limits: HallLimits): Promise<LocalHall> {
    mkdirSync(folder, { recursive: true });
    const ledger = await LedgerClient.open(worker, join(folder, "chat.db"));
    const rooms = new Set([...FIRST_ROOMS, ...(await ledger.ask("rooms"))]);
    return new LocalHall(ledger, events, limits, rooms);
  }

  get log(): string {
    return this.#ledger.log;
  }

  claim(person: string, look: string): Promise<boolean> {
    return this.#ledger.ask("claim", person, look, Date.now());
  }

  async enter(room: string, who: Person): Promise<Entry> {
    const people = this.#people.get(room) ?? new Map<string, Person>();
    const before = people.get(who.id);
    if (before === undefined && people.size >= this.#limits.users) return { refused: "room-full" };
    if (!this.#people.has(room)) {
      if (this.#people.size >= this.#limits.rooms) return { refused: "too-many-rooms" };
      this.#people.set(room, people);
    }
    people.set(who.id, who);
    if (before?.name !== who.name) this.#events.came(room, who);
    return { people: [...people.values()] };
  }

  async leave(room: string, who: Person): Promise<void> {
    const people = this.#people.get(room);
    if (people?.delete(who.id)) this.#events.went(room, who);
    if (people?.size === 0 && !this.#lasting.has(room)) this.#people.delete(room);
  }

  async append(draft: Draft): Promise<Receipt> {
    this.#lasting.add(draft.room);
    const { said, fresh } = await this.#ledger.ask("append", draft);
    if (fresh) this.#events.said(draft.room, said);
    return said;
  }

  read(range: Range): Promise<Page> {
    return this.#ledger.ask("read", range);
  }

  async rooms(): Promise<RoomInfo[]> {
    return [...this.#people].map(([room, people]) => ({ room, people: people.size }));
  }

  typing(room: string, who: Person): void {
    this.#events.typing(room, who);
  }

  close(): Promise<void> {
    return this.#ledger.close();
  }
}
