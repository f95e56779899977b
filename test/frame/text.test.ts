import { describe, expect, it } from "vitest";
import { decodeUtf8, encodeUtf8, utf8Length, writeUtf8 } from "../../src/frame/text.ts";
import { toHex, utf8 } from "../octets.ts";

describe("text to UTF-8 and back", () => {
  it.each<[string, string]>([
    ["", ""],
    ["A", "41"],
    ["\u007f", "7f"],
    ["\u0080", "c2 80"],
    ["\u07ff", "df bf"],
    ["\u0800", "e0 a0 80"],
    ["\ud7ff", "ed 9f bf"],
    ["\ue000", "ee 80 80"],
    ["\ufeff", "ef bb bf"],
    ["\uffff", "ef bf bf"],
    ["\u{10000}", "f0 90 80 80"],
    ["\u{10ffff}", "f4 8f bf bf"],
    ["κόσμε", "ce ba cf 8c cf 83 ce bc ce b5"],
    ["a€𝄞é", "61 e2 82 ac f0 9d 84 9e c3 a9"],
  ])("%j", (text, octets) => {
    expect(toHex(encodeUtf8(text))).toBe(octets);
    expect(utf8Length(text)).toBe(encodeUtf8(text).length);
    expect(decodeUtf8(encodeUtf8(text))).toBe(text);
  });

  it.each(["\ud800", "\udbff", "\udc00", "\udfff", "a\udc00b", "\udc00\ud800", "\ud800\u{10000}"])(
    "writes lone surrogates as U+FFFD, as the platform's encoder does: %j",
    (text) => {
      expect(toHex(encodeUtf8(text))).toBe(toHex(utf8(text)));
      expect(utf8Length(text)).toBe(utf8(text).length);
    },
  );

  it("writes in place and tells how much", () => {
    const target = new Uint8Array(6).fill(0xee);
    expect(writeUtf8("€", target, 1)).toBe(3);
    expect(toHex(target)).toBe("ee e2 82 ac ee ee");
  });

  it("agrees with the platform's coder on every code point", () => {
    const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    for (let from = 0; from < 0x110000; from += 0x1000) {
      if (from >= 0xd800 && from < 0xe000) continue;
      const points = Array.from({ length: 0x800 }, (_, i) => from + i);
      const text = String.fromCodePoint(...points);
      const bytes = encodeUtf8(text);
      expect(Buffer.compare(bytes, utf8(text))).toBe(0);
      expect(decodeUtf8(bytes) === decoder.decode(bytes)).toBe(true);
    }
  });
});
