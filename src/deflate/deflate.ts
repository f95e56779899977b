/*
 * DEFLATE (RFC 1951) of one message at a time, in the form of RFC 7692 7.2.1: blocks that are not final, an
 * empty stored block behind them, and its last four octets, 00 00 ff ff, left out.
 */
import { BitWriter } from "./bit-writer.ts";
import { writeBlock } from "./deflate-block.ts";
import { MatchWindow, Tokens } from "./deflate-match.ts";

/** The most bytes of a block. */
const CHUNK_BYTES = 32 * 1024;
/** With context takeover memory counts more than the headers of blocks. */
export const TAKEOVER_CHUNK_BYTES: number = 16 * 1024;

/** What deflating needs for the time of one call only; shared by all connections of a server. */
export class DeflateScratch {
  readonly tokens: Tokens = new Tokens(CHUNK_BYTES);
  readonly out: BitWriter = new BitWriter();
  /** Windows that no message is using; one is enough where messages are deflated whole. */
  readonly windows: MatchWindow[] = [];
}

/** The messages of one direction of one connection. */
export class Deflater {
  readonly #scratch: DeflateScratch;
  readonly #reach: number;
  readonly #takeover: boolean;
  #window: MatchWindow | undefined;

  /** @param windowBits as agreed for this end, 8 to 15 */
  constructor(scratch: DeflateScratch, windowBits: number, takeover: boolean) {
    this.#scratch = scratch;
    this.#reach = 1 << windowBits;
    this.#takeover = takeover;
  }

  /**
   * The next piece of a message, `last` where the message ends with it: what to send for it. All that was
   * pushed can be inflated from what was returned. The result is a view: it holds until the next call to any
   * deflater with the same scratch.
   */
  deflate(piece: Uint8Array, last: boolean): Uint8Array {
    const window = (this.#window ??= this.#open());
    const { tokens, out } = this.#scratch;
    out.reset();
    for (let done = 0; done < piece.length;) {
      const { from, to } = window.take(piece, done);
      tokens.literals.fill(0);
      tokens.distances.fill(0);
      window.find(tokens, from, to, this.#reach);
      writeBlock(out, tokens, window.bytes.subarray(from, to));
      done += to - from;
    }
    out.reserve(64);
    out.write(0, 3);
    out.align();
    if (!last) out.write(0, 16);
    if (!last) out.write(0xffff, 16);
    if (last && !this.#takeover) this.release();
    return out.bytes.subarray(0, out.length);
  }

  /** Gives everything back, in the middle of a message too. */
  release(): void {
    if (this.#window !== undefined && !this.#takeover && this.#scratch.windows.length === 0)
      this.#scratch.windows.push(this.#window);
    this.#window = undefined;
  }

  #open(): MatchWindow {
    if (this.#takeover) return new MatchWindow(this.#reach, TAKEOVER_CHUNK_BYTES);
    const window = this.#scratch.windows.pop() ?? new MatchWindow(1 << 15, CHUNK_BYTES);
    window.forget();
    return window;
  }
}
