import type { Assembly, AssemblyOptions } from "./assembly.ts";
import type { MessageCodec, MessageInflater } from "./codec.ts";
import type { MessageEvent, PieceEvent } from "./event.ts";
import { Gathered } from "./gathered.ts";
import type { Violation } from "../frame/violation.ts";

/*
 * The payloads of compressed messages on their way into their assembly: inflated slice by slice, so that limits are
 * checked while it inflates, and with a budget, so that others have their turn.
 *
 * What is large, or might be a bomb, is counted before it is kept: the rest of it is inflated twice, and only the second
 * time into memory, of just the size. So a message beyond the limit takes little, and none within it is held twice.
 */

/** Octets of output before others have a turn: a few milliseconds of work. A chunk of 64 KiB may hold up to 64 MiB. */
const BUDGET = 512 * 1024;
/** A slice shorter than this that is not the last one took many blocks: that is work, too. */
const SHORT = 4 * 1024;
const TOLL: number = BUDGET / 2;
/** A message is counted beyond so many octets, or beyond fewer (a first slice, if that is full) that are many times what made them. */
const LARGE = 2 * 1024 * 1024;
const COUNTED = 95 * 1024;
const RATIO = 16;
const NOTHING = new Uint8Array(0);

export class Inflating {
  readonly #codec: MessageCodec;
  /** While a message is open. */
  #assembly: Assembly | undefined;
  readonly #options: AssemblyOptions;
  #inflater: MessageInflater | undefined;
  /** While a message is counted, the inflater that has stayed where that began, and what was pushed since. */
  #behind: MessageInflater | undefined;
  #payload: Gathered | undefined;
  #counted = false;
  #size = 0;
  #work = 0;
  #toll = 0;
  /** There may be more to read than was read. */
  active = false;

  constructor(codec: MessageCodec, options: AssemblyOptions) {
    this.#codec = codec;
    this.#options = options;
  }

  begin(assembly: Assembly): void {
    this.#assembly = assembly;
    this.#inflater ??= this.#codec.takeInflater();
    this.#size = 0;
    this.#counted = false;
  }

  /** A piece of the message, which must stay as it is until it is used up; `last` where the message ends with it. */
  push(piece: Uint8Array, last: boolean): void {
    this.#inflater!.push(piece, last);
    if (this.#behind !== undefined) (this.#payload ??= new Gathered(this.#options.platform)).add(piece);
    this.#toll = 0;
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
    this.#work += slice.length + this.#toll;
    this.#toll = slice.length < SHORT ? TOLL : 0;
    if (!this.#counted) return this.#append(inflater, slice);
    this.#assembly!.keep(slice, this.#size);
    return undefined;
  }

  /** Octets within the limit are judged as text before those beyond it: the answer is the same for every cutting. */
  #append(inflater: MessageInflater, slice: Uint8Array): MessageEvent | PieceEvent | Violation | undefined {
    const keep = this.#behind === undefined;
    const size = Math.min(slice.length, this.#options.maxPayload - this.#size);
    this.#size += size;
    const within = size < slice.length ? slice.subarray(0, size) : slice;
    const violation = this.#assembly!.append(within, inflater.seen, keep);
    if (violation !== undefined) return violation;
    if (size < slice.length) return "message-too-big";
    const many = this.#size > Math.min(LARGE, Math.max(COUNTED, RATIO * inflater.taken));
    if (many && keep && this.#assembly!.delivery === "messages") this.#behind = inflater.copy();
    return this.#assembly!.take(false);
  }

  #usedUp(inflater: MessageInflater, last: boolean): Violation | undefined {
    if (inflater.error !== undefined) return "invalid-deflate";
    if (last && this.#goesOn()) return undefined;
    this.active = false;
    if (!last) return undefined;
    this.#inflater = this.#codec.giveInflater(inflater);
    this.#assembly = undefined;
    return undefined;
  }

  /** A message is whole: whether what was only counted is now inflated again, from where that began. */
  #goesOn(): boolean {
    if (this.#behind !== undefined) {
      this.#inflater!.release();
      this.#inflater = this.#behind;
      this.#behind = undefined;
      this.#counted = true;
      return true;
    }
    if (this.#payload === undefined) return false;
    const octets = this.#payload.take();
    this.#inflater!.push(octets ?? NOTHING, octets === undefined);
    if (octets === undefined) this.#payload = undefined;
    return true;
  }

  /** Lets go of everything; nothing will be pushed any more. */
  discard(): void {
    this.#inflater?.release();
    this.#behind?.release();
    this.#inflater = this.#behind = this.#payload = this.#assembly = undefined;
  }
}
