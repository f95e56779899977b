import type { MessageCodec } from "../../src/connection/codec.ts";
import type { Connection } from "../../src/connection/connection.ts";
import type { CloseEvent, Delivery, MessageKind } from "../../src/connection/event.ts";
import { plainPlatform } from "../../src/connection/platform.ts";
import { connect } from "../observe.ts";
import { digits } from "../oracles/connection.ts";

export type Side = "server" | "client";

export interface EndOptions {
  readonly delivery: Delivery;
  readonly maxPayload: number;
}

/** The largest frame header, and what compression may add to a small payload. */
const FRAME_OVERHEAD = 14 + 16;

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
  /** Octets of all messages that were told, whole or in part. */
  told = 0;
  allocated = 0;
  /** What all the frames that were asked for may have at most. */
  asked = 0;
  #open: MessageKind | undefined;
  #parts: Uint8Array[] = [];
  #pieces: Uint8Array[] = [];

  constructor(role: Side, { delivery, maxPayload }: EndOptions, codec: MessageCodec | undefined) {
    const allocate = (size: number): Uint8Array => {
      this.allocated += size;
      return plainPlatform.allocate(size);
    };
    const platform = { ...plainPlatform, allocate };
    this.connection = connect(role, { delivery, maxPayload, codec, platform });
  }

  send(kind: MessageKind, bytes: Uint8Array): void {
    // Inside a message in fragments the call is a misuse; that message is ended instead.
    if (this.#open !== undefined) return this.fragment(this.#open, new Uint8Array(0), true);
    this.#ask(bytes.length);
    if (kind === "text") this.connection.sendText(bytes);
    else this.connection.sendBinary(bytes);
    this.sent.push(`${kind} ${digits(bytes)}`);
    this.write();
  }

  fragment(kind: MessageKind, bytes: Uint8Array, last: boolean): void {
    const open = (this.#open ??= kind);
    // A text goes on with text.
    const part = open === kind ? bytes : new Uint8Array(0);
    this.#ask(part.length);
    this.connection.sendFragment(open, part, last);
    this.#parts.push(part);
    if (last) {
      this.sent.push(`${open} ${digits(Buffer.concat(this.#parts))}`);
      this.#parts = [];
      this.#open = undefined;
    }
    this.write();
  }

  ping(bytes: Uint8Array): void {
    this.#ask(bytes.length);
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

  /** What can have been written at most: all that was asked for, an answer to each ping, a Close frame. */
  get mayHaveWritten(): number {
    return this.asked + 3 * this.arrived + 14 + 125;
  }

  #ask(size: number): void {
    // Stored blocks of DEFLATE have five octets for each 65,535; our own deflater's are smaller.
    this.asked += size + Math.ceil(size / 100) + FRAME_OVERHEAD;
  }

  #pull(): void {
    do {
      for (let event = this.connection.next(); event !== undefined; event = this.connection.next()) {
        if (this.closes.length > 0) throw new Error(`a ${event.type} came behind the close`);
        if (event.type === "close") this.closes.push(event);
        else if (event.type === "ping") this.pings.push(digits(event.bytes));
        else if (event.type === "message") this.#message(event.kind, [event.bytes]);
        else if (event.type === "piece") {
          this.#pieces.push(event.bytes);
          if (!event.last) continue;
          this.#message(event.kind, this.#pieces);
          this.#pieces = [];
        }
      }
    } while (this.connection.inputPending);
  }

  #message(kind: MessageKind, pieces: readonly Uint8Array[]): void {
    const bytes = Buffer.concat(pieces);
    this.told += bytes.length;
    this.received.push(`${kind} ${digits(bytes)}`);
  }
}
