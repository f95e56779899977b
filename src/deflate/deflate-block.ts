/*
 * Blocks (RFC 1951 3.2.3): of the three ways to send the same tokens, the one that takes the fewest bits.
 */
import { distanceSymbol, LENGTH_SYMBOL, type Tokens } from "./deflate-match.ts";
import { assignCodes, codeLengths } from "./huffman.ts";
import {
  CODE_LENGTH_ORDER,
  DISTANCE_BASE,
  DISTANCE_EXTRA,
  FIXED_LITERAL_LENGTHS,
  LENGTH_BASE,
  LENGTH_EXTRA,
} from "./inflate-tables.ts";

const END_OF_BLOCK = 256;
/** A dynamic block's header takes some 40 bytes: fewer tokens than this never win them back. */
const DYNAMIC_TOKENS = 128;

const FIRST_BYTES = 4096;
/** A buffer that one large message made larger than this is not kept for the next. */
const KEPT_BYTES = 256 * 1024;

/** A buffer that grows, and takes bits. */
export class BitWriter {
  bytes: Uint8Array = new Uint8Array(FIRST_BYTES);
  #view: DataView = new DataView(this.bytes.buffer);
  /** Whole bytes written; behind them `#held` bits wait. */
  length = 0;
  #bits = 0;
  #held = 0;

  reset(): void {
    if (this.bytes.length > KEPT_BYTES) {
      this.bytes = new Uint8Array(FIRST_BYTES);
      this.#view = new DataView(this.bytes.buffer);
    }
    this.length = 0;
    this.#bits = 0;
    this.#held = 0;
  }

  /** Bits that were held, from the start of a byte. */
  get held(): number {
    return this.#held;
  }

  /** Makes room for `bits` more. */
  reserve(bits: number): void {
    const room = this.length + (bits >>> 3) + 16;
    if (room <= this.bytes.length) return;
    const grown = new Uint8Array(room * 2);
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
    this.#view = new DataView(grown.buffer);
  }

  /** Writes the lowest `count` bits, at most 25, of `value`; the room must be there. */
  write(value: number, count: number): void {
    const bits = this.#bits | (value << this.#held);
    const held = this.#held + count;
    this.#view.setInt32(this.length, bits, true);
    this.length += held >>> 3;
    this.#bits = bits >>> (held & 24);
    this.#held = held & 7;
  }

  /** Goes on at the next whole byte. */
  align(): void {
    if (this.#held > 0) this.write(0, 8 - this.#held);
  }

  copy(bytes: Uint8Array): void {
    this.bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** The tokens and the end of the block, by the codes given. */
  writeTokens(tokens: Tokens, literals: Int32Array, distances: Int32Array): void {
    const view = this.#view;
    const { list, count } = tokens;
    let { length: to } = this;
    let bits = this.#bits;
    let held = this.#held;
    for (let i = 0; i < count; i++) {
      const token = list[i]!;
      let code = literals[token < 256 ? token : LENGTH_SYMBOL[token >>> 16]!]!;
      bits |= (code & 0xffff) << held;
      held += code >>> 16;
      if (token > 255) {
        const length = token >>> 16;
        let symbol = LENGTH_SYMBOL[length]! - 257;
        bits |= (length - LENGTH_BASE[symbol]!) << held;
        held += LENGTH_EXTRA[symbol]!;
        view.setInt32(to, bits, true);
        to += held >>> 3;
        bits >>>= held & 24;
        held &= 7;
        const distance = token & 0xffff;
        symbol = distanceSymbol(distance);
        code = distances[symbol]!;
        bits |= (code & 0xffff) << held;
        held += code >>> 16;
        view.setInt32(to, bits, true);
        to += held >>> 3;
        bits >>>= held & 24;
        held &= 7;
        bits |= (distance - DISTANCE_BASE[symbol]!) << held;
        held += DISTANCE_EXTRA[symbol]!;
      }
      view.setInt32(to, bits, true);
      to += held >>> 3;
      bits >>>= held & 24;
      held &= 7;
    }
    this.length = to;
    this.#bits = bits;
    this.#held = held;
    this.write(literals[END_OF_BLOCK]! & 0xffff, literals[END_OF_BLOCK]! >>> 16);
  }
}

/** A code that is sent: lengths of its symbols, and the symbols' codes. */
class Code {
  readonly lengths: Uint8Array;
  readonly codes: Int32Array;

  constructor(symbols: number) {
    this.lengths = new Uint8Array(symbols);
    this.codes = new Int32Array(symbols);
  }

  assign(): this {
    assignCodes(this.lengths, this.lengths.length, this.codes);
    return this;
  }
}

const FIXED_LITERALS = new Code(288);
FIXED_LITERALS.lengths.set(FIXED_LITERAL_LENGTHS);
FIXED_LITERALS.assign();
const FIXED_DISTANCES = new Code(30);
FIXED_DISTANCES.lengths.fill(5);
FIXED_DISTANCES.assign();

const literalCode = new Code(286);
const distanceCode = new Code(30);
const lengthCode = new Code(19);
const lengthCounts = new Int32Array(19);
/** The code lengths as sent: a symbol in the lower 8 bits, the value of its extra bits above. */
const sent = new Int32Array(316);
const extraOf = (symbol: number): number => (symbol < 16 ? 0 : symbol === 16 ? 2 : symbol === 17 ? 3 : 7);
const both = new Uint8Array(316);

/** Bits that `tokens` take in a fixed block, and what their own codes would save. */
function costs(tokens: Tokens): { fixed: number; dynamic: number } {
  let fixed = 0;
  let dynamic = 0;
  for (let i = 0; i < 286; i++) {
    const times = tokens.literals[i]!;
    if (times === 0) continue;
    const extra = i > 256 ? LENGTH_EXTRA[i - 257]! : 0;
    fixed += times * (FIXED_LITERAL_LENGTHS[i]! + extra);
    dynamic += times * (literalCode.lengths[i]! + extra);
  }
  for (let i = 0; i < 30; i++) {
    const times = tokens.distances[i]!;
    fixed += times * (5 + DISTANCE_EXTRA[i]!);
    dynamic += times * (distanceCode.lengths[i]! + DISTANCE_EXTRA[i]!);
  }
  return { fixed, dynamic };
}

const withoutZeros = (lengths: Uint8Array, from: number, least: number): number => {
  let to = from;
  while (to > least && lengths[to - 1] === 0) to--;
  return to;
};

/** What the header of a dynamic block says (3.2.7). */
interface Header {
  readonly literals: number;
  readonly distances: number;
  readonly sent: number;
  readonly codeLengths: number;
  readonly bits: number;
}

/** Builds both codes for the tokens, and the code that their lengths are sent by. */
function prepareHeader(tokens: Tokens): Header {
  codeLengths(tokens.literals, 15, literalCode.lengths);
  codeLengths(tokens.distances, 15, distanceCode.lengths);
  const literals = withoutZeros(literalCode.lengths, 286, 257);
  const distances = withoutZeros(distanceCode.lengths, 30, 1);
  both.set(literalCode.lengths);
  both.set(distanceCode.lengths, literals);
  const total = literals + distances;
  let count = 0;
  lengthCounts.fill(0);
  const send = (symbol: number, extra: number): void => {
    sent[count++] = symbol | (extra << 8);
    lengthCounts[symbol]!++;
  };
  for (let i = 0; i < total;) {
    const length = both[i]!;
    let run = 1;
    while (i + run < total && both[i + run] === length) run++;
    i += run;
    if (length !== 0) {
      send(length, 0);
      run--;
    }
    for (; run >= 3;) {
      const most = length === 0 ? 138 : 6;
      const part = Math.min(run, most);
      if (length !== 0) send(16, part - 3);
      else if (part < 11) send(17, part - 3);
      else send(18, part - 11);
      run -= part;
    }
    for (; run > 0; run--) send(length, 0);
  }
  codeLengths(lengthCounts, 7, lengthCode.lengths);
  let kept = 19;
  while (kept > 4 && lengthCode.lengths[CODE_LENGTH_ORDER[kept - 1]!] === 0) kept--;
  let bits = 14 + 3 * kept;
  for (let i = 0; i < 19; i++) bits += lengthCounts[i]! * (lengthCode.lengths[i]! + extraOf(i));
  return { literals, distances, sent: count, codeLengths: kept, bits };
}

function writeHeader(out: BitWriter, header: Header): void {
  out.write(header.literals - 257, 5);
  out.write(header.distances - 1, 5);
  out.write(header.codeLengths - 4, 4);
  for (let i = 0; i < header.codeLengths; i++) out.write(lengthCode.lengths[CODE_LENGTH_ORDER[i]!]!, 3);
  lengthCode.assign();
  for (let i = 0; i < header.sent; i++) {
    const symbol = sent[i]! & 255;
    const code = lengthCode.codes[symbol]!;
    out.write(code & 0xffff, code >>> 16);
    if (symbol > 15) out.write(sent[i]! >>> 8, extraOf(symbol));
  }
}

/** Writes `raw`, of which `tokens` were found, as a block that is not the last (BFINAL=0). */
export function writeBlock(out: BitWriter, tokens: Tokens, raw: Uint8Array): void {
  tokens.literals[END_OF_BLOCK] = 1;
  const header = tokens.count < DYNAMIC_TOKENS ? undefined : prepareHeader(tokens);
  const bits = costs(tokens);
  const { fixed } = bits;
  const dynamic = header ? header.bits + bits.dynamic : Infinity;
  const stored = 8 * (raw.length + 4) + ((5 - out.held) & 7);
  out.reserve(Math.max(8 * (raw.length + 8), Math.min(fixed, dynamic) + 64));
  if (stored < fixed && stored < dynamic) {
    out.write(0, 3);
    out.align();
    out.write(raw.length, 16);
    out.write(raw.length ^ 0xffff, 16);
    out.copy(raw);
  } else if (header === undefined || fixed <= dynamic) {
    out.write(1 << 1, 3);
    out.writeTokens(tokens, FIXED_LITERALS.codes, FIXED_DISTANCES.codes);
  } else {
    out.write(2 << 1, 3);
    writeHeader(out, header);
    out.writeTokens(tokens, literalCode.assign().codes, distanceCode.assign().codes);
  }
}
