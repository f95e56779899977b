import type { Connection } from "../src/connection/connection.ts";
import type { ConnectionOptions } from "../src/connection/connection-options.ts";
import type { CloseEvent, MessageKind } from "../src/connection/event.ts";
import { plainPlatform } from "../src/connection/platform.ts";
import { connect } from "./observe.ts";
import { digits } from "./oracles/connection.ts";
import { readSlowFrame } from "./oracles/frame.ts";

export type Side = "server" | "client";
type Limits = Pick<ConnectionOptions, "delivery" | "maxPayload">;

/** One end, with an account of what went out of it and came into it. */
export class End {
  readonly connection: Connection;
  readonly sent: string[] = [];
  readonly pinged: string[] = [];
  readonly received: string[] = [];
  readonly pings: string[] = [];
  readonly closes: CloseEvent[] = [];
  /** Octets that were written and are still on their way. */
  wire: Uint8Array = new Uint8Array(0);
  written = 0;
  arrived = 0;
  allocated = 0;
  #parts: Uint8Array[] = [];
  #pieces: Uint8Array[] = [];

  constructor(role: Side, limits: Limits) {
    const allocate = (size: number): Uint8Array => {
      this.allocated += size;
      return plainPlatform.allocate(size);
    };
    this.connection = connect(role, { ...limits, platform: { ...plainPlatform, allocate } });
  }

  send(kind: MessageKind, bytes: Uint8Array): void {
    // Inside a message in fragments the call is a misuse; the message then goes out as its last fragment.
    if (this.#parts.length > 0) return this.sendFragment(new Uint8Array(0), true);
    if (kind === "text") this.connection.sendText(bytes);
    else this.connection.sendBinary(bytes);
    this.sent.push(`${kind} ${digits(bytes)}`);
    this.write();
  }

  sendFragment(bytes: Uint8Array, last: boolean): void {
    this.connection.sendFragment("text", bytes, last);
    this.#parts.push(bytes);
    if (last) {
      this.sent.push(`text ${digits(Buffer.concat(this.#parts))}`);
      this.#parts = [];
    }
    this.write();
  }

  ping(bytes: Uint8Array): void {
    this.connection.ping(bytes);
    this.pinged.push(digits(bytes));
    this.write();
  }

  /** Takes the output onto the link. */
  write(): void {
    const octets = Buffer.concat(this.connection.takeOutput());
    this.connection.giveBackOutput();
    this.wire = Buffer.concat([this.wire, octets]);
    this.written += octets.length;
  }

  receive(octets: Uint8Array): void {
    this.arrived += octets.length;
    this.connection.receive(octets);
    this.#pull();
    this.write();
  }

  receiveEnd(): void {
    this.connection.receiveEnd();
    this.#pull();
  }

  #pull(): void {
    for (let event = this.connection.next(); event !== undefined; event = this.connection.next()) {
      if (this.closes.length > 0) throw new Error(`a ${event.type} came behind the close`);
      if (event.type === "close") this.closes.push(event);
      else if (event.type === "message") this.received.push(`${event.kind} ${digits(event.bytes)}`);
      else if (event.type === "ping") this.pings.push(digits(event.bytes));
      else if (event.type === "piece") {
        this.#pieces.push(event.bytes);
        if (!event.last) continue;
        this.received.push(`${event.kind} ${digits(Buffer.concat(this.#pieces))}`);
        this.#pieces = [];
      }
    }
  }
}

/** Two ends and the link between them. */
export class Pair {
  readonly ends: Readonly<Record<Side, End>>;
  #all: Record<Side, Uint8Array> = { server: new Uint8Array(0), client: new Uint8Array(0) };
  #up = true;

  constructor(ofServer: Limits, ofClient: Limits) {
    this.ends = { server: new End("server", ofServer), client: new End("client", ofClient) };
  }

  /** Carries up to so many of the octets that `from` has written. */
  carry(from: Side, size: number): void {
    if (!this.#up) return;
    const end = this.ends[from];
    const to = this.ends[from === "server" ? "client" : "server"];
    end.write();
    const octets = Uint8Array.from(end.wire.subarray(0, size));
    end.wire = end.wire.subarray(octets.length);
    this.#all[from] = Buffer.concat([this.#all[from], octets]);
    to.receive(octets);
  }

  drop(): void {
    if (!this.#up) return;
    this.#up = false;
    this.ends.server.receiveEnd();
    this.ends.client.receiveEnd();
  }

  /** Carries all that is left, with a closing handshake first where it is to end in order, and ends the transport. */
  settle(orderly: boolean): void {
    if (orderly) {
      for (const who of ["server", "client"] as const) this.ends[who].connection.close(1000);
    }
    for (let round = 0; round < 3; round++) {
      this.carry("client", Infinity);
      this.carry("server", Infinity);
    }
    this.check();
    this.drop();
  }

  /** What must hold at every moment. */
  check(): void {
    for (const who of ["server", "client"] as const) {
      const end = this.ends[who];
      const other = this.ends[who === "server" ? "client" : "server"];
      // Memory: all that was ever taken is bounded by what came and what was sent, not by what was declared.
      const bound =
        8 * (end.arrived + end.written) + 256 * (1 + end.received.length + other.sent.length) + 4096;
      if (end.allocated > bound) throw new Error(`${who} took ${end.allocated} octets for ${bound}`);
      // Nothing is sent behind a Close frame.
      const octets = Buffer.concat([this.#all[who], end.wire]);
      for (let rest: Uint8Array = octets; rest.length > 0;) {
        const frame = readSlowFrame(rest);
        if (frame.complete && frame.first === 0x88 && frame.rest.length > 0)
          throw new Error(`${who} sent octets behind its Close frame`);
        if (!frame.complete) throw new Error(`${who} wrote half a frame`);
        rest = frame.rest;
      }
    }
  }
}
