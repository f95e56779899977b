import { describe, expect, it } from "vitest";
import { Outbox, Slab } from "../../src/connection/outbox.ts";
import { plainPlatform } from "../../src/connection/platform.ts";
import { filler, hex, join, toHex } from "../octets.ts";

const { allocate } = plainPlatform;
const box = (slab: Slab = new Slab(allocate)): Outbox => new Outbox(plainPlatform, slab, undefined);
const octetsOf = (chunks: readonly Uint8Array[]): number =>
  chunks.reduce((size, chunk) => size + chunk.length, 0);

describe("frames that were laid out before", () => {
  const small = (i: number): Uint8Array => Uint8Array.of(0x82, 2, i, i >> 8);

  it("are written as they are where there is only one", () => {
    const outbox = box();
    const frame = small(1);
    outbox.laidOut(frame);
    expect(outbox.size).toBe(4);
    expect(outbox.take()[0]).toBe(frame);
    expect(outbox.size).toBe(0);
  });

  it.each([2, 63, 64, 65, 66, 500])("%i of them leave in one write, in order", (count) => {
    const outbox = box(new Slab(allocate, 256));
    const frames = Array.from({ length: count }, (_, i) => small(i));
    for (const frame of frames) outbox.laidOut(frame);
    expect(outbox.size).toBe(4 * count);
    const chunks = outbox.take();
    expect(chunks).toHaveLength(1);
    expect(chunks[0]).toEqual(join(...frames));
  });

  it("keep their places among all others, whoever else writes into the slab", () => {
    let seed = 7;
    const random = (below: number): number => (seed = (seed * 48_271) % 2_147_483_647) % below;
    for (let session = 0; session < 30; session++) {
      const slab = new Slab(allocate, 512);
      const boxes = [box(slab), box(slab), box(slab)];
      const expected: Uint8Array[][] = [[], [], []];
      const got: Uint8Array[][] = [[], [], []];
      for (let step = 0; step < 40; step++) {
        const i = random(3);
        const outbox = boxes[i]!;
        const payload = filler(random(40) === 0 ? 5000 : random(60));
        const header = payload.length < 126 ? [0x82, payload.length] : [0x82, 126, 5000 >> 8, 5000 & 0xff];
        const frame = Uint8Array.of(...header, ...payload);
        const way = random(5);
        if (way < 2 && payload.length < 126) outbox.laidOut(frame);
        else if (way < 4) outbox.frame(0x82, payload);
        if (way < 4) expected[i]!.push(frame);
        else {
          got[i]!.push(...outbox.take().map((chunk) => chunk.slice()));
          if (random(2) === 0) outbox.giveBack();
        }
        if (outbox.size !== octetsOf(expected[i]!) - octetsOf(got[i]!)) expect.unreachable("a wrong size");
      }
      for (const [i, outbox] of boxes.entries()) {
        got[i]!.push(...outbox.take());
        expect(Buffer.compare(join(...got[i]!), join(...expected[i]!))).toBe(0);
      }
    }
  });

  it("are not written over by what is given back before they are taken", () => {
    const slab = new Slab(allocate);
    const outbox = box(slab);
    outbox.frame(0x82, hex("01"));
    outbox.take();
    const frames = Array.from({ length: 65 }, (_, i) => small(i));
    for (const frame of frames) outbox.laidOut(frame);
    outbox.giveBack();
    box(slab).frame(0x82, hex("02"));
    expect(join(...outbox.take())).toEqual(join(...frames));
  });

  it("do not change what they are laid out in", () => {
    const outbox = box();
    const frame = small(3);
    outbox.frame(0x82, hex("01"));
    outbox.laidOut(frame);
    outbox.laidOut(frame);
    expect(toHex(join(...outbox.take()))).toBe("82 01 01 82 02 03 00 82 02 03 00");
    outbox.giveBack();
    outbox.frame(0x82, hex("09 09 09 09 09 09 09"));
    expect(frame).toEqual(small(3));
  });
});
