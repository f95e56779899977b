import { describe, expect, it } from "vitest";
import { BitWriter } from "../../src/deflate/bit-writer.ts";

const written = (out: BitWriter): number[] => [...out.bytes.subarray(0, out.length)];

describe("BitWriter", () => {
  it("writes the lowest bit first, and goes on inside the byte", () => {
    const out = new BitWriter();
    out.write(0b1, 1);
    out.write(0b01, 2);
    out.write(0x1ff_ffff, 25);
    expect(written(out)).toEqual([0b1111_1011, 0xff, 0xff]);
    expect([out.bits, out.held]).toEqual([0b1111, 4]);
    out.align();
    expect(written(out)).toEqual([0b1111_1011, 0xff, 0xff, 0x0f]);
  });

  it("aligns nothing where a byte has just ended", () => {
    const out = new BitWriter();
    out.align();
    expect(out.length).toBe(0);
    out.write(0xab, 8);
    out.align();
    expect(written(out)).toEqual([0xab]);
  });

  it("grows only where the bits and a word behind them have no room, and keeps what is there", () => {
    const out = new BitWriter();
    out.write(0xabc, 12);
    out.align();
    const first = out.bytes;
    out.reserve((first.length - 2 - 16) * 8 + 7);
    expect(out.bytes).toBe(first);
    out.reserve((first.length - 2 - 16) * 8 + 8);
    expect(out.bytes.length).toBe(2 * (first.length + 1));
    expect(out.view.buffer).toBe(out.bytes.buffer);
    expect(written(out)).toEqual([0xbc, 0x0a]);
  });

  it("keeps up to 256 KiB for the next message", () => {
    const out = new BitWriter();
    out.reserve((128 * 1024 - 16) * 8);
    const most = out.bytes;
    expect(most.length).toBe(256 * 1024);
    out.reset();
    expect(out.bytes).toBe(most);
    out.reserve(256 * 1024 * 8);
    out.write(1, 9);
    out.reset();
    expect(out.bytes.length).toBe(4096);
    expect([out.length, out.bits, out.held]).toEqual([0, 0, 0]);
  });
});
