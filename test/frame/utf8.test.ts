import { describe, expect, it } from "vitest";
import { isUtf8, UTF8_INVALID, UTF8_START, validateUtf8, validateUtf8With } from "../../src/frame/utf8.ts";
import { hex, toHex, utf8 } from "../octets.ts";

const ok = Infinity;

/** How many octets can be taken before one comes from which no valid text can be reached. */
function firstImpossible(bytes: Uint8Array): number {
  let state = UTF8_START;
  for (let i = 0; i < bytes.length; i++) {
    state = validateUtf8(bytes, i, i + 1, state);
    if (state === UTF8_INVALID) return i;
  }
  return ok;
}

describe("UTF-8 (RFC 3629)", () => {
  it.each<[string, string, number]>([
    ["U+0000", "00", ok],
    ["U+007F", "7f", ok],
    ["U+0080", "c2 80", ok],
    ["U+07FF", "df bf", ok],
    ["U+0800", "e0 a0 80", ok],
    ["U+0FFF", "e0 bf bf", ok],
    ["U+1000", "e1 80 80", ok],
    ["U+CFFF", "ec bf bf", ok],
    ["U+D7FF", "ed 9f bf", ok],
    ["U+E000", "ee 80 80", ok],
    ["a byte order mark", "ef bb bf", ok],
    ["U+FFFF", "ef bf bf", ok],
    ["U+10000", "f0 90 80 80", ok],
    ["U+3FFFF", "f0 bf bf bf", ok],
    ["U+40000", "f1 80 80 80", ok],
    ["U+FFFFF", "f3 bf bf bf", ok],
    ["U+10FFFF", "f4 8f bf bf", ok],
    ["a continuation alone", "80", 0],
    ["the last continuation alone", "bf", 0],
    ["overlong in two, lowest", "c0 80", 0],
    ["overlong in two, highest", "c1 bf", 0],
    ["overlong in three, lowest", "e0 80 80", 1],
    ["overlong in three, highest", "e0 9f bf", 1],
    ["overlong in four, lowest", "f0 80 80 80", 1],
    ["overlong in four, highest", "f0 8f bf bf", 1],
    ["the first surrogate", "ed a0 80", 1],
    ["the last surrogate", "ed bf bf", 1],
    ["U+110000", "f4 90 80 80", 1],
    ["U+13FFFF", "f4 bf bf bf", 1],
    ["the lead F5", "f5 80 80 80", 0],
    ["FE", "fe", 0],
    ["FF", "ff", 0],
    ["a lead after a lead of two", "c2 c2", 1],
    ["ASCII after a lead of two", "df 7f", 1],
    ["C0 after a lead of two", "c2 c0", 1],
    ["ASCII as the third of three", "e1 80 41", 2],
    ["C0 as the third of three", "e0 a0 c0", 2],
    ["7F as the third of three after ED", "ed 9f 7f", 2],
    ["ASCII as the third of four", "f1 80 41 80", 2],
    ["C0 as the fourth of four", "f0 90 80 c0", 3],
    ["7F as the fourth of four after F4", "f4 8f bf 7f", 3],
    ["after a good beginning", "ce ba cf 8c f4 90 80 80", 5],
  ])("%s", (_, octets, impossible) => {
    const bytes = hex(octets);
    expect(firstImpossible(bytes)).toBe(impossible);
    expect(isUtf8(bytes)).toBe(impossible === ok);
  });

  it("goes on after every valid character as at the beginning", () => {
    for (const character of ["A", "é", "€", "퟿", "ࠀ", "𐀀", "\u{10ffff}", "\u{50000}"]) {
      expect(isUtf8(utf8(character + character + "z"))).toBe(true);
      expect(isUtf8(Uint8Array.of(...utf8(character), 0x80))).toBe(false);
    }
  });

  it.each(["c2", "e0", "e0 a0", "ed 9f", "e1 80", "f0", "f0 90", "f0 90 80", "f1 80 80", "f4 8f bf"])(
    "is neither whole nor impossible after %s",
    (octets) => {
      const bytes = hex(octets);
      const state = validateUtf8(bytes, 0, bytes.length, UTF8_START);
      expect([UTF8_START, UTF8_INVALID]).not.toContain(state);
      expect(isUtf8(bytes)).toBe(false);
    },
  );

  it("reads only from start to end", () => {
    expect(validateUtf8(hex("ff 41 ff"), 1, 2, UTF8_START)).toBe(UTF8_START);
    expect(validateUtf8(hex("ff"), 0, 0, UTF8_START)).toBe(UTF8_START);
  });

  it("stops at the impossible octet, whatever comes behind", () => {
    expect(validateUtf8(hex("41 ff 41 41"), 0, 4, UTF8_START)).toBe(UTF8_INVALID);
  });
});

describe("with a check of whole texts from outside", () => {
  const asked: string[] = [];
  const check = (bytes: Uint8Array): boolean => {
    asked.push(toHex(bytes));
    return isUtf8(bytes);
  };
  const text = utf8("plain, é, €, 𝄞, ".repeat(8));

  it("gives the same for every cut of a text, in every state", () => {
    asked.length = 0;
    for (let cut = 0; cut <= text.length; cut++) {
      const state = validateUtf8(text, 0, cut, UTF8_START);
      expect(validateUtf8With(check, text, 0, cut, UTF8_START)).toBe(state);
      expect(validateUtf8With(check, text, cut, text.length, state)).toBe(UTF8_START);
    }
    expect(asked.length).toBeGreaterThan(text.length);
  });

  it("gives the same for every octet that is wrong, and for ends that cannot go on", () => {
    for (let at = 0; at < text.length; at++) {
      for (const wrong of [0x80, 0xc2, 0xe0, 0xff]) {
        const bytes = text.slice();
        bytes[at] = wrong;
        const expected = validateUtf8(bytes, 0, at + 1, UTF8_START);
        expect(validateUtf8With(check, bytes, 0, at + 1, UTF8_START)).toBe(expected);
        const whole = validateUtf8(bytes, 0, bytes.length, UTF8_START);
        expect(validateUtf8With(check, bytes, 0, bytes.length, UTF8_START)).toBe(whole);
      }
    }
    for (const end of ["e0 80", "ed a0", "f0 80 80", "f4 90", "c0", "80 80 80 80"]) {
      const bytes = Uint8Array.of(...text, ...hex(end));
      expect(validateUtf8With(check, bytes, 0, bytes.length, UTF8_START)).toBe(UTF8_INVALID);
    }
  });

  /** So many octets of ASCII. */
  const plain = (count: number): string => Array.from({ length: count }, () => "61").join(" ");
  const whole = (octets: string): number => validateUtf8(hex(octets), 0, hex(octets).length, UTF8_START);

  it.each<[string, string, string | undefined, string]>([
    ["31 octets", plain(31), undefined, ""],
    ["32 octets", plain(32), plain(32), ""],
    ["a lead of two", `${plain(31)} c2`, plain(31), "c2"],
    ["a lead of three", `${plain(31)} e2`, plain(31), "e2"],
    ["a lead of four", `${plain(31)} f0`, plain(31), "f0"],
    ["two of three", `${plain(32)} e2 82`, plain(32), "e2 82"],
    ["two of four", `${plain(32)} f0 9d`, plain(32), "f0 9d"],
    ["three of four", `${plain(32)} f0 9d 84`, plain(32), "f0 9d 84"],
    ["all of two", `${plain(32)} c3 a9`, plain(32), ""],
    ["all of four", `${plain(32)} f0 9d 84 9e`, `${plain(32)} f0 9d 84 9e`, ""],
    ["ASCII behind it", `${plain(32)} f0 9d 84 9e 61`, `${plain(32)} f0 9d 84 9e 61`, ""],
  ])("asks from 32 octets on, and not about what was cut: %s", (_, octets, question, rest) => {
    const bytes = hex(`ff ff ${octets} ff`);
    asked.length = 0;
    expect(validateUtf8With(check, bytes, 2, bytes.length - 1, UTF8_START)).toBe(whole(rest));
    expect(asked).toEqual(question === undefined ? [] : [question]);
  });

  it("asks about what follows the character that was cut before", () => {
    const bytes = hex(`ff 82 ac ${plain(32)} ff`);
    asked.length = 0;
    expect(validateUtf8With(check, bytes, 1, 35, whole("e2"))).toBe(UTF8_START);
    expect(asked).toEqual([plain(32)]);
    expect(validateUtf8With(check, hex(`82 ac ${plain(31)}`), 0, 33, whole("e2"))).toBe(UTF8_START);
    expect(asked).toHaveLength(1);
  });

  it.each<[string, string, string, string]>([
    ["no octet", "e2", "", "e2"],
    ["one that it needs", "e2", "82", "e2 82"],
    ["two that it needs", "f0", "9d 84", "f0 9d 84"],
    ["the last that it needs", "f0 9d 84", "9e", ""],
  ])("goes on in a character with %s, whatever stands behind", (_, before, octets, after) => {
    const bytes = hex(`ff ${octets} 82`);
    expect(validateUtf8With(check, bytes, 1, bytes.length - 1, whole(before))).toBe(whole(after));
  });

  it("finds the octet that cannot go on in a character, however much comes behind", () => {
    for (const behind of ["", "61", plain(40)]) {
      const bytes = hex(`61 ${behind}`);
      expect(validateUtf8With(check, bytes, 0, bytes.length, whole("e2"))).toBe(UTF8_INVALID);
    }
  });
});
