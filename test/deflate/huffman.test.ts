import { describe, expect, it } from "vitest";
import { Code } from "../../src/deflate/huffman.ts";

const lengthsOf = (frequencies: number[], limit: number): number[] => {
  const code = new Code(frequencies.length);
  // What was fitted before leaves nothing behind.
  code.fit(
    Int32Array.from(frequencies, (_, i) => i + 1),
    limit,
  );
  code.fit(Int32Array.from(frequencies), limit);
  expect([...code.used.subarray(0, code.count)]).toEqual(
    [...code.lengths.keys()].filter((symbol) => code.lengths[symbol]! > 0),
  );
  return [...code.lengths];
};
/** 1 for a complete code (Kraft). */
const share = (lengths: number[]): number =>
  lengths.filter((length) => length > 0).reduce((sum, length) => sum + 2 ** -length, 0);

describe("the lengths of a code", () => {
  it.each([
    [
      [1, 1],
      [1, 1],
    ],
    [
      [0, 1, 1],
      [0, 1, 1],
    ],
    [
      [5, 0, 1, 1],
      [1, 0, 2, 2],
    ],
    [
      [1, 2, 4, 8, 16],
      [4, 4, 3, 2, 1],
    ],
    [
      [40, 40, 40, 41],
      [2, 2, 2, 2],
    ],
    [
      [100, 31, 500, 30, 29],
      [2, 3, 1, 4, 4],
    ],
    // Half of all asks for one bit, and not for two.
    [
      [3, 4, 1],
      [2, 1, 2],
    ],
    // What is left goes to the one that needs it most, though others come before it.
    [
      [19, 27, 14],
      [2, 1, 2],
    ],
    [
      [5, 4, 6],
      [2, 2, 1],
    ],
  ])("gives %j the lengths %j", (frequencies, lengths) => {
    expect(lengthsOf(frequencies, 15)).toEqual(lengths);
  });

  it.each([
    // Four of three bits leave room for one of two bits and two more of three.
    [
      [60, 60, 60, 1, 1, 1, 1],
      [3, 3, 2, 3, 3, 3, 3],
    ],
    [
      [100, 50, 1, 1, 1, 1],
      [2, 2, 3, 3, 3, 3],
    ],
    [
      [1, 29, 10, 14],
      [3, 1, 3, 2],
    ],
    [
      [1, 10, 6, 2, 19],
      [3, 3, 3, 3, 1],
    ],
  ])("gives %j the lengths %j where three bits are the limit", (frequencies, lengths) => {
    expect(lengthsOf(frequencies, 3)).toEqual(lengths);
  });

  it.each([
    [
      [0, 0, 0],
      [1, 1, 0],
    ],
    [
      [7, 0, 0],
      [1, 1, 0],
    ],
    [
      [0, 0, 7],
      [1, 0, 1],
    ],
  ])("completes the code of %j with a symbol that does not occur", (frequencies, lengths) => {
    expect(lengthsOf(frequencies, 15)).toEqual(lengths);
  });

  /** Bits by the best code that there is: what two rarest symbols are joined for, again and again (Huffman). */
  const best = (frequencies: number[]): number => {
    const heap = frequencies.filter((frequency) => frequency > 0);
    let bits = 0;
    while (heap.length > 1) {
      heap.sort((a, b) => b - a);
      const joined = heap.pop()! + heap.pop()!;
      heap.push(joined);
      bits += joined;
    }
    return bits;
  };

  const cost = (lengths: number[], frequencies: number[]): number =>
    lengths.reduce((sum, length, i) => sum + length * frequencies[i]!, 0);

  it.each([
    [5, 1.2],
    [7, 1.04],
    [15, 1.02],
  ])("keeps to %i bits where the best code would be longer", (limit, factor) => {
    const fibonacci = [1, 1];
    while (fibonacci.length < 19) fibonacci.push(fibonacci.at(-1)! + fibonacci.at(-2)!);
    const lengths = lengthsOf(fibonacci, limit);
    expect(Math.max(...lengths)).toBeLessThanOrEqual(limit);
    expect(share(lengths)).toBe(1);
    expect(cost(lengths, fibonacci) / best(fibonacci)).toBeLessThan(factor);
  });

  it("is complete, and within 2 % of the best", () => {
    let [own, ideal] = [0, 0];
    for (let seed = 1; seed < 200; seed++) {
      const frequencies = Array.from({ length: 20 + (seed % 200) }, (_, i) =>
        Math.floor(1000 / (1 + ((i * seed) % 97))),
      );
      const lengths = lengthsOf(frequencies, 12);
      expect(share(lengths)).toBe(1);
      expect(Math.max(...lengths)).toBeLessThanOrEqual(12);
      const bits = cost(lengths, frequencies);
      expect(bits / best(frequencies)).toBeLessThan(1.02);
      own += bits;
      ideal += best(frequencies);
    }
    expect(own / ideal).toBeLessThan(1.005);
  });
});

describe("the codes", () => {
  it("are those of RFC 1951 3.2.2, the first bit lowest", () => {
    const { codes } = Code.of(Uint8Array.of(3, 3, 3, 3, 3, 2, 4, 4));
    const bits = Array.from(codes, (code) =>
      Array.from({ length: code >>> 16 }, (_, i) => (code >> i) & 1).join(""),
    );
    expect(bits).toEqual(["010", "011", "100", "101", "110", "00", "1110", "1111"]);
  });

  it("leave out what has no length, and cost what they say", () => {
    const code = Code.of(Uint8Array.of(1, 0, 2, 2));
    expect([...code.codes]).toEqual([0x10000, 0, 0x20001, 0x20003]);
    expect(code.cost(code, Int32Array.of(5, 7, 3, 2))).toBe(15);
  });
});
