import { describe, expect, it } from "vitest";
import { type Frame, parseFrame, serializeFrame } from "../../src/frame/frame.ts";
import { filler, hex, join, toHex, utf8 } from "../octets.ts";

const frame = (opcode: number, payload: Uint8Array, more: Partial<Frame> = {}): Frame => ({
  fin: true,
  rsv: 0,
  opcode,
  maskingKey: undefined,
  payload,
  ...more,
});

describe("the examples of RFC 6455 section 5.7", () => {
  const key = 0x37fa213d;
  it.each<[string, string, Frame]>([
    ["a text message", "81 05 48 65 6c 6c 6f", frame(1, utf8("Hello"))],
    [
      "a masked text message",
      "81 85 37 fa 21 3d 7f 9f 4d 51 58",
      frame(1, utf8("Hello"), { maskingKey: key }),
    ],
    ["its first fragment", "01 03 48 65 6c", frame(1, utf8("Hel"), { fin: false })],
    ["its second fragment", "80 02 6c 6f", frame(0, utf8("lo"))],
    ["a ping", "89 05 48 65 6c 6c 6f", frame(9, utf8("Hello"))],
    ["a masked pong", "8a 85 37 fa 21 3d 7f 9f 4d 51 58", frame(10, utf8("Hello"), { maskingKey: key })],
  ])("%s", (_, octets, expected) => {
    expect(parseFrame(hex(octets))).toEqual({ frame: expected, size: hex(octets).length });
    expect(toHex(serializeFrame(expected))).toBe(octets);
  });

  it.each<[string, string, number]>([
    ["256 octets", "82 7e 01 00", 256],
    ["64 KiB", "82 7f 00 00 00 00 00 01 00 00", 65536],
  ])("a binary message of %s", (_, header, length) => {
    const octets = join(hex(header), filler(length));
    expect(parseFrame(octets)).toEqual({ frame: frame(2, filler(length)), size: octets.length });
    expect(serializeFrame(frame(2, filler(length)))).toEqual(octets);
  });
});

describe("parseFrame", () => {
  it("needs every octet of the frame, and consumes nothing until then", () => {
    const octets = hex("81 85 37 fa 21 3d 7f 9f 4d 51 58");
    for (let end = 0; end < octets.length; end++) expect(parseFrame(octets.subarray(0, end))).toBeUndefined();
  });

  it("reads from an offset and leaves what is behind the frame", () => {
    expect(parseFrame(hex("ff ff 89 01 41 ff"), 2)).toEqual({ frame: frame(9, utf8("A")), size: 3 });
    expect(parseFrame(hex("ff ff 89 01"), 2)).toBeUndefined();
  });

  it("knows no law: reserved bits and opcodes, fragmented control frames", () => {
    expect(parseFrame(hex("7f 00"))).toEqual({
      frame: frame(15, new Uint8Array(0), { fin: false, rsv: 7 }),
      size: 2,
    });
    expect(toHex(serializeFrame(frame(0xb, new Uint8Array(0), { fin: false, rsv: 5 })))).toBe("5b 00");
  });

  it("says which lengths cannot be counted, at the header", () => {
    expect(parseFrame(hex("82 7f 80 00 00 00 00 00 00 00"))).toBe("length-top-bit");
    expect(parseFrame(hex("82 7f 00 20 00 00 00 00 00 00"))).toBe("message-too-big");
    expect(parseFrame(hex("82 7f 00 1f ff ff ff ff ff ff"))).toBeUndefined();
  });

  it("copies the payload and leaves its input as it was", () => {
    const octets = hex("82 82 01 02 03 04 aa bb");
    const parsed = parseFrame(octets);
    octets.fill(0, 6);
    expect(parsed).toMatchObject({ frame: { payload: hex("ab b9") } });
    for (const again of [hex("82 82 01 02 03 04 aa bb"), Buffer.from("828201020304aabb", "hex")]) {
      parseFrame(again);
      expect(toHex(again)).toBe("82 82 01 02 03 04 aa bb");
    }
  });
});

describe("serializeFrame", () => {
  it("leaves the payload as it was", () => {
    const payload = utf8("Hello");
    serializeFrame(frame(1, payload, { maskingKey: 0xffffffff }));
    expect(payload).toEqual(utf8("Hello"));
  });

  it("keeps stray bits out of the first octet", () => {
    expect(toHex(serializeFrame(frame(0x11, new Uint8Array(0), { rsv: 8 })))).toBe("81 00");
  });
});
