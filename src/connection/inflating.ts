import type { Assembly } from "./assembly.ts";
import type { MessageCodec, MessageInflater } from "./codec.ts";
import type { MessageEvent, PieceEvent } from "./event.ts";
import type { Violation } from "../frame/violation.ts";

/*
 * The payloads of compressed messages on their way into the assembly: inflated slice by slice, so that limits are
 * checked while it inflates, and with a budget, so that others have their turn.
 */

/** Octets of output before others have a turn: a few milliseconds of work. A chunk of 64 KiB may hold up to 64 MiB. */
const BUDGET = 512 * 1024;

export class Inflating {
  readonly #codec: MessageCodec;
  readonly #assembly: Assembly;
  readonly #maxPayload: number;
  #inflater: MessageInflater | undefined;
  #size = 0;
  #work = 0;
  /** There may be more to read than was read. */
  active = false;

  constructor(codec: MessageCodec, assembly: Assembly, maxPayload: number) {
    this.#codec = codec;
    this.#assembly = assembly;
    this.#maxPayload = maxPayload;
  }

  begin(): void {
    this.#inflater ??= this.#codec.takeInflater();
    this.#size = 0;
  }

  /** A piece of the message, which must stay as it is until it is used up; `last` where the message ends with it. */
  push(piece: Uint8Array, last: boolean): void {
    this.#inflater!.push(piece, last);
    this.active = true;
  }

  /** A new chunk has come, or a new turn. */
  rest(): void {
    this.#work = 0;
  }

  get exhausted(): boolean {
    return this.#work >= BUDGET;
  }

  /** Goes on by a slice, unless the budget is used up: what there is to tell of it. {@link active} says if there may be more. */
  read(last: boolean): MessageEvent | PieceEvent | Violation | undefined {
    if (this.exhausted) return undefined;
    const inflater = this.#inflater!;
    const slice = inflater.read();
    if (slice === undefined) return this.#usedUp(inflater, last);
    // Octets within the limit are judged as text before those beyond it: the answer is the same for every cutting.
    const size = Math.min(slice.length, this.#maxPayload - this.#size);
    this.#size += size;
    this.#work += slice.length;
    const violation = this.#assembly.append(
      size < slice.length ? slice.subarray(0, size) : slice,
      inflater.seen,
    );
    if (violation !== undefined) return violation;
    return size < slice.length ? "message-too-big" : this.#assembly.take(false);
  }

  #usedUp(inflater: MessageInflater, last: boolean): Violation | undefined {
    if (inflater.error !== undefined) return "invalid-deflate";
    // To bring a long message together takes time, too.
    if (last && !this.#assembly.join()) {
      this.#work = BUDGET;
      return undefined;
    }
    this.active = false;
    if (last) this.#inflater = this.#codec.giveInflater(inflater);
    return undefined;
  }

  /** Lets go of everything; nothing will be pushed any more. */
  discard(): void {
    this.active = false;
    this.#inflater?.release();
    this.#inflater = undefined;
  }
}
