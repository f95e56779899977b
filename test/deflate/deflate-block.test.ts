import { inflateRawSync, constants } from "node:zlib";
import { describe, expect, it } from "vitest";
import { BitWriter } from "../../src/deflate/bit-writer.ts";
import { CodeHeader } from "../../src/deflate/code-header.ts";
import { writeBlock } from "../../src/deflate/deflate-block.ts";
import { distanceSymbol, LENGTH_SYMBOL, Tokens } from "../../src/deflate/deflate-match.ts";
import { Code } from "../../src/deflate/huffman.ts";
import { DISTANCE_EXTRA, LENGTH_EXTRA } from "../../src/deflate/inflate-tables.ts";

/** An octet, or a match. */
type Token = number | { readonly length: number; readonly distance: number };

function tokensOf(symbols: readonly Token[]): Tokens {
  const tokens = new Tokens(symbols.length);
  for (const symbol of symbols) {
    if (typeof symbol === "number") {
      tokens.list[tokens.count++] = symbol;
      tokens.literals[symbol]!++;
      continue;
    }
    const value = symbol.distance - 1;
    const distance = distanceSymbol(value);
    tokens.list[tokens.count++] = (symbol.length << 20) | (distance << 15) | value;
    tokens.literals[LENGTH_SYMBOL[symbol.length]!]!++;
    tokens.distances[distance]!++;
  }
  return tokens;
}

/** Bits behind the codes of the symbols, and what they take by the fixed codes (RFC 1951 3.2.5, 3.2.6). */
function sizes(symbols: readonly Token[]): { extra: number; fixed: number } {
  let extra = 0;
  let fixed = 7;
  for (const symbol of symbols) {
    if (typeof symbol === "number") {
      fixed += symbol < 144 ? 8 : 9;
      continue;
    }
    const length = LENGTH_SYMBOL[symbol.length]!;
    extra += LENGTH_EXTRA[length - 257]! + DISTANCE_EXTRA[distanceSymbol(symbol.distance - 1)]!;
    fixed += (length < 280 ? 7 : 8) + 5;
  }
  return { extra, fixed: fixed + extra };
}

/** What a block by codes of its own takes behind its first three bits. */
function dynamicSize(symbols: readonly Token[]): number {
  const { literals, distances } = tokensOf(symbols);
  literals[256] = 1;
  const [one, other] = [new Code(286), new Code(30)];
  one.fit(literals, 12);
  other.fit(distances, 9);
  const own = one.cost(one, literals) + other.cost(other, distances);
  return new CodeHeader().describe(one, other) + own + sizes(symbols).extra;
}

interface Written {
  readonly type: number;
  /** All of the block, in bits. */
  readonly size: number;
}

/** Writes a block behind `held` bits, as if it stood for `length` octets. */
function write(symbols: readonly Token[], length: number, held = 0): Written {
  const out = new BitWriter();
  out.write(0, held);
  writeBlock(out, tokensOf(symbols), new Uint8Array(length));
  const size = out.length * 8 + out.held - held;
  out.align();
  return { type: ((out.bytes[0]! | (out.bytes[1]! << 8)) >> (held + 1)) & 3, size };
}

/** A block stored behind `held` bits: three, then whole octets, of which four say how many. */
const storedSize = (length: number, held: number): number => 3 + ((5 - held) & 7) + 32 + 8 * length;

const MUCH = 60_000;
const octets = (count: number, from: number): number[] => Array.from({ length: count }, (_, i) => from + i);
/** Octets of which the small ones are frequent, the more so the larger `skew`. */
const skewed = (count: number, skew: number, seed: number): number[] =>
  Array.from({ length: count }, (_, i) => {
    const even = ((i * (2 * seed + 1) * 40_503 + 12_345) & 0xffff) / 0x1_0000;
    return Math.floor(256 * even ** skew);
  });

describe("a stored block", () => {
  it.each([0, 1, 2, 3, 4, 5, 6, 7])("is written behind %i bits only where it is shorter", (held) => {
    // By the fixed codes octets from 144 on take 9 bits: so many, and it makes no difference.
    const even = 25 + ((5 - held) & 7);
    const block = (nines: number): Written =>
      write([...octets(60 - nines, 0), ...octets(nines, 150)], 60, held);
    expect(block(even)).toEqual({ type: 1, size: storedSize(60, held) });
    expect(block(even + 1)).toEqual({ type: 0, size: storedSize(60, held) });
    expect(block(even - 1)).toEqual({ type: 1, size: storedSize(60, held) - 1 });
  });

  it("says its length and the complement of that, and is followed by what it stands for", () => {
    const out = new BitWriter();
    const raw = Uint8Array.from(octets(100, 150));
    writeBlock(out, tokensOf([...raw]), raw);
    expect([...out.bytes.subarray(0, out.length)]).toEqual([0, 100, 0, 0xff - 100, 0xff, ...raw]);
    expect(out.held).toBe(0);
  });
});

const matches: Token[] = [
  { length: 3, distance: 1 },
  { length: 10, distance: 4 },
  { length: 11, distance: 5 },
  { length: 114, distance: 32_768 },
  { length: 115, distance: 24_576 },
  { length: 257, distance: 192 },
  { length: 258, distance: 193 },
];

describe("the size of a compressed block", () => {
  it.each(matches)("is known before for %j by the fixed codes", (match) => {
    const symbols = [65, match, 200, match];
    const { fixed } = sizes(symbols);
    expect(write(symbols, MUCH)).toEqual({ type: 1, size: 3 + fixed });
  });

  it("is held against the stored one to the bit", () => {
    const families = [
      [65, ...matches, 200],
      skewed(300, 2, 1),
      [...skewed(300, 3, 2), ...matches, ...matches],
      skewed(5000, 1.1, 3),
    ];
    for (const symbols of families) {
      const { type, size } = write(symbols, MUCH);
      expect(type).not.toBe(0);
      for (let held = 0; held < 8; held++) {
        const length = Math.floor((size - 35) / 8);
        for (const less of [0, 1, 2]) {
          const stored = storedSize(length - less, held);
          const best = { type: stored < size ? 0 : type, size: Math.min(stored, size) };
          expect(write(symbols, length - less, held)).toEqual(best);
        }
      }
    }
  });
});

describe("codes of its own", () => {
  it("are not thought of for fewer than 128 symbols", () => {
    expect(write(octets(127, 0).fill(65), MUCH)).toEqual({ type: 1, size: 3 + 7 + 127 * 8 });
    expect(write(octets(128, 0).fill(65), MUCH).type).toBe(2);
  });

  it("are taken where the block is shorter with them, header and all", () => {
    const met = [0, 0, 0];
    for (let count = 128; count < 330; count++)
      for (const skew of [1, 1.2, 1.4]) {
        const symbols = [...skewed(count, skew, count), ...matches];
        const { fixed } = sizes(symbols);
        const own = dynamicSize(symbols);
        expect(write(symbols, MUCH)).toEqual({ type: fixed <= own ? 1 : 2, size: 3 + Math.min(fixed, own) });
        met[Math.sign(fixed - own) + 1]!++;
      }
    // The shorter one both ways, and the fixed codes where there is no difference.
    expect(Math.min(...met)).toBeGreaterThan(0);
  });
});

describe("what is written", () => {
  it("is read by node:zlib, and nothing of what the list held before", () => {
    const tokens = tokensOf([...Buffer.from("some words that were here before, and more of them")]);
    const out = new BitWriter();
    const text = "words, then the same ";
    tokens.count = 0;
    for (const octet of Buffer.from(text)) tokens.list[tokens.count++] = octet;
    writeBlock(out, tokens, Buffer.from(text));
    writeBlock(out, tokens, Buffer.from(text));
    out.align();
    const finish = { finishFlush: constants.Z_SYNC_FLUSH };
    expect(inflateRawSync(out.bytes.subarray(0, out.length), finish).toString()).toBe(text + text);
  });

  it("takes no memory for what it stands for", () => {
    const out = new BitWriter();
    const most: Token = { length: 258, distance: 1 };
    writeBlock(out, tokensOf([0, ...Array.from({ length: 126 }, () => most)]), new Uint8Array(32_509));
    expect(out.bytes.length).toBe(4096);
  });
});
