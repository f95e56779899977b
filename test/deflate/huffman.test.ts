import { describe, expect, it } from "vitest";
import { assignCodes, codeLengths } from "../../src/deflate/huffman.ts";

const lengthsOf = (frequencies: number[], limit: number): number[] => {
  const lengths = new Uint8Array(frequencies.length);
  codeLengths(Int32Array.from(frequencies), limit, lengths);
  return [...lengths];
};
/** 1 for a complete code (Kraft). */
const share = (lengths: number[]): number =>
  lengths.filter((length) => length > 0).reduce((sum, length) => sum + 2 ** -length, 0);

describe("codeLengths", () => {
  it.each([
    [
      [1, 1],
      [1, 1],
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
  ])("gives %j the lengths %j", (frequencies, lengths) => {
    expect(lengthsOf(frequencies, 15)).toEqual(lengths);
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

  it.each([7, 15])("keeps to %i bits where the best code would be longer", (limit) => {
    const fibonacci = [1, 1];
    while (fibonacci.length < 19) fibonacci.push(fibonacci.at(-1)! + fibonacci.at(-2)!);
    const lengths = lengthsOf(fibonacci, limit);
    expect(Math.max(...lengths)).toBe(limit);
    expect(share(lengths)).toBe(1);
    expect(lengths).toEqual(lengths.toSorted((a, b) => b - a));
  });
});

describe("assignCodes", () => {
  it("gives the codes of RFC 1951 3.2.2, the first bit lowest", () => {
    const codes = new Int32Array(8);
    assignCodes(Uint8Array.of(3, 3, 3, 3, 3, 2, 4, 4), 8, codes);
    const bits = Array.from(codes, (code) =>
      Array.from({ length: code >>> 16 }, (_, i) => (code >> i) & 1).join(""),
    );
    expect(bits).toEqual(["010", "011", "100", "101", "110", "00", "1110", "1111"]);
  });
});
