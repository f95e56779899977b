import { describe, expect, it } from "vitest";
import { Outbox, Slab } from "../../src/connection/outbox.ts";
import { plainPlatform } from "../../src/connection/platform.ts";
import { filler, hex, join, toHex } from "../octets.ts";

const box = (): Outbox => new Outbox(plainPlatform, new Slab(plainPlatform.allocate), undefined);

describe("pongs", () => {
  it("are queued up to the budget; beyond it the last one takes the place of the one that waits", () => {
    const outbox = box();
    // 2 + 126 octets of frames: the budget of 4,096 is used up by the 33rd.
    const payload = (i: number): Uint8Array => new Uint8Array(125).fill(i);
    for (let i = 1; i <= 100; i++) outbox.pong(payload(i));
    expect(outbox.size).toBe(33 * 127);
    const octets = join(...outbox.take());
    const told = Array.from({ length: octets.length / 127 }, (_, i) => octets[i * 127 + 2]);
    expect(told).toEqual([...Array.from({ length: 33 }, (_, i) => i + 1), 100]);
  });

  it("are counted anew once the output is taken", () => {
    const outbox = box();
    for (let round = 0; round < 2; round++) {
      for (let i = 0; i < 5000; i++) outbox.pong(hex(""));
      expect(outbox.size).toBe(4096);
      expect(outbox.take()[0]).toHaveLength(4098);
    }
    expect(outbox.take()).toEqual([]);
  });

  it("count only themselves", () => {
    const outbox = box();
    outbox.frame(0x82, filler(4090));
    for (let i = 0; i < 100; i++) outbox.pong(hex(""));
    expect(outbox.size).toBe(4094 + 200);
  });

  it("that wait go out before what is flushed for", () => {
    const outbox = box();
    for (let i = 0; i < 2050; i++) outbox.pong(Uint8Array.of());
    outbox.pong(hex("07"));
    outbox.flushPong();
    outbox.flushPong();
    outbox.frame(0x88, hex(""));
    const octets = join(...outbox.take());
    expect(toHex(octets.subarray(4094))).toBe("8a 00 8a 01 07 88 00");
  });

  it("that wait are not changed by whoever was told of the ping", () => {
    const outbox = box();
    for (let i = 0; i < 2048; i++) outbox.pong(hex(""));
    // A Buffer, whose slice() would be a view.
    const payload = Buffer.from([7]);
    outbox.pong(payload);
    payload[0] = 0xff;
    expect(toHex(join(...outbox.take()).subarray(4096))).toBe("8a 01 07");
  });
});
