/*
 * Blocks (RFC 1951 3.2.3): of the three ways to send the same tokens, the one that takes the fewest bits.
 */
import type { BitWriter } from "./bit-writer.ts";
import { CodeHeader } from "./code-header.ts";
import { END_OF_BLOCK, LENGTH_SYMBOL, type Tokens } from "./deflate-match.ts";
import { Code } from "./huffman.ts";
import { DISTANCE_EXTRA, FIXED_LITERAL_LENGTHS, LENGTH_BASE, LENGTH_EXTRA } from "./inflate-tables.ts";

/** A dynamic block's header takes some 40 bytes: fewer tokens than this never win them back. */
const DYNAMIC_TOKENS = 128;
/** So short that two literals, or a match's length, or its distance fit into a word behind the 7 bits that wait there. */
const LITERAL_BITS = 12;
const DISTANCE_BITS = 9;

/** Of each match length, 3 to 258, its symbol, how many extra bits it has from bit 9 on, and their value from bit 12 on. */
const LENGTHS = Int32Array.from(
  LENGTH_SYMBOL,
  (symbol, length) =>
    symbol | (LENGTH_EXTRA[symbol - 257]! << 9) | ((length - LENGTH_BASE[symbol - 257]!) << 12),
);

const FIXED_LITERALS = Code.of(FIXED_LITERAL_LENGTHS);
const FIXED_DISTANCES = Code.of(new Uint8Array(30).fill(5));
const literalCode = new Code(286);
const distanceCode = new Code(30);
const header = new CodeHeader();

/** The tokens and the end of the block, by the codes given. */
function writeTokens(out: BitWriter, tokens: Tokens, literals: Int32Array, distances: Int32Array): void {
  const { view } = out;
  const { list, count } = tokens;
  let { length: to, bits, held } = out;
  // The end of the block stands behind the last token.
  for (let i = 0; i <= count; i++) {
    const token = list[i]!;
    if (token <= END_OF_BLOCK) {
      let code = literals[token]!;
      bits |= (code & 0xffff) << held;
      held += code >>> 16;
      const next = list[i + 1]!;
      if (next <= END_OF_BLOCK && i < count) {
        i++;
        code = literals[next]!;
        bits |= (code & 0xffff) << held;
        held += code >>> 16;
      }
    } else {
      const length = LENGTHS[token >>> 20]!;
      let code = literals[length & 511]!;
      bits |= ((code & 0xffff) | ((length >>> 12) << (code >>> 16))) << held;
      held += (code >>> 16) + ((length >>> 9) & 7);
      view.setInt32(to, bits, true);
      to += held >>> 3;
      bits >>>= held & 24;
      held &= 7;
      const symbol = (token >>> 15) & 31;
      const extra = DISTANCE_EXTRA[symbol]!;
      code = distances[symbol]!;
      bits |= ((code & 0xffff) | ((token & ((1 << extra) - 1)) << (code >>> 16))) << held;
      held += (code >>> 16) + extra;
    }
    view.setInt32(to, bits, true);
    to += held >>> 3;
    bits >>>= held & 24;
    held &= 7;
  }
  out.length = to;
  out.bits = bits;
  out.held = held;
}

/** Bits behind the codes of the tokens: the same for every code. */
function extraBits(tokens: Tokens): number {
  let bits = 0;
  for (let i = 0; i < 29; i++) bits += tokens.literals[257 + i]! * LENGTH_EXTRA[i]!;
  for (let i = 0; i < 30; i++) bits += tokens.distances[i]! * DISTANCE_EXTRA[i]!;
  return bits;
}

/** Bits that the tokens and the end of a short block take by the fixed codes. */
function fixedBits(tokens: Tokens): number {
  let bits = 0;
  for (let i = 0; i <= tokens.count; i++) {
    const token = tokens.list[i]!;
    if (token <= END_OF_BLOCK) bits += FIXED_LITERALS.lengths[token]!;
    else {
      const length = LENGTHS[token >>> 20]!;
      bits += FIXED_LITERALS.lengths[length & 511]! + ((length >>> 9) & 7);
      bits += 5 + DISTANCE_EXTRA[(token >>> 15) & 31]!;
    }
  }
  return bits;
}

/** Builds the codes that suit the tokens, and decides by what they go out. */
function cheapest(tokens: Tokens): { type: 1 | 2; bits: number } {
  const { literals, distances } = tokens;
  literals[END_OF_BLOCK] = 1;
  literalCode.fit(literals, LITERAL_BITS);
  distanceCode.fit(distances, DISTANCE_BITS);
  const extra = extraBits(tokens);
  const fixed = FIXED_LITERALS.cost(literalCode, literals) + FIXED_DISTANCES.cost(distanceCode, distances);
  const own = literalCode.cost(literalCode, literals) + distanceCode.cost(distanceCode, distances);
  const dynamic = header.describe(literalCode, distanceCode) + own;
  return fixed <= dynamic ? { type: 1, bits: fixed + extra } : { type: 2, bits: dynamic + extra };
}

/** Writes `raw`, of which `tokens` were found, as a block that is not the last (BFINAL=0). */
export function writeBlock(out: BitWriter, tokens: Tokens, raw: Uint8Array): void {
  tokens.list[tokens.count] = END_OF_BLOCK;
  const { type, bits } =
    tokens.count < DYNAMIC_TOKENS ? { type: 1, bits: fixedBits(tokens) } : cheapest(tokens);
  const stored = 8 * (raw.length + 4) + ((5 - out.held) & 7);
  out.reserve(Math.min(stored, bits));
  if (stored < bits) {
    out.write(0, 3);
    out.align();
    out.write(raw.length, 16);
    out.write(raw.length ^ 0xffff, 16);
    out.copy(raw);
    return;
  }
  out.write(type << 1, 3);
  if (type === 1) return writeTokens(out, tokens, FIXED_LITERALS.codes, FIXED_DISTANCES.codes);
  header.write(out);
  literalCode.assign();
  distanceCode.assign();
  writeTokens(out, tokens, literalCode.codes, distanceCode.codes);
}
