import { randomBytes } from "node:crypto";
import type { Person, RoomInfo, Said } from "../../protocol/messages.ts";
import {
  type Draft,
  type Entry,
  FIRST_ROOMS,
  type Hall,
  type HallEvents,
  type HallLimits,
  NAME_KEPT,
  type Page,
  type Range,
  type Receipt,
} from "../hall.ts";
import { type Client, makeClient } from "./client.ts";
import { parseSaid, tellEvent } from "./event.ts";
import { Follower } from "./follower.ts";
import { APPEND, BEAT, CLAIM, ENTER, EVENTS, LEAVE, PREFIX, ROOMS, SWEEP } from "./scripts.ts";

/** Milliseconds between two signs of life of a node, and after which it counts as dead. */
const BEAT_EVERY = 2000;
const DEAD_AFTER = 8000;

/** What a stream holds. */
type Entries = { readonly id: string; readonly message: Record<string, string> }[];

const newName = (): string => randomBytes(9).toString("base64url");

/** The hall of a chat that is several processes: all of it is in Redis, and every node follows what happens there. */
export class RedisHall implements Hall {
  readonly #client: Client;
  readonly #events: HallEvents;
  readonly #limits: HallLimits;
  /** People for whom this node speaks. */
  readonly #here: Map<string, Map<string, Person>> = new Map();
  #node = newName();
  #log = "";
  #stores = false;
  #isReturning = false;
  #follower: Follower | undefined;
  #timer: NodeJS.Timeout | undefined;

  private constructor(client: Client, events: HallEvents, limits: HallLimits) {
    this.#client = client;
    this.#events = events;
    this.#limits = limits;
  }

  /** Connects to Redis; rejects where it cannot be reached. */
  static async open(url: string, events: HallEvents, limits: HallLimits): Promise<RedisHall> {
    const hall = new RedisHall(makeClient(url), events, limits);
    try {
      await hall.#start(url);
      return hall;
    } catch (error) {
      await hall.close();
      throw error;
    }
  }

  async #start(url: string): Promise<void> {
    await connectOnce(this.#client);
    this.#log = await this.#beat();
    this.#follower = await Follower.start(makeClient(url), {
      happened: (event) => tellEvent(event, this.#events),
      missed: () => this.#events.missed(),
    });
    this.#stores = true;
    this.#client.on("error", () => this.#setStores(false));
    this.#client.on("ready", () => this.#live());
    this.#timer = setInterval(() => this.#live(), BEAT_EVERY);
  }

  get log(): string {
    return this.#log;
  }

  get stores(): boolean {
    return this.#stores;
  }

  #setStores(now: boolean): void {
    if (this.#stores === now) return;
    this.#stores = now;
    this.#events.stores(now);
  }

  #run(script: string, args: readonly string[], keys: readonly string[] = []): Promise<unknown> {
    return this.#client.eval(script, { keys: [...keys], arguments: [...args] });
  }

  /** Says that this node is alive, and gets the name of the history. */
  async #beat(): Promise<string> {
    return String(await this.#run(BEAT, [this.#node, String(DEAD_AFTER), newName(), ...FIRST_ROOMS]));
  }

  /** Speaks for this node, after an absence for all its people. What fails now is tried again with the next beat. */
  #live(): void {
    if (!this.#client.isReady || this.#isReturning) return;
    const done = this.#stores ? this.#beat().then(() => this.#run(SWEEP, [])) : this.#return();
    done.catch(() => {});
  }

  /**
   * Redis is back. The node goes on under a new name, so that whoever left meanwhile is not kept by its old one, and
   * brings its people along. If the history is another one, the follower has noticed that what it knew is gone.
   */
  async #return(): Promise<void> {
    this.#isReturning = true;
    try {
      this.#node = newName();
      const log = await this.#beat();
      for (const [room, people] of this.#here) {
        for (const who of people.values()) await this.#enter(room, who);
      }
      this.#log = log;
      this.#setStores(true);
    } finally {
      this.#isReturning = false;
    }
  }

  async claim(person: string, look: string): Promise<boolean> {
    return (await this.#run(CLAIM, [person, look, String(NAME_KEPT)])) === 1;
  }

  #enter(room: string, { id, name }: Person): Promise<unknown> {
    const { users, rooms } = this.#limits;
    return this.#run(ENTER, [room, id, name, this.#node, String(users), String(rooms)]);
  }

  async enter(room: string, who: Person): Promise<Entry> {
    const reply = await this.#enter(room, who);
    if (reply === "room-full" || reply === "too-many-rooms") return { refused: reply };
    const here = this.#here.get(room) ?? new Map<string, Person>();
    this.#here.set(room, here.set(who.id, who));
    const flat = reply as string[];
    const people = flat.flatMap((id, i) => (i % 2 === 0 ? [{ id, name: flat[i + 1]! }] : []));
    return { people };
  }

  async leave(room: string, { id, name }: Person): Promise<void> {
    const here = this.#here.get(room);
    here?.delete(id);
    if (here?.size === 0) this.#here.delete(room);
    await this.#run(LEAVE, [room, id, name, this.#node, ...FIRST_ROOMS]);
  }

  async append({ room, by, ref, text, at }: Draft): Promise<Receipt> {
    const keys = [`${PREFIX}said:${room}`, `${PREFIX}ref:${by.id}:${ref}`, `${PREFIX}owner:${by.id}`];
    const reply = await this.#run(
      APPEND,
      [room, by.id, by.name, ref, text, String(at), String(NAME_KEPT)],
      keys,
    );
    const [seq, stored] = reply as [string, string];
    return { seq: Number(seq), at: Number(stored) };
  }

  async read({ room, before, after, limit }: Range): Promise<Page> {
    const key = `${PREFIX}said:${room}`;
    const end = before === undefined ? "+" : `0-${before - 1}`;
    const both = this.#client.multi();
    if (after === undefined) both.xRevRange(key, end, "-", { COUNT: limit });
    else both.xRange(key, `0-${after + 1}`, "+", { COUNT: limit });
    // At once: a message between the two would look like one that is missing.
    const replies = await both.xRevRange(key, "+", "-", { COUNT: 1 }).exec();
    const [entries, newest] = replies as unknown as [Entries, Entries];
    if (after === undefined) entries.reverse();
    const said = entries.map(({ id, message }): Said => {
      const { person, name, ...rest } = parseSaid(message);
      return { seq: seqOf(id), by: { id: person, name }, ...rest };
    });
    const last = Math.max(said.at(-1)?.seq ?? 0, seqOf(newest[0]?.id ?? "0-0"));
    return { said, last };
  }

  async rooms(): Promise<RoomInfo[]> {
    const flat = (await this.#run(ROOMS, [])) as (string | number)[];
    const list = flat.flatMap((room, i) =>
      i % 2 === 0 ? [{ room: String(room), people: Number(flat[i + 1]) }] : [],
    );
    return list.toSorted((a, b) => (a.room < b.room ? -1 : 1));
  }

  typing(room: string, { id, name }: Person): void {
    const event = { kind: "typing", room, person: id, name };
    const trim = { strategy: "MAXLEN", strategyModifier: "~", threshold: 10_000 } as const;
    this.#client.xAdd(EVENTS, "*", event, { TRIM: trim }).catch(() => {});
  }

  /** People of this node are still shown for a moment: they are about to come back to another one. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    this.#follower?.close();
    this.#client.destroy();
  }
}

const seqOf = (id: string): number => Number(id.slice(2));

/** The first connection fails at once where there is no Redis; later ones are tried again. */
async function connectOnce(client: Client): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    client.once("error", reject);
    client.connect().then(() => resolve(), reject);
  });
}
