import { describe, expect, it } from "vitest";
import { BitWriter } from "../../src/deflate/bit-writer.ts";
import { CodeHeader } from "../../src/deflate/code-header.ts";
import { Code } from "../../src/deflate/huffman.ts";
import { CODE_LENGTH_ORDER } from "../../src/deflate/inflate-tables.ts";

const header = new CodeHeader();

/** A code with these lengths, by symbol. */
const codeOf = (size: number, lengths: Record<number, number>): Code =>
  Code.of(Uint8Array.from({ length: size }, (_, symbol) => lengths[symbol] ?? 0));

/** The bits of a header, in the order in which they are sent; it says itself how many they are. */
function bitsOf(literals: Code, distances: Code): string {
  const out = new BitWriter();
  const size = header.describe(literals, distances);
  header.write(out);
  const { length, held } = out;
  expect(length * 8 + held).toBe(size);
  out.align();
  const bits = Array.from(out.bytes.subarray(0, out.length), (byte) =>
    byte.toString(2).padStart(8, "0").split("").toReversed().join(""),
  );
  return bits.join("").slice(0, size);
}

const number = (bits: string): number => parseInt(bits.split("").toReversed().join(""), 2);

/** Reads a header by RFC 1951 3.2.7: what stands in it, and the lengths that it tells. */
function read(bits: string): { counts: number[]; sent: string[]; lengths: number[] } {
  let at = 0;
  const next = (count: number): number => number(bits.slice(at, (at += count)));
  const counts = [next(5) + 257, next(5) + 1, next(4) + 4] as const;
  const own = new Uint8Array(19);
  for (const symbol of CODE_LENGTH_ORDER.subarray(0, counts[2])) own[symbol] = next(3);
  const { codes } = Code.of(own);
  const words = new Map(
    Array.from(codes, (code, symbol) => [
      Array.from({ length: code >>> 16 }, (_, i) => (code >> i) & 1).join(""),
      symbol,
    ]),
  );
  const sent: string[] = [];
  const lengths: number[] = [];
  while (at < bits.length) {
    let word = "";
    do word += bits[at++]!;
    while (!words.has(word) && at < bits.length);
    const symbol = words.get(word)!;
    if (symbol < 16) {
      sent.push(String(symbol));
      lengths.push(symbol);
      continue;
    }
    const times = symbol === 16 ? 3 + next(2) : symbol === 17 ? 3 + next(3) : 11 + next(7);
    const value = symbol === 16 ? lengths.at(-1)! : 0;
    sent.push(`${value}*${times}`);
    for (let i = 0; i < times; i++) lengths.push(value);
  }
  return { counts: [...counts], sent, lengths };
}

/** What is sent for a literal code with these lengths; the code of the distances is two of one bit. */
function sentFor(lengths: Record<number, number>): string {
  const literals = codeOf(286, lengths);
  const { counts, sent, lengths: told } = read(bitsOf(literals, codeOf(30, { 0: 1, 1: 1 })));
  const last = Math.max(...Object.keys(lengths).map(Number));
  expect(counts.slice(0, 2)).toEqual([last + 1, 2]);
  expect(told).toEqual([...literals.lengths.subarray(0, last + 1), 1, 1]);
  expect(sent.slice(-2)).toEqual(["1", "1"]);
  return sent.slice(0, -2).join(" ");
}

/** `count` symbols from `first` on, with one length. */
const run = (first: number, count: number, length: number): Record<number, number> =>
  Object.fromEntries(Array.from({ length: count }, (_, i) => [first + i, length]));

describe("the lengths of both codes (RFC 1951 3.2.7)", () => {
  it.each([
    ["two zeros one by one", 2, "0 0"],
    ["three by symbol 17", 3, "0*3"],
    ["ten by symbol 17", 10, "0*10"],
    ["eleven by symbol 18", 11, "0*11"],
    ["138 by symbol 18", 138, "0*138"],
    ["one more than that", 139, "0*138 0"],
    ["three more", 141, "0*138 0*3"],
    ["eleven more", 149, "0*138 0*11"],
  ])("say %s", (_, zeros, expected) => {
    const rest = 256 - zeros - 1;
    const tail = rest === 0 ? "" : "8 ";
    // Zeros, one symbol, and the rest up to the end of the block with the same length.
    const said = sentFor({ [zeros]: 7, ...run(zeros + 1, rest, 8), 256: 7 });
    expect(said.startsWith(`${expected} 7 ${tail}`)).toBe(true);
  });

  it.each([
    [1, "5"],
    [2, "5 5"],
    [3, "5 5 5"],
    [4, "5 5*3"],
    [7, "5 5*6"],
    [8, "5 5*6 5"],
    [9, "5 5*6 5 5"],
    [10, "5 5*6 5*3"],
    [13, "5 5*6 5*6"],
  ])("say %i alike as %s", (times, expected) => {
    const zeros = 256 - times;
    const rest = zeros > 138 ? `0*138 0*${zeros - 138}` : `0*${zeros}`;
    expect(sentFor({ ...run(0, times, 5), 256: 1 })).toBe(`${expected} ${rest} 1`);
  });

  it("do not take up a run behind a gap", () => {
    expect(sentFor({ ...run(0, 2, 5), ...run(3, 2, 5), ...run(5, 3, 6), 256: 1 })).toBe(
      "5 5 0 5 5 6 6 6 0*138 0*110 1",
    );
  });
});

describe("the code that they are sent by", () => {
  it("has no lengths behind its last symbol, and four at least", () => {
    // In the order of 3.2.7 the symbol 1 is the 18th, and 15 the last.
    const ones = read(bitsOf(codeOf(286, { 0: 1, 256: 1 }), codeOf(30, { 0: 1, 1: 1 })));
    expect(ones.counts).toEqual([257, 2, 18]);
    const fifteen = read(bitsOf(codeOf(286, { 0: 15, 256: 15 }), codeOf(30, { 0: 1, 1: 1 })));
    expect(fifteen.counts).toEqual([257, 2, 19]);
    const eights = read(bitsOf(codeOf(286, run(0, 257, 8)), codeOf(30, run(0, 30, 8))));
    expect(eights.counts).toEqual([257, 30, 5]);
  });

  it("is as long as it says, whatever the lengths are", () => {
    for (let seed = 1; seed < 60; seed++) {
      const literals = codeOf(
        286,
        Object.fromEntries(
          Array.from({ length: 286 }, (_, i) => [
            i,
            i === 256 ? 4 : ((i * seed) >> 3) % 7 > 3 ? (i % seed) % 13 : 0,
          ]),
        ),
      );
      const distances = codeOf(30, { 0: 1, [(seed % 29) + 1]: 1 });
      const { lengths } = read(bitsOf(literals, distances));
      const end = literals.used[literals.count - 1]! + 1;
      expect(lengths).toEqual([
        ...literals.lengths.subarray(0, end),
        ...distances.lengths.subarray(0, (seed % 29) + 2),
      ]);
    }
  });
});
