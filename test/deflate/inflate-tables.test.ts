import { describe, expect, it } from "vitest";
import { Code } from "../../src/deflate/huffman.ts";
import {
  buildTable,
  CodeLengths,
  DISTANCE_BASE,
  DISTANCE_EXTRA,
  DISTANCE_ROOM,
  DISTANCE_ROOT,
  LENGTH_BASE,
  LENGTH_EXTRA,
  LITERAL,
  LITERAL_ENTRIES,
  LITERAL_ROOM,
  LITERAL_ROOT,
  SUBTABLE,
  KIND,
} from "../../src/deflate/inflate-tables.ts";

const room = new Int32Array(LITERAL_ROOM);
const build = (lengths: readonly number[], table = room, root = LITERAL_ROOT): number => {
  const read = CodeLengths.of(Uint8Array.from(lengths));
  return buildTable(table, root, LITERAL_ENTRIES, read, 0, read.count, 0);
};

describe("the tables of RFC 1951 3.2.5", () => {
  it("begin and end as there", () => {
    expect([...LENGTH_BASE].slice(0, 10)).toEqual([3, 4, 5, 6, 7, 8, 9, 10, 11, 13]);
    expect([...LENGTH_BASE].slice(-3)).toEqual([195, 227, 258]);
    expect([...LENGTH_EXTRA]).toEqual("00000000111122223333444455550".split("").map(Number));
    expect([...DISTANCE_BASE].slice(0, 8)).toEqual([1, 2, 3, 4, 5, 7, 9, 13]);
    expect([...DISTANCE_BASE].slice(-2)).toEqual([16_385, 24_577]);
    expect([...DISTANCE_EXTRA].slice(-5)).toEqual([11, 12, 12, 13, 13]);
  });
});

describe("the lengths of a code", () => {
  it("are of the symbols that have one, rising", () => {
    const { symbols, lengths, count } = CodeLengths.of(Uint8Array.of(0, 3, 0, 1, 2, 0, 3, 0));
    expect(count).toBe(4);
    expect([...symbols.subarray(0, count)]).toEqual([1, 3, 4, 6]);
    expect([...lengths.subarray(0, count)]).toEqual([3, 1, 2, 3]);
  });
});

/** For the room of distances, subtables of two lengths each: as wide as they have to be, and no wider. */
const THREE = [1, 2, 3, 4, 5, 6, 8, 9, 10, 10, 10, 10, 10, 11, 11, 11, 11, 11, 11, 11, 11, 11, 12, 12];

describe("buildTable", () => {
  it.each([
    [[1, 1, 1], -1],
    [[1, 2, 2, 2], -1],
    [[2, 2, 2], -1],
    [[2], -1],
    [[0, 0], 0],
    [[0, 1], 1],
    [[1, 1], 1],
    [[2, 1, 2], 2],
    [[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 15], LITERAL_ROOT],
  ])("answers the lengths %j with %i", (lengths, bits) => {
    expect(build(lengths)).toBe(bits);
  });

  it.each([
    ["rising", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 15]],
    ["falling", [15, 14, 15, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1]],
    ["up and down", [3, 3, 3, 3, 3, 4, 5, 12, 12, 11, 10, 9, 8, 7, 6, 2]],
    // If each subtable were as wide as the last of them has to be, there would not be room for all.
    ["100 subtables", [1, 2, 3, 6, 7, 9, 10, 11, ...Array<number>(200).fill(11), 12, 13, 14, 15, 15]],
    ["three subtables of two lengths", THREE],
  ])("decodes every word by its length: %s", (_, list) => {
    const share = list.reduce((sum, length) => sum + 2 ** -length, 0);
    expect(share).toBe(1);
    const table = list === THREE ? new Int32Array(DISTANCE_ROOM) : room;
    const bits = build(list, table, list === THREE ? DISTANCE_ROOT : LITERAL_ROOT);
    const { codes } = Code.of(Uint8Array.from(list));
    let wrong = 0;
    for (let word = 0; word < 1 << 15; word++) {
      let entry = table[word & ((1 << bits) - 1)]!;
      if ((entry & KIND) === SUBTABLE)
        entry = table[(entry >>> 16) + ((word >>> bits) & ((1 << (entry & 15)) - 1))]!;
      const symbol = codes.findIndex((code) => (word & ((1 << (code >>> 16)) - 1)) === (code & 0xffff));
      const expected = LITERAL | (symbol << 16) | list[symbol]!;
      wrong += entry === expected ? 0 : 1;
    }
    expect(wrong).toBe(0);
  });
});
