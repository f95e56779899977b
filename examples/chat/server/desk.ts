import { createHash } from "node:crypto";
import {
  type ClientMessage,
  type ClientMessageOf,
  type ErrorCode,
  type Person,
  readClientMessage,
  type ServerMessage,
} from "../protocol/messages.ts";
import { PAGE_SIZE, ROOMS_PER_GUEST } from "../protocol/limits.ts";
import type { Hall } from "../storage/hall.ts";
import { Bucket } from "./bucket.ts";
import { Guest, type GuestSocket } from "./guest.ts";
import { checkName } from "./names.ts";
import type { Rooms } from "./rooms.ts";

/** A request that is not granted: the typed error that its sender gets. */
class Refusal extends Error {
  readonly code: ErrorCode;
  readonly wait: number | undefined;

  constructor(code: ErrorCode, message: string, wait?: number) {
    super(message);
    this.code = code;
    this.wait = wait;
  }
}

/** After which a request may be tried again that the storage did not answer, in milliseconds. */
const STORAGE_WAIT = 1000;
const AWAY = "The chat cannot reach its storage.";

const FULL = {
  "room-full": (users: number): string =>
    `All ${users} places in this room are taken. Try again in a moment, or another room.`,
  "too-many-rooms": (): string => "There are as many rooms as there may be. Please take one of them.",
};

export interface DeskOptions {
  /** People in a room. */
  readonly users: number;
  /** Messages per second that a person may say. */
  readonly rate: number;
  /** Gets what went wrong and is nobody's fault; it must hold no secret. */
  readonly log: (line: string) => void;
}

/** The front desk: reads what guests send, and carries it out or says why not. */
export class Desk {
  readonly #hall: Hall;
  readonly #rooms: Rooms;
  readonly #options: DeskOptions;
  /** Lines of the log: while the storage is away, everybody's requests fail for the same reason. */
  readonly #lines: Bucket = new Bucket(0.2, 3, performance.now());

  constructor(hall: Hall, rooms: Rooms, options: DeskOptions) {
    this.#hall = hall;
    this.#rooms = rooms;
    this.#options = options;
  }

  welcome(socket: GuestSocket): Guest {
    return new Guest(socket, this.#options.rate, performance.now());
  }

  /** A message of a guest. Resolves when it is dealt with; the guest's next one waits for that. */
  async receive(guest: Guest, text: string): Promise<void> {
    const reading = readClientMessage(text);
    if ("wrong" in reading) return this.#refuse(guest, reading.re, "bad-message", reading.wrong);
    const { message } = reading;
    const re = "id" in message ? message.id : undefined;
    try {
      await this.#carryOut(guest, message);
    } catch (error) {
      const room = "room" in message ? message.room : undefined;
      this.#explain(guest, error, re, room);
    }
  }

  /** What is no text is no message of chat.v1. */
  receiveBinary(guest: Guest): void {
    this.#refuse(guest, undefined, "bad-message", "not a text");
  }

  leave(guest: Guest): void {
    this.#rooms.lose(guest);
  }

  #refuse(guest: Guest, re: string | undefined, code: ErrorCode, message: string): void {
    if (guest.faults.take(performance.now()) > 0) return guest.sendAway("too many bad messages");
    guest.tell({ type: "error", ...(re !== undefined && { re }), code, message });
  }

  #explain(guest: Guest, error: unknown, re: string | undefined, room: string | undefined): void {
    if (!(error instanceof Refusal) && this.#lines.take(performance.now()) === 0) {
      this.#options.log(`storage: ${String(error)}`);
    }
    const { code, message, wait } =
      error instanceof Refusal ? error : { code: "unavailable" as const, message: AWAY, wait: STORAGE_WAIT };
    guest.tell({
      type: "error",
      ...(re !== undefined && { re }),
      ...(room !== undefined && { room }),
      code,
      message,
      ...(wait !== undefined && { wait }),
    });
  }

  async #carryOut(guest: Guest, message: ClientMessage): Promise<void> {
    if (message.type === "ping") return guest.tell({ type: "pong" });
    if (message.type === "hello") return this.#hello(guest, message);
    const { person } = guest;
    if (person === undefined) throw new Refusal("hello-first", "Say hello before anything else.");
    switch (message.type) {
      case "join":
        return this.#join(guest, person, message.room, message.id, undefined);
      case "leave":
        this.#rooms.leave(guest, message.room, person);
        return guest.tell({ type: "left", re: message.id, room: message.room });
      case "say":
        return this.#say(guest, person, message);
      case "history":
        return this.#history(guest, message);
      case "typing":
        this.#mustBeIn(guest, message.room);
        if (guest.typings.take(performance.now()) === 0) this.#hall.typing(message.room, person);
    }
  }

  async #hello(guest: Guest, { key, name: wanted, log, rooms }: ClientMessageOf<"hello">): Promise<void> {
    if (guest.person !== undefined) throw new Refusal("bad-message", "You have said hello already.");
    // While the storage comes back it may not yet be known which history it has.
    if (!this.#hall.stores) throw new Refusal("unavailable", AWAY, STORAGE_WAIT);
    const check = checkName(wanted);
    if ("refused" in check) throw new Refusal("name-refused", check.refused);
    const id = createHash("sha256").update(key).digest("base64url").slice(0, 16);
    if (!(await this.#hall.claim(id, check.look))) {
      throw new Refusal("name-taken", `${check.name}, or a name that looks like it, is somebody else's.`);
    }
    const person: Person = { id, name: check.name };
    const list = await this.#hall.rooms();
    guest.person = person;
    guest.tell({
      type: "welcome",
      log: this.#hall.log,
      you: person,
      rooms: list,
      places: this.#options.users,
      stores: this.#hall.stores,
    });
    for (const { room, after } of rooms) {
      const resume = log === this.#hall.log ? after : undefined;
      await this.#join(guest, person, room, undefined, resume).catch((error: unknown) => {
        this.#explain(guest, error, undefined, room);
      });
    }
  }

  async #join(
    guest: Guest,
    person: Person,
    room: string,
    re: string | undefined,
    after: number | undefined,
  ): Promise<void> {
    if (guest.rooms.size >= ROOMS_PER_GUEST && !guest.rooms.has(room)) {
      throw new Refusal("too-many-rooms", `You can be in ${ROOMS_PER_GUEST} rooms at a time.`);
    }
    const outcome = await this.#rooms.join(guest, person, { room, after, ...(re !== undefined && { re }) });
    if (outcome !== "joined") throw new Refusal(outcome, FULL[outcome](this.#options.users));
  }

  #mustBeIn(guest: Guest, room: string): void {
    if (!guest.rooms.has(room)) throw new Refusal("not-in-room", `You are not in ${room}.`);
  }

  async #say(guest: Guest, person: Person, { id, room, text }: ClientMessageOf<"say">): Promise<void> {
    this.#mustBeIn(guest, room);
    const wait = guest.says.take(performance.now(), Math.max(1, this.#options.rate));
    if (wait > 0) throw new Refusal("too-fast", "That was a lot at once. Please slow down.", wait);
    const clean = text
      .replaceAll(/\r\n?/g, "\n")
      .replaceAll(/[^\P{Cc}\n\t]/gu, "")
      .trim();
    if (clean === "") throw new Refusal("bad-message", "text: nothing that can be seen");
    const { seq, at } = await this.#hall.append({ room, by: person, ref: id, text: clean, at: Date.now() });
    guest.tell({ type: "stored", re: id, room, seq, at });
  }

  async #history(guest: Guest, { id, room, before }: ClientMessageOf<"history">): Promise<void> {
    this.#mustBeIn(guest, room);
    const { said } = await this.#hall.read({ room, before, limit: PAGE_SIZE });
    const more = (said[0]?.seq ?? 1) > 1;
    const answer: ServerMessage = { type: "history", re: id, room, said: [...said], more };
    guest.tell(answer);
  }
}
