import { UTF8_INVALID, UTF8_START, validateUtf8 } from "../frame/utf8.ts";
import type { Violation } from "../frame/violation.ts";
import type { Delivery, MessageEvent, MessageKind, PieceEvent } from "./event.ts";
import type { Platform } from "./platform.ts";

/*
 * The message that is open: memory that its octets are written into, and what they make of it in the end. The memory
 * grows with what has arrived, at most to double, and never by the length that a header declares.
 */

export interface AssemblyOptions {
  readonly delivery: Delivery;
  /** Octets of a message at most. */
  readonly maxPayload: number;
  readonly platform: Platform;
}

const EMPTY = new Uint8Array(0);
const FIRST_GROWTH = 256;

export class Assembly {
  readonly #options: AssemblyOptions;
  /** May change while no message is open. */
  delivery: Delivery;
  #kind: MessageKind | undefined;
  #text = false;
  #utf8 = UTF8_START;
  /** Where the next octets are written: from {@link size} on. */
  memory: Uint8Array = EMPTY;
  /** Octets that are there and were not handed out. */
  size = 0;

  constructor(options: AssemblyOptions) {
    this.#options = options;
    this.delivery = options.delivery;
  }

  begin(text: boolean): void {
    this.#text = text;
    this.#kind = text ? "text" : "binary";
    this.#utf8 = UTF8_START;
  }

  /** Lets go of the message. */
  drop(): void {
    this.#kind = undefined;
    this.memory = EMPTY;
    this.size = 0;
  }

  /**
   * Makes room for `size` octets more. `rest` is how many will follow them to the end of the message, Infinity where
   * nobody knows.
   */
  reserve(size: number, rest: number): void {
    const needed = this.size + size;
    if (needed <= this.memory.length) return;
    // What is sure to be the end fits exactly; otherwise there is room for as much as there is already.
    const grown = rest <= needed ? needed + rest : Math.max(needed * 2, FIRST_GROWTH);
    const memory = this.#options.platform.allocate(
      this.delivery === "pieces" ? needed : Math.min(this.#options.maxPayload, grown),
    );
    if (this.size > 0) memory.set(this.memory.subarray(0, this.size));
    this.memory = memory;
  }

  /** `size` octets were written, whose OR is `seen`: validates them where they are text. */
  added(size: number, seen: number): Violation | undefined {
    const from = this.size;
    this.size = from + size;
    // ASCII between two characters leaves the machine where it is.
    if (!this.#text || (seen < 0x80 && this.#utf8 === UTF8_START)) return undefined;
    this.#utf8 = validateUtf8(this.memory, from, this.size, this.#utf8);
    return this.#utf8 === UTF8_INVALID ? "invalid-utf8" : undefined;
  }

  /** Hands out the message when `last` is set, or the piece; undefined where there is nothing to tell yet. */
  take(last: boolean): MessageEvent | PieceEvent | Violation | undefined {
    if (last && this.#text && this.#utf8 !== UTF8_START) return "invalid-utf8";
    if (this.delivery === "messages") {
      if (!last) return undefined;
      return { type: "message", kind: this.#takeKind(), bytes: this.#takeBytes() };
    }
    // Empty pieces are told only where they end the message.
    if (!last && this.size === 0) return undefined;
    const kind = last ? this.#takeKind() : this.#kind!;
    return { type: "piece", kind, bytes: this.#takeBytes(), last };
  }

  #takeKind(): MessageKind {
    const kind = this.#kind!;
    this.#kind = undefined;
    return kind;
  }

  #takeBytes(): Uint8Array {
    const bytes = this.size === this.memory.length ? this.memory : this.memory.subarray(0, this.size);
    this.memory = EMPTY;
    this.size = 0;
    return bytes;
  }
}
