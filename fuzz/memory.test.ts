import * as fc from "fast-check";
import { expect, it } from "vitest";
import type { Connection } from "../src/connection/connection.ts";
import { MisuseError } from "../src/connection/misuse.ts";
import { Slab } from "../src/connection/outbox.ts";
import { nodePlatform } from "../src/server/node-platform.ts";
import { prepare, type PreparedMessage } from "../src/server/prepared-message.ts";
import { readMemories } from "../src/server/simd-mask.ts";
import { octetsOf, session } from "./arbitraries/frame.ts";
import { cut, cutting, pattern, payloadLength } from "./arbitraries/octets.ts";
import { check } from "./check.ts";
import { connect } from "./observe.ts";
import { digits } from "./oracles/connection.ts";

/*
 * All connections of a server are read into one piece of memory, cut their messages from one pool and write their output
 * into one slab. None may notice: each tells and sends what it would alone, with memory of its own, and what was handed out
 * stays as it is.
 */

/** Octets that are read at a time at the most. */
const MOST = readMemories.at(-1)!.length;

/** What happens to a connection: a chunk of its own arrives, a message to all is sent, or it is closed. */
type Input = Uint8Array | PreparedMessage | "close";
type Act = "read" | "publish" | "close" | "write" | "stall" | "go on";
interface Step {
  readonly who: number;
  readonly act: Act;
  readonly length: number;
}

/** A connection whose application answers each message with the same. */
class Echo {
  readonly connection: Connection;
  readonly told: string[] = [];
  readonly held: { readonly bytes: Uint8Array; readonly was: string }[] = [];

  constructor(connection: Connection) {
    this.connection = connection;
  }

  take(input: Input, memory?: Uint8Array): void {
    if (input === "close") this.connection.close(1000);
    else if (input instanceof Uint8Array) this.#read(input, memory ?? new Uint8Array(input.length));
    else this.#publish(input);
  }

  /** Nothing goes out behind a Close frame. */
  #publish({ frame, bytes }: PreparedMessage): void {
    const { connection } = this;
    const open = connection.state === "open";
    try {
      if (frame === undefined) connection.sendPrepared("binary", bytes, undefined);
      else connection.sendLaidOut(frame);
    } catch (error) {
      if (open || !(error instanceof MisuseError)) throw error;
      return;
    }
    if (!open) throw new Error("a message was sent behind the Close frame");
  }

  /** What arrives is in memory that is written anew at once. */
  #read(chunk: Uint8Array, memory: Uint8Array): void {
    const { connection } = this;
    memory.set(chunk);
    connection.receive(memory, chunk.length);
    this.#pull();
    connection.keepInput();
    memory.fill(0xa5, 0, chunk.length);
  }

  #pull(): void {
    const { connection } = this;
    for (let event = connection.next(); event !== undefined; event = connection.next()) {
      this.told.push(JSON.stringify({ ...event, bytes: "bytes" in event ? digits(event.bytes) : "" }));
      if (!("bytes" in event)) continue;
      this.held.push({ bytes: event.bytes, was: digits(event.bytes) });
      if (event.type !== "message" || connection.state !== "open") continue;
      if (event.kind === "text" && event.bytes.length % 4 > 0)
        connection.sendText(`東🦊${this.told.length % 10}`);
      else if (event.kind === "text") connection.sendText(event.bytes, event.room);
      else connection.sendBinary(event.bytes, event.room);
    }
  }
}

/** Output on its way: some peers take it at once, others let it wait. */
class Transport extends Echo {
  readonly inputs: Input[] = [];
  readonly written: Uint8Array[] = [];
  #waiting: readonly Uint8Array[] = [];
  #stalled = false;

  override take(input: Input): void {
    this.inputs.push(input);
    const size = input instanceof Uint8Array ? input.length : 0;
    super.take(
      input,
      readMemories.find((memory) => size <= memory.length),
    );
  }

  write(): void {
    if (this.#stalled) return;
    this.written.push(...this.connection.takeOutput().map((part) => part.slice()));
    this.connection.giveBackOutput();
  }

  stall(): void {
    if (this.#stalled) return;
    this.#stalled = true;
    this.#waiting = this.connection.takeOutput();
  }

  goOn(): void {
    if (!this.#stalled) return;
    this.#stalled = false;
    this.written.push(...this.#waiting.map((part) => part.slice()));
    this.#waiting = [];
    this.connection.giveBackOutput();
  }
}

/** The same inputs, for a connection that shares nothing. */
function alone(inputs: readonly Input[]): { told: string[]; written: string } {
  const echo = new Echo(connect("server"));
  const written: Uint8Array[] = [];
  for (const input of inputs) {
    echo.take(input);
    written.push(...echo.connection.takeOutput().map((part) => part.slice()));
  }
  return { told: echo.told, written: digits(Buffer.concat(written)) };
}

const step: fc.Arbitrary<Step> = fc.record({
  who: fc.nat({ max: 2 }),
  act: fc.oneof(
    { weight: 16, arbitrary: fc.constant<Act>("read") },
    { weight: 1, arbitrary: fc.constant<Act>("close") },
    { weight: 20, arbitrary: fc.constantFrom<Act>("publish", "write", "write", "stall", "go on") },
  ),
  length: payloadLength,
});

it("connections that share their memory do what each would do alone, and leave alone what they handed out", () => {
  const chunks = fc.tuple(session(true), cutting).map(([frames, sizes]) => cut(octetsOf(frames), sizes));
  check(
    300,
    fc.property(
      fc.array(chunks, { minLength: 3, maxLength: 3 }),
      fc.array(step, { maxLength: 80, size: "max" }),
      fc.constantFrom(12, 300, undefined),
      (arriving, steps, slabSize) => {
        const slab = new Slab(nodePlatform.allocate, slabSize);
        const peers = arriving.map(() => new Transport(connect("server", { platform: nodePlatform, slab })));
        const waiting = arriving.map((list) =>
          list.flatMap((chunk) => cut(chunk, chunk.length > MOST ? [MOST] : [])),
        );
        for (const { who, act, length } of steps) {
          const peer = peers[who]!;
          if (act === "write") peer.write();
          else if (act === "stall") peer.stall();
          else if (act === "go on") peer.goOn();
          else if (act === "publish") {
            const message = prepare(pattern(length, who));
            for (const one of peers) one.take(message);
          } else peer.take(act === "close" ? act : (waiting[who]!.shift() ?? new Uint8Array(0)));
        }
        for (const peer of peers) {
          peer.goOn();
          peer.write();
        }
        for (const { inputs, told, held, written } of peers) {
          expect({ told, written: digits(Buffer.concat(written)) }).toEqual(alone(inputs));
          for (const { bytes, was } of held) expect(digits(bytes)).toBe(was);
        }
      },
    ),
  );
});
