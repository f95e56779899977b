import type { MessageCodec } from "../../src/connection/codec.ts";
import { readSlowFrame } from "../oracles/frame.ts";
import { End, type EndOptions, type Side } from "./end.ts";

export interface PairOptions {
  readonly server: EndOptions;
  readonly client: EndOptions;
  /** What both have agreed on; none for no compression. */
  readonly codec?: ((role: Side) => MessageCodec) | undefined;
}

const SIDES = ["server", "client"] as const;
const otherOf = (side: Side): Side => (side === "server" ? "client" : "server");

/** Two ends and the link between them. */
export class Pair {
  readonly ends: Readonly<Record<Side, End>>;
  readonly #options: PairOptions;
  #all: Record<Side, Uint8Array> = { server: new Uint8Array(0), client: new Uint8Array(0) };
  #up = true;
  /** Whether octets were changed on their way. */
  spoilt = false;
  /** Whether the link was dropped before its time. */
  #dropped = false;

  constructor(options: PairOptions) {
    this.#options = options;
    const end = (side: Side): End => new End(side, options[side], options.codec?.(side));
    this.ends = { server: end("server"), client: end("client") };
  }

  /** Whether the link has done what links are for. */
  get sound(): boolean {
    return !this.spoilt && !this.#dropped;
  }

  /** Carries up to so many of the octets that `from` has written. */
  carry(from: Side, size: number): void {
    if (!this.#up) return;
    const end = this.ends[from];
    end.write();
    const octets = Uint8Array.from(end.wire.subarray(0, size));
    end.wire = end.wire.subarray(octets.length);
    this.#all[from] = Buffer.concat([this.#all[from], octets]);
    this.ends[otherOf(from)].receive(octets);
  }

  /** Changes an octet that is on its way. */
  spoil(from: Side, at: number, change: number): void {
    const { wire } = this.ends[from];
    if (!this.#up || wire.length === 0) return;
    this.check();
    this.spoilt = true;
    const spoilt = Uint8Array.from(wire);
    spoilt[at % wire.length]! ^= change;
    this.ends[from].wire = spoilt;
  }

  drop(): void {
    this.#dropped = true;
    this.#end();
  }

  /** Carries all that is left, with a closing handshake first where it is to end in order, and ends the transport. */
  settle(orderly: boolean): void {
    if (orderly) for (const side of SIDES) this.ends[side].connection.close(1000);
    for (let round = 0; round < 3; round++) {
      this.carry("client", Infinity);
      this.carry("server", Infinity);
    }
    this.check();
    this.#end();
  }

  /** What must hold at every moment. */
  check(): void {
    for (const side of SIDES) {
      this.#checkMemory(side);
      const end = this.ends[side];
      if (end.written > end.mayHaveWritten)
        throw new Error(`${side} wrote ${end.written} octets for ${end.mayHaveWritten}`);
      if (!this.spoilt) this.#checkFrames(side);
    }
  }

  #end(): void {
    if (!this.#up) return;
    this.#up = false;
    this.ends.server.receiveEnd();
    this.ends.client.receiveEnd();
  }

  /** All that was ever taken is bounded by what came and what was sent, not by what was declared. */
  #checkMemory(side: Side): void {
    const end = this.ends[side];
    const messages = 1 + end.received.length + this.ends[otherOf(side)].sent.length;
    const inflated = this.#options.codec === undefined ? 0 : this.#options[side].maxPayload + end.told;
    const bound = 8 * (end.arrived + end.written + inflated) + 256 * messages + 4096;
    if (end.allocated > bound) throw new Error(`${side} took ${end.allocated} octets for ${bound}`);
  }

  /** Whole frames are written, and none behind a Close frame. */
  #checkFrames(side: Side): void {
    const octets = Buffer.concat([this.#all[side], this.ends[side].wire]);
    for (let rest: Uint8Array = octets; rest.length > 0;) {
      const frame = readSlowFrame(rest);
      if (!frame.complete) throw new Error(`${side} wrote half a frame`);
      if (frame.first === 0x88 && frame.rest.length > 0)
        throw new Error(`${side} sent octets behind its Close frame`);
      rest = frame.rest;
    }
  }
}
