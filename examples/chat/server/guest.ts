import type { ServerSocket } from "handfast";
import type { Person, ServerMessage } from "../protocol/messages.ts";
import { Bucket } from "./bucket.ts";

/** Bad messages that a connection survives at once, and how many more each second. */
const FAULTS = { burst: 10, perSecond: 0.1 };

/** A connection, as the library knows it: its data is our guest. */
export type GuestSocket = ServerSocket<Guest | undefined>;

/** One connection: who it is, and how much it has asked for. */
export class Guest {
  readonly #socket: GuestSocket;
  readonly faults: Bucket;
  readonly says: Bucket;
  readonly typings: Bucket;
  /** Undefined before `hello`. */
  person: Person | undefined;
  readonly rooms: Set<string> = new Set();

  /** `rate`: messages per second that a person may say. */
  constructor(socket: GuestSocket, rate: number, now: number) {
    this.#socket = socket;
    this.faults = new Bucket(FAULTS.perSecond, FAULTS.burst, now);
    this.says = new Bucket(rate, 2 * rate, now);
    this.typings = new Bucket(1, 3, now);
  }

  get isHere(): boolean {
    return this.#socket.state === "open";
  }

  tell(message: ServerMessage): void {
    if (this.isHere) void this.#socket.send(JSON.stringify(message));
  }

  /** 1008, "policy violation". */
  sendAway(reason: string): void {
    if (this.isHere) this.#socket.close(1008, reason);
  }

  /** From now on they hear what is published to a topic. */
  listen(topic: string): void {
    if (this.isHere) this.#socket.subscribe(topic);
  }

  unlisten(topic: string): void {
    this.#socket.unsubscribe(topic);
  }
}
