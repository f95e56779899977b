import { describe, expect, it } from "vitest";
import { mask } from "../../src/frame/mask.ts";
import { filler, hex, toHex } from "../octets.ts";

const keyOctets = [0x81, 0x02, 0xf3, 0x04];
const key = 0x8102f304;

/** RFC 6455 section 5.3, word for word. */
const definition = (payload: Uint8Array, phase: number): Uint8Array =>
  payload.map((octet, i) => octet ^ keyOctets[(i + phase) % 4]!);

describe("masking (RFC 6455 section 5.3)", () => {
  it("masks and unmasks the example of section 5.7", () => {
    const bytes = hex("48 65 6c 6c 6f");
    mask(bytes, 0, 5, bytes, 0, 0x37fa213d, 0);
    expect(toHex(bytes)).toBe("7f 9f 4d 51 58");
    mask(bytes, 0, 5, bytes, 0, 0x37fa213d, 0);
    expect(toHex(bytes)).toBe("48 65 6c 6c 6f");
  });

  const lengths = [...Array(20).keys(), 254, 255, 256, 257, 258, 259, 260, 1023];
  it.each(lengths)("follows the definition for %i octets at every phase and alignment", (length) => {
    const payload = filler(length);
    for (let phase = 0; phase < 6; phase++) {
      const expected = definition(payload, phase);
      for (let from = 0; from < 4; from++) {
        for (let to = 0; to < 4; to++) {
          const source = new Uint8Array(length + 8).fill(0xee);
          source.set(payload, from);
          const before = source.slice();
          const target = new Uint8Array(length + 8).fill(0xdd);
          const seen = mask(source, from, from + length, target, to, key, phase);
          expect(target.subarray(to, to + length)).toEqual(expected);
          expect(target.subarray(0, to).every((octet) => octet === 0xdd)).toBe(true);
          expect(target.subarray(to + length).every((octet) => octet === 0xdd)).toBe(true);
          expect(source).toEqual(before);
          expect(seen < 0x80).toBe(expected.every((octet) => octet < 0x80));
        }
      }
    }
  });

  it("works in place, in a view that begins anywhere in its memory", () => {
    for (const length of [5, 300]) {
      for (let offset = 0; offset < 4; offset++) {
        const memory = new ArrayBuffer(length + 16);
        const view = new Uint8Array(memory, offset, length + 4);
        view.set(filler(length), 1);
        mask(view, 1, 1 + length, view, 1, key, 3);
        expect(view.subarray(1, 1 + length)).toEqual(definition(filler(length), 3));
      }
    }
  });

  it("keeps apart memories that it is given in turns, and sees one that has grown", () => {
    const memories = [new ArrayBuffer(600), new ArrayBuffer(600), new ArrayBuffer(100_000)];
    for (let turn = 0; turn < 6; turn++) {
      const bytes = new Uint8Array(memories[turn % 3]!);
      bytes.set(filler(600));
      mask(bytes, 0, 600, bytes, 0, key, 0);
      expect(bytes.subarray(0, 600)).toEqual(definition(filler(600), 0));
    }
    const growing: ArrayBuffer & { resize?(size: number): void } = Reflect.construct(ArrayBuffer, [
      300,
      { maxByteLength: 600 },
    ]);
    mask(new Uint8Array(growing), 0, 300, new Uint8Array(growing), 0, key, 0);
    growing.resize!(600);
    const grown = new Uint8Array(growing);
    grown.set(filler(600));
    mask(grown, 0, 600, grown, 0, key, 0);
    expect(grown).toEqual(definition(filler(600), 0));
  });

  it("tells the one octet that is not ASCII, wherever it is", () => {
    for (const length of [1, 7, 64, 256, 263]) {
      const source = new Uint8Array(length);
      expect(mask(source, 0, length, new Uint8Array(length), 0, 0, 0)).toBe(0);
      for (let i = 0; i < length; i++) {
        source.fill(0x41);
        source[i] = 0x80;
        expect(mask(source, 0, length, new Uint8Array(length), 0, 0, 0)).toBeGreaterThanOrEqual(0x80);
      }
    }
  });

  it("tells nothing of no octets", () => {
    expect(mask(hex("ff"), 0, 0, hex("ff"), 0, key, 0)).toBe(0);
  });
});
