import { afterEach, describe, expect, it, vi } from "vitest";
import { mask } from "../../src/frame/mask.ts";
import { readMemories, simdMask } from "../../src/server/simd-mask.ts";
import { filler } from "../octets.ts";

const usual = readMemories[0]!;
const KEY = 0x8102f304;
const KIB = 1024;

/** What `masker` makes of `length` octets at `from`, with what is around them in the target, and what it has seen. */
function masked(masker: typeof mask, source: Uint8Array, from: number, length: number, phase = 0): unknown {
  const target = new Uint8Array(length + 40).fill(0xdd);
  const seen = masker(source, from, from + length, target, 19, KEY, phase);
  return { target: Buffer.from(target).toString("latin1"), ascii: seen < 0x80 };
}

const lengths = [0, 1, 15, 127, 128, 129, 143, 144, 160, 1000, 65535, 65536, 65537, 65552, 200_001];

describe("masking by vectors", () => {
  afterEach(() => vi.unstubAllGlobals());

  it("is done on this version of Node", () => {
    expect(usual.buffer.byteLength).toBe((256 + 64) * KIB);
  });

  it.each(lengths)("is masking, for %i octets at every phase and alignment", (length) => {
    for (const from of [0, 1, 5, 16]) {
      for (let phase = 0; phase < 4; phase++) {
        const source = filler(from + length + 16);
        const before = source.slice();
        expect(masked(simdMask, source, from, length, phase)).toEqual(
          masked(mask, source, from, length, phase),
        );
        expect(Buffer.compare(source, before)).toBe(0);
      }
    }
  });

  it("takes octets from the memory that sockets are read into, up to its end", () => {
    expect(readMemories.map((memory) => memory.length)).toEqual([1, 2, 3, 4].map((n) => n * 64 * KIB));
    const readMemory = readMemories.at(-1)!;
    const octets = filler(readMemory.length);
    for (const view of readMemories) {
      for (const length of [128, 1000, 64 * KIB - 3, view.length]) {
        const from = view.length - length;
        readMemory.set(octets);
        expect(masked(simdMask, view, from, length)).toEqual(masked(mask, octets, from, length));
        expect(Buffer.compare(readMemory, octets)).toBe(0);
      }
    }
  });

  it("works in place", () => {
    const octets = filler(1000);
    simdMask(octets, 1, 999, octets, 1, KEY, 0);
    const expected = filler(1000);
    mask(expected, 1, 999, expected, 1, KEY, 0);
    expect(octets).toEqual(expected);
  });

  it("tells the one octet that is not ASCII, wherever it is", () => {
    for (let at = 0; at < 170; at++) {
      const source = new Uint8Array(170);
      source[at] = 0x80;
      expect(simdMask(source, 0, 170, new Uint8Array(170), 0, 0, 0)).toBeGreaterThanOrEqual(0x80);
    }
    expect(simdMask(new Uint8Array(170), 0, 170, new Uint8Array(170), 0, 0, 0)).toBeLessThan(0x80);
    const far = new Uint8Array(200_000);
    far[3] = 0x80;
    expect(simdMask(far, 0, far.length, new Uint8Array(far.length), 0, 0, 0)).toBeGreaterThanOrEqual(0x80);
  });

  it.each([
    ["there is no WebAssembly", undefined],
    ["its memory cannot be had", { Memory: Array.prototype.at }],
  ])("is done in JavaScript where %s", async (_, value) => {
    vi.resetModules();
    vi.stubGlobal("WebAssembly", value);
    const { simdMask: plain, readMemories: memories } = await import("../../src/server/simd-mask.ts");
    expect(memories[0]!.buffer.byteLength).toBe(256 * KIB);
    expect(masked(plain, filler(1000), 3, 900)).toEqual(masked(mask, filler(1000), 3, 900));
  });
});
