import { constants, deflateRawSync, inflateRawSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { Deflater, DeflateScratch } from "../../src/deflate/deflate.ts";
import { Inflater } from "../../src/deflate/inflate.ts";
import { InflatePool } from "../../src/deflate/inflate-scratch.ts";
import { json, noise, records } from "./samples.ts";

const scratch = new DeflateScratch();
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString("hex");
const deflater = (windowBits = 15, takeover = false): Deflater => new Deflater(scratch, windowBits, takeover);
const inflate = (message: Uint8Array): Buffer =>
  inflateRawSync(Buffer.concat([message, Buffer.from("0000ffff", "hex")]), {
    finishFlush: constants.Z_SYNC_FLUSH,
  });
const type = (message: Uint8Array): number => (message[0]! >> 1) & 3;

describe("the form of a message (RFC 7692 7.2.1)", () => {
  it("gives the octets of the RFC's example", () => {
    expect(hex(deflater().deflate(Buffer.from("Hello"), true))).toBe("f248cdc9c90700");
  });

  it("gives 00 for an empty message", () => {
    expect(hex(deflater().deflate(new Uint8Array(0), true))).toBe("00");
  });

  it("leaves the tail out behind the last piece only, so that each piece can be read at once", () => {
    const target = deflater();
    expect(hex(target.deflate(Buffer.from("Hello"), false))).toBe("f248cdc9c907000000ffff");
    expect(hex(target.deflate(new Uint8Array(0), false))).toBe("000000ffff");
    expect(hex(target.deflate(Buffer.from("Hello"), true))).toBe("02130000");
    const whole = Buffer.from("f248cdc9c907000000ffff000000ffff02130000", "hex");
    expect(inflate(whole).toString()).toBe("HelloHello");
  });

  it("refers to the message before with context takeover, and only with it", () => {
    const keeping = deflater(15, true);
    expect(hex(keeping.deflate(Buffer.from("Hello"), true))).toBe("f248cdc9c90700");
    expect(keeping.deflate(Buffer.from("Hello"), true).length).toBeLessThan(6);
    const forgetting = deflater();
    forgetting.deflate(Buffer.from("Hello"), true);
    expect(hex(forgetting.deflate(Buffer.from("Hello"), true))).toBe("f248cdc9c90700");
  });
});

describe("the choice of the block", () => {
  it("stores noise, at 5 bytes a block", () => {
    const data = noise(100_000);
    const message = deflater().deflate(data, true);
    expect(type(message)).toBe(0);
    expect(message.length).toBe(data.length + 4 * 5 + 1);
    expect(inflate(message).equals(data)).toBe(true);
  });

  it("uses the fixed codes for little, and codes of its own for more", () => {
    expect(type(deflater().deflate(json(100), true))).toBe(1);
    expect(type(deflater().deflate(json(1024), true))).toBe(2);
  });

  it.each([
    ["words", json],
    ["records", records],
  ])("stays near zlib's default level on JSON of %s", (_, make) => {
    for (const [size, ratio] of [
      [1024, 1.05],
      [4096, 1.15],
      [16_384, 1.15],
      [131_072, 1.2],
    ] as const) {
      const data = make(size);
      const theirs = deflateRawSync(data, { finishFlush: constants.Z_SYNC_FLUSH }).length - 4;
      expect(deflater().deflate(data, true).length / theirs).toBeLessThan(ratio);
    }
  });
});

describe("the window", () => {
  it.each([8, 9, 10, 11, 12, 13, 14, 15])("sends no distance over 2^%i", (bits) => {
    const unit = noise(1 << bits);
    const fits = Buffer.concat([unit, unit, unit]);
    const message = Buffer.from(deflater(bits).deflate(fits, true));
    // The whole window is used, and not a byte more.
    expect(message.length).toBeLessThan(unit.length * 1.5 + 200);
    const far = Buffer.concat([unit, Buffer.from("."), unit, Buffer.from("."), unit]);
    const stored = Buffer.from(deflater(bits).deflate(far, true));
    expect(stored.length).toBeGreaterThan(unit.length * 2.9);
    for (const [sent, data] of [
      [message, fits],
      [stored, far],
    ] as const) {
      const target = new Inflater(new InflatePool(), bits, false);
      target.push(sent, true);
      const out: Buffer[] = [];
      for (let slice = target.read(); slice; slice = target.read()) out.push(Buffer.from(slice));
      expect(target.error).toBeUndefined();
      expect(Buffer.concat(out).equals(data)).toBe(true);
    }
  });
});

describe("what is borrowed", () => {
  it("is lent to another message while one is open", () => {
    const one = deflater();
    const first = Buffer.from(one.deflate(Buffer.from("one one one one "), false));
    const other = Buffer.from(deflater().deflate(Buffer.from("two two two two "), true));
    const second = Buffer.from(one.deflate(Buffer.from("one one one one "), true));
    expect(inflate(other).toString()).toBe("two two two two ");
    expect(inflate(Buffer.concat([first, second])).toString()).toBe("one one one one ".repeat(2));
  });

  it("is given back by release, in the middle of a message", () => {
    const own = new DeflateScratch();
    const one = new Deflater(own, 15, false);
    one.deflate(Buffer.from("one"), false);
    expect(own.windows.length).toBe(0);
    one.release();
    expect(own.windows.length).toBe(1);
    one.release();
    expect(own.windows.length).toBe(1);
  });

  it("is one window, however many messages were open", () => {
    const own = new DeflateScratch();
    const open = [new Deflater(own, 15, false), new Deflater(own, 9, false)];
    for (const one of open) one.deflate(Buffer.from("one"), false);
    for (const one of open) one.deflate(Buffer.from("one"), true);
    expect(own.windows.length).toBe(1);
    expect(own.windows[0]!.bytes.length).toBeGreaterThanOrEqual(64 * 1024);
  });

  it("is nothing where nothing was deflated", () => {
    const own = new DeflateScratch();
    new Deflater(own, 15, false).release();
    expect(own.windows.length).toBe(0);
  });

  it("is not as large for ever as one message made it", () => {
    const own = new DeflateScratch();
    const target = new Deflater(own, 15, false);
    expect(inflate(target.deflate(noise(1 << 20), true)).equals(noise(1 << 20))).toBe(true);
    expect(own.out.bytes.length).toBeGreaterThan(1 << 20);
    expect(hex(target.deflate(Buffer.from("Hello"), true))).toBe("f248cdc9c90700");
    expect(own.out.bytes.length).toBe(4096);
  });

  it("is not what takeover holds: that window goes with its connection", () => {
    const own = new DeflateScratch();
    const keeping = new Deflater(own, 9, true);
    keeping.deflate(Buffer.from("one"), true);
    keeping.release();
    expect(own.windows.length).toBe(0);
    new Deflater(own, 9, false).deflate(Buffer.from("one"), true);
    keeping.deflate(Buffer.from("one"), true);
    expect(own.windows.length).toBe(1);
  });
});
