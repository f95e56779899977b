import { describe, expect, it } from "vitest";
import {
  isToken,
  parseTokenList,
  skipSpace,
  splitList,
  tokenEnd,
  trimSpace,
} from "../../src/handshake/token.ts";

describe("tokens (RFC 9110 section 5.6.2)", () => {
  it("have these characters and no others", () => {
    const all = Array.from({ length: 0x180 }, (_, i) => String.fromCharCode(i)).filter(isToken);
    expect(all.join("")).toBe(
      "!#$%&'*+-.0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ^_`abcdefghijklmnopqrstuvwxyz|~",
    );
  });

  it("have at least one character, and nothing around them", () => {
    expect(["", "a", "ab", " a", "a ", "a b", "a,b", "é", "ā"].filter(isToken)).toEqual(["a", "ab"]);
  });

  it("end where something else begins", () => {
    expect(tokenEnd("ab;c", 0)).toBe(2);
    expect(tokenEnd("ab;c", 2)).toBe(2);
    expect(tokenEnd("ab;c", 3)).toBe(4);
    expect(tokenEnd("ab", 2)).toBe(2);
  });
});

describe("white space (RFC 9110 section 5.6.3)", () => {
  it("is space and tab", () => {
    expect(skipSpace("a \t b", 1)).toBe(4);
    expect(skipSpace("  ", 0)).toBe(2);
    expect(skipSpace("\u00a0", 0)).toBe(0);
    expect(["  a b\t", "a", "\t \t", "", "\u00a0a\n"].map(trimSpace)).toEqual([
      "a b",
      "a",
      "",
      "",
      "\u00a0a\n",
    ]);
  });
});

describe("lists (RFC 9110 section 5.6.1)", () => {
  it.each<[string, string[] | undefined]>([
    ["", []],
    [" , ,\t", []],
    ["a", ["a"]],
    ["a,b", ["a", "b"]],
    [" a ,\tb\t, c", ["a", "b", "c"]],
    [",a,,b,", ["a", "b"]],
    ["a b", undefined],
    ["a,b c", undefined],
    ["a;q=1", undefined],
    ['"a"', undefined],
  ])("of tokens: %j", (text, tokens) => {
    expect(parseTokenList(text)).toEqual(tokens);
  });

  it("of anything", () => {
    expect(splitList(" a b ,, c/2")).toEqual(["a b", "c/2"]);
  });
});
