import { describe, expect, it } from "vitest";
import { Outbox, Slab } from "../../src/connection/outbox.ts";
import { plainPlatform } from "../../src/connection/platform.ts";
import { filler, hex, join, toHex } from "../octets.ts";

const { allocate } = plainPlatform;
const box = (slab: Slab): Outbox => new Outbox(plainPlatform, slab, undefined);
const all = (outbox: Outbox): string => toHex(join(...outbox.take()));

describe("a slab", () => {
  it("gives a view of the range that is asked for, the last one again where it is the same", () => {
    const slab = new Slab(allocate, 16);
    slab.reserve(8);
    const view = slab.view(2, 8);
    expect([view.byteOffset, view.length]).toEqual([2, 6]);
    expect(slab.view(2, 8)).toBe(view);
    // Two octets from the second on, where 4 + 2 is the length of the view before.
    expect([slab.view(2, 4).byteOffset, slab.view(2, 4).length]).toEqual([2, 2]);
    expect([slab.view(4, 6).byteOffset, slab.view(4, 6).length]).toEqual([4, 2]);
  });

  it("gives a frame as much as it is long, with its header", () => {
    const slab = new Slab(allocate, 10);
    box(slab).frame(0x82, filler(8));
    expect([slab.bytes.length, slab.at]).toEqual([10, 10]);
  });
});

describe("when another connection has written behind what waits", () => {
  it.each([
    [4096, [4099]],
    [4097, [4097, 3]],
  ])("%i octets leave as %j: above 4 KiB they are not moved, and get memory of their own", (size, sizes) => {
    const slab = new Slab(allocate);
    const [before, one, two] = [box(slab), box(slab), box(slab)];
    before.frame(0x82, filler(98));
    one.frame(0x82, filler(4000));
    one.frame(0x82, filler(size - 4004 - 2));
    two.frame(0x82, hex("21"));
    one.frame(0x82, hex("11"));
    expect(slab.at).toBe(100 + size + 3 + (sizes.length === 1 ? size : 0) + 3);
    two.frame(0x82, hex("22"));
    const chunks = one.take();
    expect(chunks.map((chunk) => chunk.length)).toEqual(sizes);
    if (sizes.length === 2) expect(chunks[0]!.buffer.byteLength).toBe(size);
    expect(join(...chunks)).toEqual(
      join(
        hex("82 7e 0f a0"),
        filler(4000),
        Uint8Array.of(0x82, size - 4006),
        filler(size - 4006),
        hex("82 01 11"),
      ),
    );
    expect([all(two), all(before)]).toEqual(["82 01 21 82 01 22", `82 62 ${toHex(filler(98))}`]);
  });

  it.each([
    ["in the same memory", 1024],
    ["in new memory, at the same place", 16],
  ])("%s, a large payload with room does not free its octets", (_, size) => {
    const slab = new Slab(allocate, size);
    const [one, two] = [box(slab), box(slab)];
    one.frame(0x82, filler(7));
    two.frame(0x82, filler(7));
    one.frame(0x82, new Uint8Array(16 + 5000).subarray(16), 16);
    one.frame(0x82, hex("11"));
    expect(all(two)).toBe(`82 07 ${toHex(filler(7))}`);
    const octets = join(...one.take());
    expect(toHex(octets.subarray(0, 13))).toBe(`82 07 ${toHex(filler(7))} 82 7e 13 88`);
    expect(toHex(octets.subarray(13 + 5000))).toBe("82 01 11");
  });

  it("in new memory at the same place, a frame that was laid out before stays behind what waits", () => {
    const slab = new Slab(allocate, 8);
    const [one, two] = [box(slab), box(slab)];
    one.frame(0x82, hex("11 12 13"));
    two.frame(0x82, hex("21 22 23"));
    expect(slab.at).toBe(5);
    one.laidOut(hex("82 01 14"));
    expect([all(one), all(two)]).toEqual(["82 03 11 12 13 82 01 14", "82 03 21 22 23"]);
  });
});

describe("frames that were laid out before", () => {
  it("wait as they are, up to 64 of them", () => {
    const slab = new Slab(allocate);
    const outbox = box(slab);
    for (let i = 0; i < 64; i++) outbox.laidOut(hex("82 02 01 02"));
    expect([slab.bytes.length, slab.at]).toEqual([0, 0]);
    outbox.laidOut(hex("82 02 01 02"));
    expect(slab.at).toBe(65 * 4);
  });

  it("are written behind what waits in the slab, which stays where it is", () => {
    const slab = new Slab(allocate);
    const outbox = box(slab);
    outbox.frame(0x82, hex("01"));
    outbox.laidOut(hex("82 01 02"));
    outbox.laidOut(hex("82 01 03"));
    expect(slab.at).toBe(9);
    expect(all(outbox)).toBe("82 01 01 82 01 02 82 01 03");
  });

  it("leave in one write with what comes behind them, each time", () => {
    const outbox = box(new Slab(allocate));
    for (let round = 0; round < 2; round++) {
      outbox.laidOut(hex("82 01 01"));
      outbox.frame(0x82, hex("02"));
      expect(outbox.take().map(toHex)).toEqual(["82 01 01 82 01 02"]);
      outbox.laidOut(hex("82 01 03"));
      outbox.laidOut(hex("82 01 04"));
      expect(outbox.take().map(toHex)).toEqual(["82 01 03 82 01 04"]);
    }
  });
});
