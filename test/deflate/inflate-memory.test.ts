import { constants } from "node:zlib";
import { describe, expect, it } from "vitest";
import { Inflater } from "../../src/deflate/inflate.ts";
import { InflatePool, OVERRUN, SLICE_BYTES, STAGE_BYTES } from "../../src/deflate/inflate-scratch.ts";
import { bytes, drain, inflater, squeezed } from "./inflating.ts";

describe("memory", () => {
  it("gives a bomb in slices, so that its reader can stop", () => {
    const bomb = squeezed(new Uint8Array(64 << 20));
    expect(bomb.length).toBeLessThan(66_000);
    const target = inflater();
    target.push(bomb, true);
    let total = 0;
    for (let slice = target.read(); slice && total <= 1 << 20; slice = target.read()) {
      expect(slice.length).toBeLessThanOrEqual(SLICE_BYTES);
      total += slice.length;
    }
    expect(total).toBeGreaterThan(1 << 20);
    target.release();
    expect(target.ended).toBe(true);
    expect(target.read()).toBeUndefined();
  });

  it.each([0, 1, 2, 3])(
    "loses nothing where the longest match begins %i octets before a slice is full",
    (room) => {
      // A slice is full when another match might not fit.
      const before = Buffer.alloc(SLICE_BYTES - OVERRUN - 2 - room, "ab");
      const run = Buffer.alloc(260, "c"); // two literals and a match of 258
      const message = Buffer.concat([
        squeezed(before, { level: 0 }),
        bytes("00 00 ff ff"),
        squeezed(run, { strategy: constants.Z_FIXED }),
      ]);
      const target = inflater();
      target.push(message, true);
      expect(drain(target).equals(Buffer.concat([before, run]))).toBe(true);
    },
  );

  it("says how much of what was pushed it has taken up", () => {
    const target = inflater();
    const message = squeezed(new Uint8Array(8 << 20), { strategy: constants.Z_FIXED });
    target.push(message.subarray(0, 50_000), false);
    target.read();
    expect(target.taken).toBeGreaterThan(0);
    expect(target.taken).toBeLessThanOrEqual(STAGE_BYTES);
    while (target.read());
    expect(target.taken).toBe(50_000);
    target.push(message.subarray(50_000), true);
    while (target.read());
    expect(target.taken).toBe(message.length);
  });

  it("keeps no more than it was told to", () => {
    const pool = new InflatePool(1);
    const [one, other] = [pool.take(), pool.take()];
    pool.give(one);
    pool.give(other);
    expect(pool.take()).toBe(one);
    expect(pool.take()).not.toBe(other);
  });

  it("borrows for the time of a message only", () => {
    const pool = new InflatePool(1);
    const shared = pool.take();
    pool.give(shared);
    const one = new Inflater(pool, 15, false);
    one.push(bytes("f2 48 cd c9"), false);
    one.read();
    expect(pool.take()).not.toBe(shared);
    one.push(bytes("c9 07 00"), true);
    while (one.read());
    expect(pool.take()).toBe(shared);
    pool.give(shared);
    one.push(bytes("f2 48"), false);
    one.release();
    one.release();
    expect(pool.take()).toBe(shared);
    expect(pool.take()).not.toBe(shared);
  });

  it("gives back what was borrowed once something is wrong, and borrows no more", () => {
    for (const hex of ["06", "f3 48 cd c9 c9 07 00 01"]) {
      const pool = new InflatePool(1);
      const shared = pool.take();
      pool.give(shared);
      const target = new Inflater(pool, 15, false);
      target.push(bytes(hex), false);
      drain(target);
      expect(target.error).toBe(hex === "06" ? "invalid-deflate" : "trailing");
      expect(target.ended).toBe(true);
      target.push(bytes("f2 48 cd c9 c9 07 00"), true);
      expect(target.ended).toBe(true);
      expect(pool.take()).toBe(shared);
    }
  });

  it("lets its reader go in the middle of many empty blocks, with an empty slice", () => {
    const many = 10_000;
    const blocks = Buffer.concat([
      ...Array.from({ length: many }, () => bytes("00 00 00 ff ff")),
      bytes("00"),
    ]);
    const target = inflater();
    target.push(blocks, true);
    let slices = 0;
    for (let slice = target.read(); slice; slice = target.read(), slices++) expect(slice.length).toBe(0);
    expect(target.error).toBeUndefined();
    expect(target.ended).toBe(true);
    // Fewer than 10,000 headers and bodies in one go, of which there are two of each block.
    expect(slices).toBeGreaterThan(1);
    expect(slices).toBeLessThan(100);
  });

  it("throws where it is misused: a piece pushed over an unread one", () => {
    const target = inflater();
    target.push(bytes("f2"), false);
    expect(() => target.push(bytes("48"), false)).toThrow(
      new TypeError("push() before the last piece was read"),
    );
  });
});
