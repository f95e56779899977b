import { describe, expect, it } from "vitest";
import { Gathered } from "../../src/connection/gathered.ts";
import { plainPlatform } from "../../src/connection/platform.ts";

const MIB = 1024 * 1024;

/** What was allocated, in octets each. */
function watched(): { platform: ConstructorParameters<typeof Gathered>[0]; sizes: number[] } {
  const sizes: number[] = [];
  const allocate = (size: number): Uint8Array => {
    sizes.push(size);
    return new Uint8Array(size);
  };
  return { platform: { ...plainPlatform, allocate }, sizes };
}
const counted = (from: number, length: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (from + i) % 251);
const sum = (sizes: number[]): number => sizes.reduce((a, b) => a + b, 0);

describe("Gathered", () => {
  it("gives the octets back as they came, however they were cut", () => {
    for (const slice of [1, 2, 7, 100]) {
      const gathered = new Gathered(watched().platform, counted(0, 10));
      for (let at = 10; at < 1000; at += slice) gathered.add(counted(at, Math.min(slice, 1000 - at)), 5000);
      expect(gathered.join(0)).toEqual(counted(0, 1000));
    }
  });

  it("doubles, and takes never more than the limit", () => {
    const { platform, sizes } = watched();
    const gathered = new Gathered(platform, new Uint8Array(1000));
    for (let at = 1000; at < 10_000; at += 500) gathered.add(new Uint8Array(500), 10_000);
    expect(sizes).toEqual([1000, 2000, 4000, 2000]);
  });

  it("counts what still fits in before the limit", () => {
    const { platform, sizes } = watched();
    const gathered = new Gathered(platform, new Uint8Array(1000));
    gathered.add(new Uint8Array(500), 2600);
    // Of 700 octets 500 fit in; what the limit leaves behind 2,000 is 600.
    gathered.add(new Uint8Array(700), 2600);
    expect(sizes).toEqual([1000, 600]);
  });

  it("grows by a mebibyte at most, but always by a slice", () => {
    const { platform, sizes } = watched();
    const gathered = new Gathered(platform, new Uint8Array(3 * MIB));
    gathered.add(new Uint8Array(10), Infinity);
    gathered.add(new Uint8Array(3 * MIB), Infinity);
    expect(sizes).toEqual([MIB, 2 * MIB + 10]);
  });

  it("joins in turns of four mebibytes", () => {
    const { platform, sizes } = watched();
    const gathered = new Gathered(platform, new Uint8Array(MIB));
    for (let i = 1; i < 9; i++) gathered.add(new Uint8Array(MIB).fill(i), 9 * MIB);
    expect(sum(sizes)).toBe(8 * MIB);
    expect(gathered.join(16)).toBeUndefined();
    expect(gathered.join(16)).toBeUndefined();
    const joined = gathered.join(16)!;
    expect(sum(sizes)).toBe((8 + 9) * MIB + 16);
    expect(Array.from({ length: 9 }, (_, i) => joined[16 + i * MIB])).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8]);
  });
});
