import { describe, expect, it } from "vitest";
import { Gathered } from "../../src/connection/gathered.ts";
import { plainPlatform } from "../../src/connection/platform.ts";

const MIB = 1024 * 1024;

/** One that says what was allocated, in octets each. */
function watched(): { gathered: Gathered; sizes: number[] } {
  const sizes: number[] = [];
  const allocate = (size: number): Uint8Array => {
    sizes.push(size);
    return new Uint8Array(size);
  };
  return { gathered: new Gathered({ ...plainPlatform, allocate }), sizes };
}
const counted = (from: number, length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (from + i) % 251);
function taken(gathered: Gathered): Uint8Array[] {
  const list: Uint8Array[] = [];
  for (let octets = gathered.take(); octets !== undefined; octets = gathered.take()) list.push(octets);
  return list;
}

describe("Gathered", () => {
  it("gives the octets back as they came, however they were cut, and only once", () => {
    for (const piece of [1, 2, 7, 100, 1000]) {
      const { gathered } = watched();
      for (let at = 0; at < 1000; at += piece) gathered.add(counted(at, Math.min(piece, 1000 - at)));
      expect(Uint8Array.from(Buffer.concat(taken(gathered)))).toEqual(counted(0, 1000));
      expect(gathered.take()).toBeUndefined();
    }
  });

  it("has nothing to give where nothing came", () => {
    const { gathered, sizes } = watched();
    gathered.add(new Uint8Array(0));
    expect(gathered.take()).toBeUndefined();
    expect(sizes).toEqual([]);
  });

  it("doubles what is there, by a mebibyte at most, but always by a piece", () => {
    const { gathered, sizes } = watched();
    for (let at = 0; at < 1000; at++) gathered.add(counted(at, 1));
    expect(sizes).toEqual([1, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512]);
    gathered.add(new Uint8Array(2 * MIB));
    gathered.add(new Uint8Array(10));
    expect(sizes.slice(11)).toEqual([2 * MIB - 24, MIB]);
  });
});
