import { WebSocket } from "ws";
import { type ClientMessage, readServerMessage, type Said, SUBPROTOCOL } from "../protocol/messages.ts";
import { keyOf } from "./guest.ts";

/*
 * Somebody who goes on talking whatever happens: comes back after each loss, sends what was not confirmed once more,
 * and has what was missed brought.
 */

export interface TalkerOptions {
  readonly name: string;
  readonly room?: string;
  /** Where to connect; asked anew for each connection. */
  readonly port: () => number;
}

export class Talker {
  readonly #name: string;
  readonly #room: string;
  readonly #port: () => number;
  /** What was said in the room, in the order of its numbers. */
  readonly heard: Said[] = [];
  /** The refs that the server has confirmed. */
  readonly confirmed: Set<string> = new Set();
  /** Numbers that were skipped: none, in a good chat. */
  readonly gaps: number[] = [];
  connections = 0;
  stores = true;
  #waiting: { readonly ref: string; readonly text: string }[] = [];
  #socket: WebSocket | undefined;
  #log: string | undefined;
  #stopped = false;
  #isIn = false;
  #changed: (() => void)[] = [];

  constructor({ name, room = "lobby", port }: TalkerOptions) {
    this.#name = name;
    this.#room = room;
    this.#port = port;
    this.#connect();
  }

  #connect(): void {
    if (this.#stopped) return;
    const socket = new WebSocket(`ws://127.0.0.1:${this.#port()}/chat`, SUBPROTOCOL);
    this.#socket = socket;
    socket.on("error", () => {});
    socket.on("open", () => this.#hello());
    socket.on("message", (data: Buffer) => this.#receive(data.toString()));
    socket.on("close", () => {
      this.#isIn = false;
      setTimeout(() => this.#connect(), 50 + Math.random() * 100);
    });
  }

  #send(message: ClientMessage): void {
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify(message));
  }

  #hello(): void {
    const after = this.heard.at(-1)?.seq;
    this.#send({
      type: "hello",
      key: keyOf(this.#name),
      name: this.#name,
      log: this.#log,
      rooms: [{ room: this.#room, after }],
    });
  }

  #receive(text: string): void {
    const reading = readServerMessage(text);
    if ("wrong" in reading) throw new Error(reading.wrong);
    const { message } = reading;
    if (message.type === "welcome") {
      if (this.#log !== message.log) this.heard.length = 0;
      this.#log = message.log;
      this.stores = message.stores;
    } else if (message.type === "stores") {
      this.stores = message.stores;
      this.#sendAll();
    } else if (message.type === "joined") {
      this.connections++;
      if (!message.resumed) this.heard.length = 0;
      for (const said of message.said) this.#hear(said);
      this.#isIn = true;
      this.#sendAll();
    } else if (message.type === "said") {
      this.#hear(message);
    } else if (message.type === "stored") {
      this.confirmed.add(message.re);
      this.#waiting = this.#waiting.filter(({ ref }) => ref !== message.re);
    } else if (message.type === "error") {
      const again = message.re === undefined ? () => this.#retry() : () => this.#sendAll();
      setTimeout(again, message.wait ?? 200);
    }
    for (const notify of this.#changed.splice(0)) notify();
  }

  /** The storage did not answer when we came: once more, by a connection of its own. */
  #retry(): void {
    if (!this.#isIn) this.#socket?.terminate();
  }

  #hear({ seq, by, ref, text, at }: Said): void {
    const last = this.heard.at(-1)?.seq;
    if (last !== undefined && seq <= last) return;
    if (last !== undefined && seq > last + 1) this.gaps.push(seq);
    this.heard.push({ seq, by, ref, text, at });
  }

  #sendAll(): void {
    if (!this.#isIn) return;
    for (const { ref, text } of this.#waiting) this.#send({ type: "say", id: ref, room: this.#room, text });
  }

  say(text: string): void {
    const ref = `${this.#name}-${text}`.replaceAll(/[^\w-]/g, "-").slice(-40);
    this.#waiting.push({ ref, text });
    if (this.#isIn) this.#send({ type: "say", id: ref, room: this.#room, text });
  }

  /** What was said and is not confirmed. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** Resolves when something that was received has made `condition` true. */
  async until(condition: () => boolean): Promise<void> {
    while (!condition()) await new Promise<void>((resolve) => this.#changed.push(resolve));
  }

  stop(): void {
    this.#stopped = true;
    this.#socket?.terminate();
  }
}

/** What is wrong with a history that should hold each of these texts exactly once, in its own author's order. */
export function faultsOf(heard: readonly Said[], expected: ReadonlyMap<string, readonly string[]>): string[] {
  const faults: string[] = [];
  for (const [name, texts] of expected) {
    const found = heard.filter(({ by }) => by.name === name).map(({ text }) => text);
    for (const text of texts.filter((each) => !found.includes(each))) faults.push(`lost: ${name}: ${text}`);
    for (const text of found.filter((each, i) => found.indexOf(each) !== i)) {
      faults.push(`twice: ${name}: ${text}`);
    }
  }
  for (const [i, { seq }] of heard.entries())
    if (seq !== heard[0]!.seq + i) faults.push(`out of order at ${seq}`);
  return faults;
}
