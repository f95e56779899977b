import { once } from "node:events";
import { setTimeout as pause } from "node:timers/promises";
import { WebSocket } from "ws";
import { type ClientMessage, SUBPROTOCOL } from "../protocol/messages.ts";

/*
 * Many people in many rooms, in one process: they talk at a steady pace, and look at everything they hear.
 */

/** What was heard of a message: how many heard it. */
interface Told {
  readonly room: number;
  heard: number;
}

export interface CrowdOptions {
  readonly port: number;
  readonly users: number;
  readonly rooms: number;
}

/** Milliseconds, in whole tenths, that deliveries took: so many of them, by their tenths. */
class Histogram {
  readonly #counts = new Uint32Array(600_000);
  total = 0;

  add(ms: number): void {
    this.#counts[Math.min(Math.round(ms * 10), this.#counts.length - 1)]!++;
    this.total++;
  }

  quantile(q: number): number {
    let left = q * this.total;
    const index = this.#counts.findIndex((count) => (left -= count) <= 0);
    return Math.max(index, 0) / 10;
  }
}

export class Crowd {
  readonly #options: CrowdOptions;
  readonly #sockets: WebSocket[] = [];
  readonly #told: Map<string, Told> = new Map();
  readonly latency: Histogram = new Histogram();
  confirmed = 0;
  refused = 0;
  /** Deliveries that came twice, or out of their order. */
  wrong = 0;

  constructor(options: CrowdOptions) {
    this.#options = options;
  }

  /** Everybody comes, a few at a time. */
  async arrive(): Promise<void> {
    const { users } = this.#options;
    for (let first = 0; first < users; first += 50) {
      const group = Array.from({ length: Math.min(50, users - first) }, (_, i) => this.#come(first + i));
      await Promise.all(group);
    }
  }

  async #come(index: number): Promise<void> {
    const { port, rooms } = this.#options;
    const socket = new WebSocket(`ws://127.0.0.1:${port}/chat`, SUBPROTOCOL, { perMessageDeflate: false });
    this.#sockets[index] = socket;
    await once(socket, "open");
    let last = 0;
    const joined = new Promise<void>((resolve, reject) => {
      socket.on("close", (code) => reject(new Error(`somebody was closed with ${code}`)));
      socket.on("message", (data: Buffer) => {
        const message = JSON.parse(data.toString());
        if (message.type === "said") {
          if (message.seq !== last + 1) this.wrong++;
          last = message.seq;
          this.#hear(message.text);
        } else if (message.type === "stored") this.confirmed++;
        else if (message.type === "error") this.refused++;
        else if (message.type === "joined") {
          ({ last } = message);
          resolve();
        }
      });
    });
    const key = Buffer.alloc(16, `person ${index} `).toString("base64url");
    const room = `room-${index % rooms}`;
    this.#send(index, { type: "hello", key, name: `Person ${index}`, rooms: [{ room }] });
    await joined;
  }

  #send(index: number, message: ClientMessage): void {
    this.#sockets[index]!.send(JSON.stringify(message));
  }

  #hear(text: string): void {
    const [ref, sentAt] = text.split(" ") as [string, string];
    this.latency.add(performance.now() - Number(sentAt));
    this.#told.get(ref)!.heard++;
  }

  /** Talks for a while: `rate` messages a second in all, each by the next person. */
  async talk(seconds: number, rate: number): Promise<void> {
    const { users, rooms } = this.#options;
    const begin = performance.now();
    for (let n = 0; n < seconds * rate; n++) {
      const ahead = begin + (n * 1000) / rate - performance.now();
      if (ahead > 1) await pause(ahead);
      const index = n % users;
      const ref = `m${n}`;
      this.#told.set(ref, { room: index % rooms, heard: 0 });
      this.#send(index, {
        type: "say",
        id: ref,
        room: `room-${index % rooms}`,
        text: `${ref} ${performance.now()} ${"and some more words, as people write them".slice(n % 20)}`,
      });
    }
  }

  /** Waits until everything has arrived, at most so many milliseconds. */
  async settle(atMost: number): Promise<void> {
    const end = performance.now() + atMost;
    while (this.faults().lost > 0 && performance.now() < end) await pause(20);
  }

  /** Deliveries that are missing, and those that came more than once. */
  faults(): { messages: number; lost: number; doubled: number } {
    const { users, rooms } = this.#options;
    let [lost, doubled] = [0, 0];
    for (const { room, heard } of this.#told.values()) {
      const expected = Math.floor(users / rooms) + (room < users % rooms ? 1 : 0);
      lost += Math.max(0, expected - heard);
      doubled += Math.max(0, heard - expected);
    }
    return { messages: this.#told.size, lost, doubled };
  }

  leave(): void {
    for (const socket of this.#sockets) socket.removeAllListeners("close").terminate();
  }
}
