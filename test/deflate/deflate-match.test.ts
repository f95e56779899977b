import { describe, expect, it } from "vitest";
import { MatchWindow, Tokens, windowBytes } from "../../src/deflate/deflate-match.ts";
import { DISTANCE_BASE, DISTANCE_EXTRA } from "../../src/deflate/inflate-tables.ts";
import { utf8 } from "../octets.ts";
import { json, noise } from "./samples.ts";

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

/** The tokens of texts that come one after the other: octets as they are, and matches as <length,distance>. */
function found(pieces: readonly string[], reach = 32_768, behind = "\0"): string {
  const window = new MatchWindow(32_768, 32_768);
  window.bytes.fill(behind.charCodeAt(0));
  const tokens = new Tokens(32_768);
  const texts = pieces.map((piece) => {
    const { from, to } = window.take(Buffer.from(piece, "latin1"), 0);
    window.find(tokens, from, to, reach);
    return Array.from(tokens.list.subarray(0, tokens.count), (token) =>
      token < 256 ? String.fromCharCode(token) : `<${token >>> 20},${(token & 0x7fff) + 1}>`,
    ).join("");
  });
  return texts.join("|");
}

const long = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";

describe("what is found", () => {
  it.each([
    ["four octets, at the very end", "abcdXabcd", "abcdX<4,5>"],
    ["nothing shorter", "abcXabc", "abcXabc"],
    ["what overlaps itself", "aaaaaaaaa", "a<8,1>"],
    ["258 octets at most", "a".repeat(262), "a<258,1>aaa"],
    ["more behind them", "a".repeat(263), "a<258,1><4,255>"],
    [
      "the longer of the last two, where that is the later one",
      "abcdef,abcdefgh.abcdefgh",
      "abcdef,<6,7>gh.<8,9>",
    ],
    [
      "the longer of the last two, where that is the earlier one",
      "abcdefg.abcdef,abcdefg",
      "abcdefg.<6,8>,<7,15>",
    ],
    ["none before the last two", "abcdefgh.abcde,abcdf;abcdefgh", "abcdefgh.<5,9>,<4,6>f;<5,12>fgh"],
    [
      "the earlier one also behind a word of the same hash, here AQVH",
      "abcdefgh.abcde,AQVH-abcdX;abcdefgh",
      "abcdefgh.<5,9>,AQVH-abcdX;<8,26>",
    ],
    [
      "the longer one where the other is alike at its beginning and its end",
      "abcdEFGhijk.abcdefghij,abcdefghijk",
      "abcdEFGhijk.<4,12>efghij,<10,11>k",
    ],
    [
      "the later of two that are alike to the end",
      "abcde\0\0\0\0..abcde\0\0\0\0--abcde",
      "abcde\0\0\0\0..<9,11>--<5,11>",
    ],
    [
      "no better one than of 33 octets",
      `${long}-${long.slice(0, 33)}+${long.slice(0, 34)}`,
      `${long}-<33,37>+<33,34>7`,
    ],
    [
      "a better one than of 31",
      `${long}-${long.slice(0, 31)}+${long.slice(0, 33)}`,
      `${long}-<31,37>+<33,69>`,
    ],
    ["the first four places of a match", "abcdefghij-abcdefghij.defghij", "abcdefghij-<10,11>.<7,8>"],
    ["the fifth where it was before", "abcdefghij-abcdefghij.efghij", "abcdefghij-<10,11>.<6,18>"],
  ])("is %s", (_, text, tokens) => {
    expect(found([text])).toBe(tokens);
  });

  it("is in earlier pieces, up to their end", () => {
    expect(found(["abcd", "abcd"])).toBe("abcd|<4,4>");
    expect(found(["abcdefg-abcdefg", "defg"])).toBe("abcdefg-<7,8>|<4,4>");
  });

  it("is the same whatever stands behind the end of a piece", () => {
    for (const behind of ["Z", "Y"])
      expect(found(["bcdZ,abcd.abcd", "bcdZ"], 32_768, behind)).toBe("bcdZ,abcd.<4,5>|<4,14>");
  });

  it("is as far as the reach and no farther, in the earlier place, too", () => {
    const filler = noise(300).toString("latin1");
    for (const reach of [256, 100]) {
      const text = (far: number): string => `abcdefgh${filler.slice(0, far - 8 - 6)}abcd##abcdefgh`;
      expect(found([text(reach)], reach)).toBe(`${text(reach).slice(0, -14)}<4,${reach - 6}>##<8,${reach}>`);
      expect(found([text(reach + 1)], reach).endsWith("##<4,6>efgh")).toBe(true);
    }
  });
});

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

  it("begins anew behind the last place, and not at it", () => {
    for (const [lastPlace, beginnings] of [
      [257, [0, 256, 256, 256, 0]],
      [256, [0, 256, 256, 0, 256]],
    ] as const) {
      const window = new MatchWindow(256, 256, lastPlace);
      const froms = beginnings.map(() => window.take(new Uint8Array(256), 0).from);
      expect(froms).toEqual(beginnings);
    }
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

  it("finds matches of every length to their end, before another byte and before the end", () => {
    for (let length = 4; length <= 280; length++) {
      const word = Array.from({ length }, (_, i) => 1 + ((i < 250 ? i : 37 * i) % 250));
      for (const after of [[], [0], [0, 0], [255, 254, 253, 252, 251]]) {
        const bytes = Uint8Array.from([...word, 252, ...word, ...after]);
        const window = new MatchWindow(1024, 4096);
        // What stands behind the end goes on as the match does, and must not count.
        window.bytes.fill(252, bytes.length);
        const tokens = new Tokens(1024);
        const { from, to } = window.take(bytes, 0);
        window.find(tokens, from, to, 1024);
        const matches = tokens.list.subarray(0, tokens.count).filter((token) => token > 256);
        expect([matches[0]! & 0x7fff, matches[0]! >>> 20]).toEqual([length, Math.min(length, 258)]);
      }
    }
  });

  it("takes no word for another of the same hash, in neither of its two places", () => {
    const window = new MatchWindow(256, 256);
    const tokens = new Tokens(256);
    for (let one = 0; one < 8; one++)
      for (let other = 0; other < 256; other++) {
        const bytes = [other, ...utf8("bcdefghi-"), one, ...utf8("bcd+"), one, ...utf8("bcdefghi")];
        window.forget();
        const { from, to } = window.take(Uint8Array.from(bytes), 0);
        window.find(tokens, from, to, 256);
        const history: number[] = [];
        replay(tokens, history, 256);
        expect(history).toEqual(bytes);
      }
  });

  it("prefers the longer of two places, and the nearer of equal ones", () => {
    const far = "abcdefghijklmnop";
    const near = "abcdefgh";
    const distances = (text: string): number[] => {
      const window = new MatchWindow(1024, 4096);
      const tokens = new Tokens(1024);
      // Behind the end stands what is behind the farther place, and must not make that one longer.
      window.bytes.fill("-".charCodeAt(0));
      const { from, to } = window.take(Buffer.from(text), 0);
      window.find(tokens, from, to, 1024);
      return [...tokens.list.subarray(0, tokens.count)].filter((t) => t > 256).map((t) => (t & 0x7fff) + 1);
    };
    expect(distances(`${far}-${near}+${far}!`)).toEqual([17, 26]);
    expect(distances(`${near}-${near}+${near}`)).toEqual([9, 9]);
  });

  it("reads nothing behind its memory where that is full to the last byte", () => {
    const window = new MatchWindow(256, 256);
    const tokens = new Tokens(256);
    const history: number[] = [];
    const all = Buffer.concat([Buffer.from("abcd"), Buffer.alloc(504), Buffer.from("abcd")]);
    for (let done = 0; done < all.length; done += 256) {
      const { from, to } = window.take(all, done);
      window.find(tokens, from, to, 512);
      replay(tokens, history, 512);
    }
    expect(Buffer.from(history).equals(all)).toBe(true);
  });

  it("says what it takes", () => {
    const window = new MatchWindow(1024, 512);
    expect(windowBytes(1024, 512)).toBe(window.bytes.length + 2 * 4 * 128);
  });
});
