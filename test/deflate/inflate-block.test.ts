import { describe, expect, it } from "vitest";
import type { Inflater } from "../../src/deflate/inflate.ts";
import { outputBytes } from "../../src/deflate/inflate-scratch.ts";
import { bytes, drain, fromBits, inflate, inflater, squeezed } from "./inflating.ts";
import { json, noise } from "./samples.ts";

describe("what was seen", () => {
  const seenAfter = (target: Inflater, message: Uint8Array): number => {
    target.push(message, true);
    while (target.read() !== undefined);
    expect(target.error).toBeUndefined();
    return target.seen;
  };

  it("is below 0x80 where all is ASCII, in fixed blocks and in dynamic ones", () => {
    const target = inflater();
    expect(seenAfter(target, bytes("f2 48 cd c9 c9 07 00"))).toBeLessThan(0x80);
    const ascii = Buffer.from(Array.from({ length: 3000 }, (_, i) => 32 + ((i * i * i) % 17)));
    expect((squeezed(ascii)[0]! >> 1) & 3).toBe(2);
    expect(seenAfter(target, squeezed(ascii))).toBeLessThan(0x80);
    expect(seenAfter(target, squeezed(Buffer.from("Hellö")))).toBeGreaterThanOrEqual(0x80);
    expect(seenAfter(target, squeezed(Buffer.concat([ascii, Buffer.of(0x80)])))).toBeGreaterThanOrEqual(0x80);
    expect(seenAfter(target, bytes("00 01 00 fe ff 80 00"))).toBeGreaterThanOrEqual(0x80);
    expect(seenAfter(target, bytes("f2 48 cd c9 c9 07 00"))).toBeLessThan(0x80);
  });

  it("is of every octet", () => {
    for (let at = 0; at < 8; at++)
      expect(
        seenAfter(inflater(), squeezed(Buffer.alloc(8, "a").fill(0x90, at, at + 1))),
      ).toBeGreaterThanOrEqual(0x80);
  });

  it("counts the window of the message before, until that is forgotten", () => {
    const target = inflater(15, true);
    expect(seenAfter(target, squeezed(Buffer.from("Hellö")))).toBeGreaterThanOrEqual(0x80);
    expect(seenAfter(target, bytes("f2 48 cd c9 c9 07 00"))).toBeGreaterThanOrEqual(0x80);
    // BFINAL=1
    expect(seenAfter(target, bytes("f3 48 cd c9 c9 07 00 00"))).toBeGreaterThanOrEqual(0x80);
    expect(seenAfter(target, bytes("f2 48 cd c9 c9 07 00"))).toBeLessThan(0x80);
  });
});

describe("the end of the buffer", () => {
  // The smallest there is: a window of 512 bytes, and what is written behind it.
  const inflated = (data: Buffer): Buffer => {
    const target = inflater(9, true);
    target.push(squeezed(data, { windowBits: 9 }), true);
    return drain(target);
  };
  const more = outputBytes(9) + 600;

  it("has room for a match, wherever that begins", () => {
    for (let before = 0; before < 260; before++) {
      // Matches of 258 bytes from there on, over the buffer's end.
      for (const text of ["a", "abc", "handfast, "]) {
        const data = Buffer.concat([noise(before), Buffer.alloc(more, text)]);
        expect(Buffer.compare(inflated(data), data)).toBe(0);
      }
    }
  });

  it("has room for the words that a short match is copied by", () => {
    for (let before = 0; before < 40; before++) {
      const short = Buffer.concat([noise(before), json(more)]);
      expect(Buffer.compare(inflated(short), short)).toBe(0);
    }
  });
});

const number = (value: number, count: number): string =>
  Array.from({ length: count }, (_, i) => (value >> i) & 1).join("");

/** The header of a dynamic block of so many lengths of both codes, which are sent by a code of the lengths given first. */
function dynamic(
  codeLengths: Record<number, number>,
  list: readonly string[],
  { literals = 257, distances = 1 } = {},
): string {
  const order = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1];
  const sent = order.map((symbol) => number(codeLengths[symbol] ?? 0, 3));
  const counts = [number(literals - 257, 5), number(distances - 1, 5), number(order.length - 4, 4)];
  return ["001", ...counts, ...sent, ...list].join("");
}
/** The beginning of the empty stored block at the end of a message. */
const FLUSH = "000";

// Codes of the lengths of a dynamic block: always "00" for 0, and where there are four of two bits these for 16 and 18.
const again = (count: number): string => `10${number(count - 3, 2)}`;
const zeros = (count: number): string => `11${number(count - 11, 7)}`;
const AGAIN = { 0: 2, 1: 2, 16: 2, 18: 2 };
const TWO = { 0: 2, 1: 2, 2: 2, 18: 2 };

/** The first codes of the fixed block: its header, an octet 0x90 in 9 bits, the octet a in 8, a length of 3, the end. */
const FIXED = { header: "010", ninety: "110010000", a: "10010001", three: "0000001", end: "0000000" };

describe("the last octet that something needs", () => {
  const { header, ninety, a, three, end } = FIXED;

  it.each([
    ["a literal", [header, ...Array.from({ length: 5 }, () => ninety)], "\x90".repeat(5)],
    [
      "the literal behind one",
      [header, ...Array.from({ length: 5 }, () => ninety), a],
      "\x90".repeat(5) + "a",
    ],
    ["a match", [header, ninety, three, "00000"], "\x90".repeat(4)],
  ])("is enough for %s to be given", (_, bits, text) => {
    const target = inflater();
    const message = fromBits(bits.join(""));
    expect(bits.join("").length).toBe(message.length * 8);
    target.push(message, false);
    expect(Buffer.from(target.read()!).toString("latin1")).toBe(text);
  });

  it.each([
    ["block type 3", [header, ninety, ninety, ninety, end, "011"]],
    ["symbol 286", [header, ninety, ninety, ninety, ninety, ninety, "11000110"]],
    ["distance symbol 30", [header, ninety, three, "11110"]],
    ["a distance before the start", [header, ninety, three, "00001"]],
    ["LEN that is not the complement of NLEN", ["00000000", "1010000000000000", "0101111101111111"]],
    ["a code length code without symbols", ["001", "00000", "00000", "1000", "000".repeat(5)]],
    ["the length before the first, again", [dynamic(AGAIN, [again(3), "00000"])]],
    [
      "the literals' lengths without one for the end of the block",
      [dynamic(AGAIN, ["01", "01", zeros(138), zeros(50), zeros(67), "00"])],
    ],
    ["an incomplete code of literals", [dynamic(TWO, [zeros(138), zeros(50), zeros(67), "00", "10", "00"])]],
    [
      "an over-subscribed code of distances",
      [
        dynamic(AGAIN, ["01", "00", "00", zeros(138), zeros(50), zeros(65), "01", "01", "01", "01"], {
          distances: 3,
        }),
      ],
    ],
  ])("is enough for %s to be refused", (_, bits) => {
    const target = inflater();
    const message = fromBits(bits.join(""));
    target.push(message.subarray(0, -1), false);
    drain(target);
    expect(target.error).toBeUndefined();
    target.push(message.subarray(-1), false);
    drain(target);
    expect(target.error).toBe("invalid-deflate");
  });
});

it("reaches as far as the window, and no octet further", () => {
  const octets = Array.from({ length: 300 }, (_, i) => (i * 7) % 144);
  const literals = octets.map((octet) => (octet + 0x30).toString(2).padStart(8, "0")).join("");
  const message = (distance: string): Uint8Array =>
    fromBits(`${FIXED.header}${literals}${FIXED.three}${distance}${FIXED.end}${FLUSH}`);
  const text = String.fromCharCode(...octets, ...octets.slice(44, 47));
  // 193 and 63 more; 257 and none.
  expect(inflate(inflater(8), message("01111111111"))).toBe(text);
  expect(inflate(inflater(8), message("100000000000"))).toBe("invalid-deflate");
  expect(inflate(inflater(9), message("100000000000"))).toBe(
    String.fromCharCode(...octets, ...octets.slice(43, 46)),
  );
});

describe("the lengths of a dynamic block's codes (RFC 1951 3.2.7)", () => {
  it.each([
    ["zeros in two runs", ["01", zeros(138), zeros(117), "01", "00", "001"], "\0\0"],
    ["a zero again", ["01", "00", again(3), zeros(138), zeros(113), "01", "00", "001"], "\0\0"],
    ["zeros again", ["01", zeros(138), again(6), zeros(111), "01", "00", "001"], "\0\0"],
    ["zeros too many", ["01", zeros(138), zeros(117), "01", zeros(11), "001"], "invalid-deflate"],
    ["one too many again", ["01", zeros(138), zeros(117), "01", again(3), "001"], "invalid-deflate"],
    ["nothing again", [again(3), zeros(138), zeros(115), "01", "00", "001"], "invalid-deflate"],
    ["the end of the block alone", [zeros(138), zeros(118), "01", "00", "0"], ""],
    ["no end of the block", ["01", "01", zeros(138), zeros(117), "00", "001"], "invalid-deflate"],
  ])("may have, or may not: %s", (_, list, outcome) => {
    // The octet 0 is 0, and the end is 1.
    expect(inflate(inflater(), fromBits(dynamic(AGAIN, list) + FLUSH))).toBe(outcome);
  });

  it("are 257 to 286 of literals and 1 to 30 of distances", () => {
    const block = (literals: number, distances: number): Uint8Array => {
      const list = ["01", zeros(138), zeros(117), "01", "00".repeat(literals - 257 + distances), "001"];
      return fromBits(dynamic(AGAIN, list, { literals, distances }) + FLUSH);
    };
    expect(inflate(inflater(), block(257, 1))).toBe("\0\0");
    expect(inflate(inflater(), block(286, 30))).toBe("\0\0");
    expect(inflate(inflater(), block(287, 30))).toBe("invalid-deflate");
    expect(inflate(inflater(), block(286, 31))).toBe("invalid-deflate");
  });

  it("may go on from those of the literals to those of the distances in one run", () => {
    // 0, 254, 255 and the end have two bits, and so have four distances.
    const list = ["01", zeros(138), zeros(115), "01", again(6), "0001", "11"];
    const message = dynamic({ 0: 2, 2: 2, 16: 2, 18: 2 }, list, { distances: 4 });
    expect(inflate(inflater(), fromBits(message + FLUSH))).toBe("\0\xfe");
  });

  it("are refused where they are sent by a code that nobody defined", () => {
    // Only the length 1 has a code: 0. What 1 stands for nobody knows.
    const list = ["0", "1".repeat(255), "0", "1", "001"];
    expect(inflate(inflater(), fromBits(dynamic({ 1: 1 }, list) + FLUSH))).toBe("invalid-deflate");
  });

  it.each([
    ["the code of the only distance", "01", "0", "\0\0\0\0"],
    ["the other bit where there is one distance", "01", "1", "invalid-deflate"],
    ["a match where there is no distance", "00", "0", "invalid-deflate"],
    ["a match where there is no distance, and the other bit", "00", "1", "invalid-deflate"],
  ])("tell what is a distance: %s", (_, length, distance, outcome) => {
    // The octet 0 is 0, the end 10, and a length of three 11.
    const list = ["01", zeros(138), zeros(117), "10", "10", length, "0", "11", distance, "10"];
    expect(inflate(inflater(), fromBits(dynamic(TWO, list, { literals: 258 }) + FLUSH))).toBe(outcome);
  });

  it("may end with any bit of an octet", () => {
    const ends = new Set<number>();
    for (let ones = 0; ones < 4; ones++)
      for (const runs of [zeros(138) + zeros(117 - ones), zeros(138) + zeros(50) + zeros(67 - ones)]) {
        const list = ["01", "00".repeat(ones), runs, "01", "00"];
        const header = dynamic(AGAIN, list);
        ends.add(header.length % 8);
        const message = fromBits(`${header}001${FLUSH}`);
        for (const size of [1, message.length]) expect(inflate(inflater(), message, size)).toBe("\0\0");
      }
    expect(ends.size).toBe(8);
  });
});
