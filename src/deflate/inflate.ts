/*
 * INFLATE (RFC 1951) of one message at a time, resumable at any byte of input and in slices of output.
 *
 * Strategy: compressed bytes are staged in a buffer with slack behind them, and the place in the stream is
 * one number, the position of the next bit. A symbol (or a header of a block) is decoded without asking
 * whether its bits have arrived; afterwards the position is compared with the end, and where it went past it,
 * the step is taken back and waits for more input. So the hot loop has one path, and "need more" leaves no
 * trace. Output is written behind the window it refers to, in one buffer; a full buffer slides.
 */
import { decodeSymbols, readHeader, type StepResult } from "./inflate-block.ts";
import { BEHIND_WINDOW, InflateScratch, OVERRUN, type InflatePool, STAGE_BYTES } from "./inflate-scratch.ts";

/** What is wrong with a message. All of them are 1007 on the wire. */
export type InflateError =
  /** Against RFC 1951, a distance outside the agreed window or before its start, or no byte at all. */
  | "invalid-deflate"
  /** A block with BFINAL=1, and more bytes after it than one 00. */
  | "trailing"
  /** The message ends inside a block. */
  | "truncated";

/** The tail that a sender cuts off (RFC 7692 7.2.1). */
const TAIL_BYTES = 4;
/** Headers and bodies of blocks in one go: less than a millisecond. */
const STEPS = 4096;

const EMPTY: Uint8Array = new Uint8Array(0);

/**
 * The messages of one direction of one connection.
 *
 * The caller pushes the pieces of a message, and after each piece reads until `read` gives `undefined`. Then
 * either `ended` (the next `push` begins the next message), or `error` (nothing more will come), or the next
 * piece is wanted. A slice is a view: it holds until the next call to any inflater of the same pool.
 */
export class Inflater {
  readonly #pool: InflatePool;
  readonly #takeover: boolean;
  readonly #window: number;
  /** The window that outlives the message; only with context takeover, and only after the first message. */
  #kept = EMPTY;
  #keptLength = 0;
  #stream: InflateScratch | undefined;
  #piece = EMPTY;
  #offset = 0;
  #last = false;
  #received = 0;
  #tail = 0;
  #trailing = 0;
  #seen = 0;
  #error: InflateError | undefined;
  #ended = true;

  /** @param windowBits as agreed for the sender, 8 to 15 */
  constructor(pool: InflatePool, windowBits: number, takeover: boolean) {
    this.#pool = pool;
    this.#window = 1 << windowBits;
    this.#takeover = takeover;
  }

  get error(): InflateError | undefined {
    return this.#error;
  }

  /** Of the octets that were given out, the OR; more bits may be set, but below 0x80 all of them are ASCII. */
  get seen(): number {
    return this.#stream?.seen ?? this.#seen;
  }

  /** Is no message open? */
  get ended(): boolean {
    return this.#ended;
  }

  /** Of what was pushed of the message, the octets that were taken up. */
  get taken(): number {
    return this.#received - (this.#piece.length - this.#offset);
  }

  /** Another one that goes on from here, in the middle of a message: it has what was pushed to this one. */
  copy(): Inflater {
    const other = new Inflater(this.#pool, 31 - Math.clz32(this.#window), this.#takeover);
    other.#begin();
    other.#stream!.follow(this.#stream!);
    other.#piece = this.#piece;
    other.#offset = this.#offset;
    other.#last = this.#last;
    other.#received = this.#received;
    other.#tail = this.#tail;
    return other;
  }

  /** The next piece of the message; `last` where the message ends with it. The piece must stay as it is until it is read. */
  push(piece: Uint8Array, last: boolean): void {
    if (this.#error !== undefined) return;
    if (this.#offset < this.#piece.length) throw new TypeError("push() before the last piece was read");
    if (this.#ended) this.#begin();
    this.#piece = piece;
    this.#offset = 0;
    this.#last = last;
    this.#received += piece.length;
  }

  /** The next slice of output, up to `SLICE_BYTES`; shorter, or empty, after many blocks. What comes before an error is read before it. */
  read(): Uint8Array | undefined {
    const stream = this.#stream;
    if (stream === undefined) return undefined;
    const end = stream.out.length - OVERRUN;
    if (stream.op >= end) this.#slide(stream);
    const from = stream.op;
    stream.limit = end;
    let steps = 0;
    while (stream.op < stream.limit && stream.mode !== "final" && this.#error === undefined) {
      if (++steps > STEPS) return stream.out.subarray(from, stream.op);
      if (this.#canStage()) this.#stage(stream);
      const result = step(stream);
      if (result === "invalid") this.#error = "invalid-deflate";
      else if (result === "input" && !this.#canStage()) break;
    }
    if (stream.op > from) return stream.out.subarray(from, stream.op);
    this.#settle(stream);
    return undefined;
  }

  /** Gives everything back, in the middle of a message too. The inflater must not be used again. */
  release(): void {
    this.#giveBack();
    this.#kept = EMPTY;
    this.#keptLength = 0;
    this.#ended = true;
  }

  #begin(): void {
    const stream = this.#pool.take();
    this.#stream = stream;
    this.#ended = false;
    this.#received = 0;
    this.#tail = 0;
    this.#trailing = 0;
    if (this.#takeover && this.#kept.length === 0) this.#kept = new Uint8Array(this.#window + BEHIND_WINDOW);
    stream.begin(this.#takeover ? this.#kept : undefined, this.#keptLength, this.#window);
    if (this.#keptLength === 0) this.#seen = 0;
    stream.seen = this.#seen;
  }

  /** Makes room for the next slice, and keeps the window before it. */
  #slide(stream: InflateScratch): void {
    const keep = Math.min(stream.op, this.#window);
    stream.out.copyWithin(0, stream.op - keep, stream.op);
    stream.op = keep;
  }

  #canStage(): boolean {
    return this.#offset < this.#piece.length || (this.#last && this.#tail === 0);
  }

  /** Fills the stage: what is left of it, then the piece, and behind the message's last byte the tail. */
  #stage(stream: InflateScratch): void {
    const used = stream.pos >>> 3;
    const { stage } = stream;
    if (used > 0) {
      stage.copyWithin(0, used, stream.end);
      stream.end -= used;
      stream.pos &= 7;
    }
    const rest = this.#piece.length - this.#offset;
    const take = Math.min(rest, STAGE_BYTES - TAIL_BYTES - stream.end);
    const whole = take === this.#piece.length;
    stage.set(whole ? this.#piece : this.#piece.subarray(this.#offset, this.#offset + take), stream.end);
    this.#offset += take;
    stream.end += take;
    if (!this.#last || take < rest) return;
    stage[stream.end] = 0;
    stage[stream.end + 1] = 0;
    stage[stream.end + 2] = 0xff;
    stage[stream.end + 3] = 0xff;
    stream.end += TAIL_BYTES;
    this.#tail = TAIL_BYTES;
  }

  /** Everything pushed is used up, or the stream is over: decides what that means. */
  #settle(stream: InflateScratch): void {
    const final = stream.mode === "final";
    if (this.#error === undefined) {
      if (final) this.#error = this.#afterFinal(stream);
      else if (this.#last && this.#received === 0) this.#error = "invalid-deflate";
      else if (this.#last && (stream.mode !== "header" || stream.pos !== stream.end * 8))
        this.#error = "truncated";
      if (this.#error === undefined && !this.#last) return;
    }
    // After BFINAL=1 the sender's compressor begins anew, and so does this one (RFC 7692 7.2.3.4).
    if (this.#takeover) this.#keptLength = final ? 0 : stream.op;
    this.#seen = stream.seen;
    this.#giveBack();
    this.#ended = true;
  }

  /** Behind a final block: the tail alone (of which its last bytes may be made), or one 00 before it. */
  #afterFinal(stream: InflateScratch): InflateError | undefined {
    const at = (stream.pos + 7) >>> 3;
    const fresh = stream.end - at - this.#tail + (this.#piece.length - this.#offset);
    // The block went into the tail: well where it used it all (01 stands for 01 00 00 ff ff).
    if (fresh < 0) return stream.end === at ? undefined : "truncated";
    if (fresh + this.#trailing > 1) return "trailing";
    if (fresh === 1 && (at < stream.end ? stream.stage[at] : this.#piece[this.#offset]) !== 0)
      return "trailing";
    this.#trailing += fresh;
    stream.pos = stream.end * 8;
    this.#tail = 0;
    this.#offset = this.#piece.length;
    return undefined;
  }

  #giveBack(): void {
    if (this.#stream !== undefined) {
      this.#stream.out = this.#stream.output;
      this.#pool.give(this.#stream);
    }
    this.#stream = undefined;
    this.#piece = EMPTY;
    this.#offset = 0;
  }
}

/** Decodes as far as input and output allow; what is said is why it stopped. */
function step(stream: InflateScratch): StepResult {
  if (stream.mode === "header") return readHeader(stream);
  if (stream.mode === "symbols") return decodeSymbols(stream);
  // A stored block: whole bytes, of which some may be here (RFC 1951 3.2.4).
  const at = stream.pos >>> 3;
  const length = Math.min(stream.stored, stream.end - at, stream.limit - stream.op);
  stream.out.set(stream.stage.subarray(at, at + length), stream.op);
  if (length > 0) stream.seen = 0xff;
  stream.op += length;
  stream.pos += length * 8;
  stream.stored -= length;
  if (stream.stored > 0) return "input";
  stream.endBlock();
  return undefined;
}
