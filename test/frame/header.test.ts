import { describe, expect, it } from "vitest";
import {
  headerSize,
  headerSizeFor,
  LENGTH_TOP_BIT,
  LENGTH_UNCOUNTABLE,
  lengthEnd,
  MAX_HEADER_SIZE,
  parseHeader,
  readLength,
  readUint32,
  RSV1,
  writeHeader,
} from "../../src/frame/header.ts";
import { hex, toHex } from "../octets.ts";

const key = 0x8090a0b0;

describe("header grammar (RFC 6455 section 5.2)", () => {
  it.each<[number, string]>([
    [0, "82 00"],
    [1, "82 01"],
    [125, "82 7d"],
    [126, "82 7e 00 7e"],
    [127, "82 7e 00 7f"],
    [256, "82 7e 01 00"],
    [65535, "82 7e ff ff"],
    [65536, "82 7f 00 00 00 00 00 01 00 00"],
    [2 ** 31 - 1, "82 7f 00 00 00 00 7f ff ff ff"],
    [2 ** 31, "82 7f 00 00 00 00 80 00 00 00"],
    [2 ** 32 - 1, "82 7f 00 00 00 00 ff ff ff ff"],
    [2 ** 32, "82 7f 00 00 00 01 00 00 00 00"],
    [2 ** 53 - 1, "82 7f 00 1f ff ff ff ff ff ff"],
  ])("a length of %i, masked or not, both directions", (length, octets) => {
    const bytes = hex(octets);
    const size = bytes.length;
    const facts = { fin: true, rsv: 0, opcode: 2, length };
    expect(parseHeader(bytes, 0, size)).toEqual({ ...facts, maskingKey: undefined, size });
    const target = new Uint8Array(MAX_HEADER_SIZE + 2).fill(0xee);
    expect(writeHeader(target, 1, 0x82, length, undefined)).toBe(1 + size);
    expect(toHex(target.subarray(0, size + 2))).toBe(`ee ${octets} ee`);
    expect(headerSizeFor(length, false)).toBe(size);

    const masked = hex(`${octets} 80 90 a0 b0`);
    masked[1]! |= 0x80;
    expect(parseHeader(masked, 0, size + 4)).toEqual({ ...facts, maskingKey: key, size: size + 4 });
    expect(parseHeader(masked, 0, size + 3)).toBeUndefined();
    expect(writeHeader(target, 0, 0x82, length, key)).toBe(size + 4);
    expect(toHex(target.subarray(0, size + 4))).toBe(toHex(masked));
    expect(headerSizeFor(length, true)).toBe(size + 4);
  });

  it.each<[string, number]>([
    ["82 7e 00 00", 0],
    ["82 7e 00 7d", 125],
    ["82 7f 00 00 00 00 00 00 00 00", 0],
    ["82 7f 00 00 00 00 00 00 ff ff", 65535],
  ])("reads the long form %s: whether it may come is the law's business", (octets, length) => {
    expect(parseHeader(hex(octets), 0, hex(octets).length)).toMatchObject({ length });
  });

  it.each<[string, number]>([
    ["82 7f 00 20 00 00 00 00 00 00", LENGTH_UNCOUNTABLE],
    ["82 7f 00 20 00 00 00 00 00 02", LENGTH_UNCOUNTABLE],
    ["82 7f 7f ff ff ff ff ff ff ff", LENGTH_UNCOUNTABLE],
    ["82 7f 80 00 00 00 00 00 00 00", LENGTH_TOP_BIT],
    ["82 7f ff ff ff ff ff ff ff ff", LENGTH_TOP_BIT],
  ])("gives %s a name of its own", (octets, length) => {
    expect(readLength(hex(octets), 0)).toBe(length);
  });

  it("reads FIN, the reserved bits and the opcode of every first octet", () => {
    for (let first = 0; first < 256; first++) {
      expect(parseHeader(Uint8Array.of(first, 0), 0, 2)).toMatchObject({
        fin: first >= 128,
        rsv: Math.floor(first / 16) % 8,
        opcode: first % 16,
      });
    }
    expect(parseHeader(hex("c1 00"), 0, 2)?.rsv).toBe(RSV1);
  });

  it("says by the second octet where the length and the header end", () => {
    const seconds = [0x00, 0x7d, 0x7e, 0x7f, 0x80, 0xfd, 0xfe, 0xff];
    expect(seconds.map(lengthEnd)).toEqual([2, 2, 4, 10, 2, 2, 4, 10]);
    expect(seconds.map(headerSize)).toEqual([2, 2, 4, 10, 6, 6, 8, 14]);
  });

  it("needs every octet of the header, wherever it begins", () => {
    const bytes = hex("ee ee 82 ff 00 00 00 00 00 01 00 00 80 90 a0 b0 ee");
    for (let end = 2; end < 16; end++) expect(parseHeader(bytes, 2, end)).toBeUndefined();
    expect(parseHeader(bytes, 2, 16)).toMatchObject({ size: 14, length: 65536, maskingKey: key });
    expect(parseHeader(bytes, 2, 17)).toMatchObject({ size: 14 });
  });

  it("reads 32 bits without a sign", () => {
    expect(readUint32(hex("00 ff fe fd fc"), 1)).toBe(0xfffefdfc);
    expect(readUint32(hex("01 02 03 04"), 0)).toBe(0x01020304);
  });
});
