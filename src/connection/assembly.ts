import { MAX_HEADER_SIZE } from "../frame/header.ts";
import { UTF8_INVALID, UTF8_START, validateUtf8With } from "../frame/utf8.ts";
import type { Violation } from "../frame/violation.ts";
import type { Delivery, MessageEvent, MessageKind, PieceEvent } from "./event.ts";
import type { Platform } from "./platform.ts";

/*
 * A message that is open: memory that its octets are written into, and what they make of it in the end. The memory
 * grows with what has arrived, at most to four times that, to twice where nobody knows how much is to come, and never to
 * the length that a header declares. A large message has room in front of it, so that it can be sent on without a copy,
 * and in one piece.
 */

export interface AssemblyOptions {
  /** Octets of a message at most. */
  readonly maxPayload: number;
  readonly platform: Platform;
}

const EMPTY = new Uint8Array(0);
const FIRST_GROWTH = 256;
/** Above this size there is room in front. */
const ROOMY = 4 * 1024;
/** More than a header of a server needs, so that words in memory stay where they were. */
const ROOM = 16;

export class Assembly {
  readonly #options: AssemblyOptions;
  readonly delivery: Delivery;
  readonly #kind: MessageKind;
  /** Stays where it is if that is no text. */
  #utf8 = UTF8_START;
  memory: Uint8Array = EMPTY;
  /** Where in the memory the message begins, and where its next octets are written. */
  #start = 0;
  end = 0;

  constructor(options: AssemblyOptions, delivery: Delivery, kind: MessageKind) {
    this.#options = options;
    this.delivery = delivery;
    this.#kind = kind;
  }

  /** Whether no octet is there that was not handed out. */
  get empty(): boolean {
    return this.end === 0;
  }

  /**
   * Makes room for `size` octets more. `rest` is how many will follow them to the end of the message, Infinity where
   * nobody knows.
   */
  reserve(size: number, rest: number): void {
    const { end } = this;
    if (end + size <= this.memory.length) return;
    const start = this.#start;
    const needed = end - start + size;
    const whole = this.delivery === "messages";
    const octets = whole ? this.#grown(needed, rest) : needed;
    this.#start = whole && octets > ROOMY ? ROOM : 0;
    const memory = this.#options.platform.allocate(this.#start + octets);
    if (end > start) memory.set(this.memory.subarray(start, end), this.#start);
    this.memory = memory;
    this.end = this.#start + needed - size;
  }

  /** Never beyond what the frame declares: what is sure to be the end fits exactly. */
  #grown(needed: number, rest: number): number {
    const growth = rest === Infinity ? 2 : 4;
    // With its header it has come in chunks of 64 KiB, and 256 KiB of it are to need memory once.
    const arrived = needed + MAX_HEADER_SIZE;
    return Math.min(this.#options.maxPayload, needed + rest, Math.max(arrived * growth, FIRST_GROWTH));
  }

  /** `size` octets were written, whose OR is `seen`: validates them where they are text. */
  added(size: number, seen: number): Violation | undefined {
    const from = this.end;
    this.end = from + size;
    return this.#validate(this.memory, from, this.end, seen);
  }

  #validate(octets: Uint8Array, from: number, to: number, seen: number): Violation | undefined {
    // ASCII between two characters leaves the machine where it is.
    if (this.#kind !== "text" || (seen < 0x80 && this.#utf8 === UTF8_START)) return undefined;
    this.#utf8 = validateUtf8With(this.#options.platform.isUtf8, octets, from, to, this.#utf8);
    return this.#utf8 === UTF8_INVALID ? "invalid-utf8" : undefined;
  }

  /** Copies a slice in, of which nobody knows how many will follow; `seen` as for {@link added}. Else only validates it. */
  append(slice: Uint8Array, seen: number, keep: boolean): Violation | undefined {
    if (!keep) return this.#validate(slice, 0, slice.length, seen);
    this.reserve(slice.length, this.empty ? 0 : Infinity);
    this.memory.set(slice, this.end);
    return this.added(slice.length, seen);
  }

  /** Copies a slice in that was validated, of a message of `size` octets in all. */
  keep(slice: Uint8Array, size: number): void {
    this.reserve(size - (this.end - this.#start), 0);
    this.memory.set(slice, this.end);
    this.end += slice.length;
  }

  /** Hands out the message when `last` is set, or the piece; undefined where there is nothing to tell yet. */
  take(last: boolean): MessageEvent | PieceEvent | Violation | undefined {
    const kind = this.#kind;
    if (last && this.#utf8 !== UTF8_START) return "invalid-utf8";
    if (this.delivery === "messages") {
      if (!last) return undefined;
      const bytes = this.#takeBytes();
      if (bytes.length <= ROOMY) return { type: "message", kind, bytes };
      return { type: "message", kind, bytes, room: ROOM };
    }
    // Empty pieces are told only where they end the message.
    if (!last && this.empty) return undefined;
    return { type: "piece", kind, bytes: this.#takeBytes(), last };
  }

  #takeBytes(): Uint8Array {
    const { memory, end } = this;
    const bytes = end - this.#start === memory.length ? memory : memory.subarray(this.#start, end);
    this.memory = EMPTY;
    this.#start = this.end = 0;
    return bytes;
  }
}
