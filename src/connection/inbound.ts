import { headerSize, lengthEnd, MAX_HEADER_SIZE, readLength, readUint32 } from "../frame/header.ts";
import { mask } from "../frame/mask.ts";
import { isControl, Opcode } from "../frame/opcode.ts";
import { checkFirstOctet, checkLength, checkSecondOctet, MAX_CONTROL_SIZE } from "../frame/rules.ts";
import { UTF8_INVALID, UTF8_START, validateUtf8 } from "../frame/utf8.ts";
import type { Violation } from "../frame/violation.ts";
import type { MessageEvent, MessageKind, PieceEvent } from "./event.ts";
import type { Platform } from "./platform.ts";

/*
 * The input of a connection: octets to messages, pieces and control frames.
 *
 * The input is pulled from: receive() hands over a chunk, and each next() goes on in it until there is something to
 * tell. So a consumer that is busy simply does not pull, and what it sends in between takes its right place in the
 * output. Of a chunk nothing is kept once it is used up, except up to 13 octets of a header that was cut.
 *
 * Payloads are unmasked into memory of their own. A message's memory grows with what has arrived, at most to double,
 * and never by the length that a header declares.
 */

export interface InboundOptions {
  readonly fromClient: boolean;
  readonly delivery: "messages" | "pieces";
  readonly maxPayload: number;
  readonly maxFragments: number;
  readonly tolerateLongLengths: boolean;
  readonly platform: Platform;
}

/** A control frame as it came; what it asks for is the connection's business. */
export interface ControlFrame {
  readonly type: "control";
  readonly opcode: number;
  readonly payload: Uint8Array;
}
export interface Failure {
  readonly type: "violation";
  readonly violation: Violation;
}
export type InboundEvent = MessageEvent | PieceEvent | ControlFrame | Failure;

const EMPTY = new Uint8Array(0);
const FIRST_GROWTH = 256;

export class Inbound {
  readonly #options: InboundOptions;
  #input: Uint8Array = EMPTY;
  #at = 0;
  #end = 0;
  /** A header that was cut, and how much of it is there. */
  #cut: Uint8Array | undefined;
  #cutSize = 0;

  // The frame whose payload is being read.
  #inFrame = false;
  #opcode = 0;
  #fin = false;
  #key = 0;
  #phase = 0;
  #remaining = 0;

  // The message that is open, between its first frame and its last.
  #kind: MessageKind | undefined;
  #text = false;
  #utf8 = UTF8_START;
  #received = 0;
  #fragments = 0;
  #memory: Uint8Array = EMPTY;
  #filled = 0;

  // A control frame may come inside a message: it is collected apart.
  #control: Uint8Array | undefined;

  constructor(options: InboundOptions) {
    this.#options = options;
  }

  /** Whether a chunk is not used up yet. */
  get pending(): boolean {
    return this.#at < this.#end;
  }

  /** Whether a message has begun and not ended. */
  get messageOpen(): boolean {
    return this.#kind !== undefined;
  }

  receive(bytes: Uint8Array): void {
    this.#input = bytes;
    this.#at = 0;
    this.#end = bytes.length;
  }

  /** Lets go of everything: after a Close frame or a failure nothing more is parsed. */
  discard(): void {
    this.#input = EMPTY;
    this.#at = this.#end = 0;
    this.#cut = this.#control = undefined;
    this.#memory = EMPTY;
    this.#kind = undefined;
  }

  /** What comes next in the input; undefined when more octets are needed. */
  next(): InboundEvent | undefined {
    for (;;) {
      if (!this.#inFrame) {
        const violation = this.#cut === undefined ? this.#readHeader() : this.#mendHeader();
        if (violation !== undefined) return { type: "violation", violation };
        if (!this.#inFrame) {
          this.#input = EMPTY;
          return undefined;
        }
      } else if (this.#at === this.#end) {
        this.#input = EMPTY;
        return undefined;
      }
      const event = isControl(this.#opcode) ? this.#readControl() : this.#readData();
      if (event !== undefined) return event;
    }
  }

  /** Reads the header at the input's position where it is whole; else keeps what is there for the next chunk. */
  #readHeader(): Violation | undefined {
    const violation = this.#tryHeader(this.#input, this.#at, this.#end);
    if (violation !== undefined || this.#inFrame || this.#at === this.#end) return violation;
    this.#cut = new Uint8Array(MAX_HEADER_SIZE);
    this.#cutSize = this.#end - this.#at;
    this.#cut.set(this.#input.subarray(this.#at, this.#end));
    this.#at = this.#end;
    return undefined;
  }

  /** Adds octets to a header that was cut, one by one: at most 13 times for a frame. */
  #mendHeader(): Violation | undefined {
    const cut = this.#cut!;
    while (this.#at < this.#end) {
      cut[this.#cutSize++] = this.#input[this.#at++]!;
      // The header's end moves the position in the octets it was read from; here those are not the input.
      const at = this.#at;
      const violation = this.#tryHeader(cut, 0, this.#cutSize);
      this.#at = at;
      if (violation !== undefined) return violation;
      if (this.#inFrame) {
        this.#cut = undefined;
        return undefined;
      }
    }
    return undefined;
  }

  /** Each rule is asked once the octet is there that decides it; the frame begins when the header is whole. */
  #tryHeader(bytes: Uint8Array, at: number, end: number): Violation | undefined {
    if (at === end) return undefined;
    const { fromClient, maxPayload, tolerateLongLengths } = this.#options;
    const first = bytes[at]!;
    const violation = checkFirstOctet(first, this.#kind !== undefined, false);
    if (violation !== undefined || end - at < 2) return violation;
    const second = bytes[at + 1]!;
    const unlawful = checkSecondOctet(first, second, fromClient);
    if (unlawful !== undefined || end - at < lengthEnd(second)) return unlawful;
    const length = readLength(bytes, at);
    const limit = isControl(first) ? MAX_CONTROL_SIZE : maxPayload - this.#received;
    const wrongLength = checkLength(second, length, limit, tolerateLongLengths);
    const size = headerSize(second);
    if (wrongLength !== undefined || end - at < size) return wrongLength;
    this.#at = at + size;
    this.#key = fromClient ? readUint32(bytes, at + size - 4) : 0;
    return this.#beginFrame(first, length);
  }

  #beginFrame(first: number, length: number): Violation | undefined {
    this.#inFrame = true;
    this.#opcode = first & 0xf;
    this.#fin = (first & 0x80) !== 0;
    this.#phase = 0;
    this.#remaining = length;
    if (isControl(this.#opcode)) {
      this.#control = length === 0 ? EMPTY : this.#options.platform.allocate(length);
      return undefined;
    }
    if (this.#opcode !== Opcode.CONTINUATION) {
      this.#text = this.#opcode === Opcode.TEXT;
      this.#kind = this.#text ? "text" : "binary";
      this.#utf8 = UTF8_START;
      this.#received = this.#fragments = this.#filled = 0;
    }
    this.#received += length;
    return ++this.#fragments > this.#options.maxFragments ? "too-many-fragments" : undefined;
  }

  /** Unmasks what the input has of the payload; returns the OR of its octets. */
  #unmask(size: number, target: Uint8Array, at: number): number {
    const from = this.#at;
    this.#at += size;
    this.#remaining -= size;
    const phase = this.#phase;
    this.#phase = (phase + size) & 3;
    return mask(this.#input, from, from + size, target, at, this.#key, phase);
  }

  #readControl(): ControlFrame | undefined {
    const payload = this.#control!;
    const size = Math.min(this.#remaining, this.#end - this.#at);
    if (size > 0) this.#unmask(size, payload, payload.length - this.#remaining);
    if (this.#remaining > 0) return undefined;
    this.#inFrame = false;
    this.#control = undefined;
    return { type: "control", opcode: this.#opcode, payload };
  }

  #readData(): InboundEvent | undefined {
    const size = Math.min(this.#remaining, this.#end - this.#at);
    const inPieces = this.#options.delivery === "pieces";
    if (inPieces) this.#filled = 0;
    const from = this.#filled;
    if (size > 0) {
      this.#reserve(size, inPieces);
      const seen = this.#unmask(size, this.#memory, from);
      this.#filled = from + size;
      // ASCII between two characters leaves the machine where it is.
      if (this.#text && (seen >= 0x80 || this.#utf8 !== UTF8_START)) {
        this.#utf8 = validateUtf8(this.#memory, from, this.#filled, this.#utf8);
        if (this.#utf8 === UTF8_INVALID) return { type: "violation", violation: "invalid-utf8" };
      }
    }
    if (this.#remaining === 0) this.#inFrame = false;
    const last = this.#remaining === 0 && this.#fin;
    if (last && this.#text && this.#utf8 !== UTF8_START)
      return { type: "violation", violation: "invalid-utf8" };
    return inPieces ? this.#givePiece(last) : last ? this.#giveMessage() : undefined;
  }

  /** Makes room for `size` octets more. */
  #reserve(size: number, inPieces: boolean): void {
    const needed = this.#filled + size;
    if (needed <= this.#memory.length) return;
    const rest = this.#remaining - size;
    // What is sure to be the end fits exactly; otherwise room for as much as there is already.
    const wanted =
      inPieces || (this.#fin && rest <= needed) ? needed + (inPieces ? 0 : rest) : this.#grown(needed);
    const memory = this.#options.platform.allocate(wanted);
    if (this.#filled > 0) memory.set(this.#memory.subarray(0, this.#filled));
    this.#memory = memory;
  }

  #grown(needed: number): number {
    return Math.min(this.#options.maxPayload, Math.max(needed * 2, FIRST_GROWTH));
  }

  #giveMessage(): MessageEvent {
    const kind = this.#kind!;
    const bytes = this.#takeMemory();
    this.#kind = undefined;
    this.#received = 0;
    return { type: "message", kind, bytes };
  }

  /** Empty pieces are told only where they end the message. */
  #givePiece(last: boolean): PieceEvent | undefined {
    if (!last && this.#filled === 0) return undefined;
    const kind = this.#kind!;
    const bytes = this.#takeMemory();
    if (last) {
      this.#kind = undefined;
      this.#received = 0;
    }
    return { type: "piece", kind, bytes, last };
  }

  #takeMemory(): Uint8Array {
    const bytes =
      this.#filled === this.#memory.length ? this.#memory : this.#memory.subarray(0, this.#filled);
    this.#memory = EMPTY;
    this.#filled = 0;
    return bytes;
  }
}
