import { describe, expect, it } from "vitest";
import { MatchWindow, Tokens, windowBytes } from "../../src/deflate/deflate-match.ts";
import { DISTANCE_BASE, DISTANCE_EXTRA } from "../../src/deflate/inflate-tables.ts";
import { json } from "./samples.ts";

/** Writes what the tokens say behind `history`, and returns how many matches there were. */
function replay(tokens: Tokens, history: number[], reach: number): number {
  let matches = 0;
  for (const token of tokens.list.subarray(0, tokens.count)) {
    if (token < 256) {
      history.push(token);
      continue;
    }
    matches++;
    const distance = (token & 0x7fff) + 1;
    const symbol = (token >>> 15) & 31;
    expect(distance - DISTANCE_BASE[symbol]!).toBeGreaterThanOrEqual(0);
    expect(distance - DISTANCE_BASE[symbol]!).toBeLessThan(1 << DISTANCE_EXTRA[symbol]!);
    expect(distance).toBeLessThanOrEqual(Math.min(reach, history.length));
    for (let length = token >>> 20; length > 0; length--) history.push(history.at(-distance)!);
  }
  return matches;
}

describe("MatchWindow", () => {
  it.each([
    [2 ** 30, 1],
    [2000, 12],
  ])("says the bytes again, also where places begin anew after %i", (lastPlace, beginnings) => {
    const window = new MatchWindow(256, 512, lastPlace);
    const tokens = new Tokens(512);
    const history: number[] = [];
    const all = json(30_000);
    let matches = 0;
    let begun = 0;
    for (let done = 0; done < all.length;) {
      const { from, to } = window.take(all.subarray(0, done + 300), done);
      window.find(tokens, from, to, 256);
      matches += replay(tokens, history, 256);
      done += to - from;
      if (from === 0) begun++;
    }
    expect(Buffer.from(history).equals(all)).toBe(true);
    expect(matches).toBeGreaterThan(1000);
    expect(begun).toBe(beginnings);
  });

  it("finds nothing by places of before they began anew", () => {
    const window = new MatchWindow(256, 4096, 2000);
    const tokens = new Tokens(4096);
    for (const length of [3000, 300, 3000, 200]) {
      window.forget();
      const { from, to } = window.take(json(length), 0);
      window.find(tokens, from, to, 256);
      const history: number[] = [];
      replay(tokens, history, 256);
      expect(Buffer.from(history).equals(json(length))).toBe(true);
    }
  });

  it("refers to nothing before it forgot", () => {
    const window = new MatchWindow(256, 512, 2000);
    const tokens = new Tokens(512);
    for (let round = 0; round < 40; round++) {
      window.forget();
      const { from, to } = window.take(json(200), 0);
      window.find(tokens, from, to, 256);
      const history: number[] = [];
      replay(tokens, history, 256);
      expect(Buffer.from(history).equals(json(200))).toBe(true);
    }
  });

  it("says what it takes", () => {
    const window = new MatchWindow(1024, 512);
    expect(windowBytes(1024, 512)).toBe(window.bytes.length + 2 * 4 * 1024);
  });
});
