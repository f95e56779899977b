import { describe, expect, it } from "vitest";
import type { Inflater } from "../../src/deflate/inflate.ts";
import { bytes, drain, inflater, squeezed } from "./inflating.ts";
import { json, noise } from "./samples.ts";

describe("what was seen", () => {
  const seenAfter = (target: Inflater, message: Uint8Array): number => {
    target.push(message, true);
    while (target.read() !== undefined);
    expect(target.error).toBeUndefined();
    return target.seen;
  };

  it("is below 0x80 where all is ASCII, in fixed blocks and in dynamic ones", () => {
    const target = inflater();
    expect(seenAfter(target, bytes("f2 48 cd c9 c9 07 00"))).toBeLessThan(0x80);
    const ascii = Buffer.from(Array.from({ length: 3000 }, (_, i) => 32 + ((i * i * i) % 17)));
    expect((squeezed(ascii)[0]! >> 1) & 3).toBe(2);
    expect(seenAfter(target, squeezed(ascii))).toBeLessThan(0x80);
    expect(seenAfter(target, squeezed(Buffer.from("Hellö")))).toBeGreaterThanOrEqual(0x80);
    expect(seenAfter(target, squeezed(Buffer.concat([ascii, Buffer.of(0x80)])))).toBeGreaterThanOrEqual(0x80);
    expect(seenAfter(target, bytes("00 01 00 fe ff 80 00"))).toBeGreaterThanOrEqual(0x80);
    expect(seenAfter(target, bytes("f2 48 cd c9 c9 07 00"))).toBeLessThan(0x80);
  });

  it("counts the window of the message before, until that is forgotten", () => {
    const target = inflater(15, true);
    expect(seenAfter(target, squeezed(Buffer.from("Hellö")))).toBeGreaterThanOrEqual(0x80);
    expect(seenAfter(target, bytes("f2 48 cd c9 c9 07 00"))).toBeGreaterThanOrEqual(0x80);
    // BFINAL=1
    expect(seenAfter(target, bytes("f3 48 cd c9 c9 07 00 00"))).toBeGreaterThanOrEqual(0x80);
    expect(seenAfter(target, bytes("f2 48 cd c9 c9 07 00"))).toBeLessThan(0x80);
  });
});

describe("the end of the buffer", () => {
  const inflated = (data: Buffer): Buffer => {
    const target = inflater();
    target.push(squeezed(data), true);
    return drain(target);
  };

  it("has room for a match, wherever that begins", () => {
    for (let before = 0; before < 260; before++) {
      // Matches of 258 bytes from there on, over the buffer's end and over that of the next slice.
      const zeros = Buffer.concat([noise(before), Buffer.alloc(70_000)]);
      expect(inflated(zeros).equals(zeros)).toBe(true);
    }
  });

  it("has room for the words that a short match is copied by", () => {
    for (let before = 0; before < 40; before++) {
      const short = Buffer.concat([noise(before), json(70_000)]);
      expect(inflated(short).equals(short)).toBe(true);
    }
  });
});
