import { describe, expect, it } from "vitest";
import { checkName, lookOf } from "../server/names.ts";

describe("nicknames", () => {
  it.each([
    ["Ada", "Ada"],
    ["  Ada   Lovelace ", "Ada Lovelace"],
    ["Ａｄａ", "Ada"],
    ["José", "José"],
    ["李小龍", "李小龍"],
    ["Мария", "Мария"],
    ["👋", "👋"],
    ["x".repeat(24), "x".repeat(24)],
  ])("%j may be had, as %j", (wanted, name) => {
    expect(checkName(wanted)).toMatchObject({ name });
  });

  it.each([
    ["", "at least one letter"],
    ["   ", "at least one letter"],
    ["...", "at least one letter"],
    ["x".repeat(25), "at most 24"],
    ["A\u200bda", "nobody can see"],
    ["Ada\u202e", "nobody can see"],
    ["\u2066Ada", "nobody can see"],
    ["A\u00adda", "nobody can see"],
    ["Ada\ufe0f", "nobody can see"],
    ["A\nda", "nobody can see"],
    ["\u2800Ada", "nobody can see"],
    ["\ue000", "nobody can see"],
    ["A\u0301\u0302\u0303da", "too many marks"],
    ["System", "the chat itself"],
    ["ѕуѕtеm", "the chat itself"],
    ["A d m i n", "the chat itself"],
    ["you", "the chat itself"],
  ])("%j is refused: %s", (wanted, reason) => {
    expect(checkName(wanted)).toEqual({ refused: expect.stringContaining(reason) });
  });

  it.each([
    ["Ada", "ada"],
    ["Ada", "Аdа"],
    ["Ada", "A.d.a"],
    ["Ada", "Ádà"],
    ["Iris", "lris"],
    ["Iris", "1ris"],
    ["Bob", "B0b"],
    ["modem", "modern"],
    ["paypal", "раураl"],
    ["Ρaul", "Paul"],
    ["Zoë", "Zoe"],
  ])("%j and %j look the same", (one, other) => {
    expect(lookOf(one)).toBe(lookOf(other));
  });

  it.each([
    ["Ada", "Adam"],
    ["Anna", "Hanna"],
    ["Мария", "Марина"],
    ["李", "林"],
  ])("%j and %j do not", (one, other) => {
    expect(lookOf(one)).not.toBe(lookOf(other));
  });
});
