/*
 * The header of a dynamic block (RFC 1951 3.2.7): the lengths of both codes, as runs, by a code of their own.
 */
import type { BitWriter } from "./bit-writer.ts";
import { Code } from "./huffman.ts";
import { CODE_LENGTH_ORDER } from "./inflate-tables.ts";

/** The symbols that stand for runs, and the bits that say how long: 3 to 6 times the last length, and zeros. */
const REPEAT = 16;
const ZEROS = 17;
const MANY_ZEROS = 18;
const extraOf = (symbol: number): number =>
  symbol < REPEAT ? 0 : symbol === REPEAT ? 2 : symbol === ZEROS ? 3 : 7;

export class CodeHeader {
  readonly #code = new Code(19);
  readonly #frequencies = new Int32Array(19);
  /** What is sent: a symbol in the lower 8 bits, the value of its extra bits above. */
  readonly #sent = new Int32Array(316);
  #count = 0;
  #literals = 0;
  #distances = 0;
  #kept = 0;

  /** Takes two codes up; returns the bits that the header takes. */
  describe(literals: Code, distances: Code): number {
    this.#count = 0;
    this.#frequencies.fill(0);
    this.#literals = literals.used[literals.count - 1]! + 1;
    this.#distances = distances.used[distances.count - 1]! + 1;
    this.#runs(literals);
    this.#runs(distances);
    const code = this.#code;
    code.fit(this.#frequencies, 7);
    let kept = 19;
    while (code.lengths[CODE_LENGTH_ORDER[kept - 1]!] === 0) kept--;
    this.#kept = kept;
    const extra =
      2 * this.#frequencies[REPEAT]! + 3 * this.#frequencies[ZEROS]! + 7 * this.#frequencies[MANY_ZEROS]!;
    return 14 + 3 * kept + code.cost(code, this.#frequencies) + extra;
  }

  #send(symbol: number, extra: number): void {
    this.#sent[this.#count++] = symbol | (extra << 8);
    this.#frequencies[symbol]!++;
  }

  /** The lengths of one code. A run might go on into the other code; that it does not costs next to nothing. */
  #runs(code: Code): void {
    const { lengths, used, count } = code;
    let next = 0;
    for (let i = 0; i < count;) {
      const symbol = used[i]!;
      this.#zeros(symbol - next);
      const length = lengths[symbol]!;
      this.#send(length, 0);
      let run = 1;
      while (lengths[symbol + run] === length) run++;
      i += run;
      next = symbol + run;
      for (run--; run >= 3; run -= Math.min(run, 6)) this.#send(REPEAT, Math.min(run, 6) - 3);
      for (; run > 0; run--) this.#send(length, 0);
    }
  }

  #zeros(run: number): void {
    let rest = run;
    for (; rest >= 11; rest -= Math.min(rest, 138)) this.#send(MANY_ZEROS, Math.min(rest, 138) - 11);
    if (rest >= 3) this.#send(ZEROS, rest - 3);
    else for (; rest > 0; rest--) this.#send(0, 0);
  }

  write(out: BitWriter): void {
    const code = this.#code;
    out.write((this.#literals - 257) | ((this.#distances - 1) << 5) | ((this.#kept - 4) << 10), 14);
    for (let i = 0; i < this.#kept; i++) out.write(code.lengths[CODE_LENGTH_ORDER[i]!]!, 3);
    code.assign();
    for (let i = 0; i < this.#count; i++) {
      const symbol = this.#sent[i]! & 255;
      const bits = code.codes[symbol]!;
      const length = bits >>> 16;
      out.write((bits & 0xffff) | ((this.#sent[i]! >>> 8) << length), length + extraOf(symbol));
    }
  }
}
