import { describe, expect, it } from "vitest";
import { bytes, drain, fromBits, inflate, inflater, squeezed } from "./inflating.ts";

/** What any cutting of the message gives: it must be the same for all. */
function any(hex: string, takeover = false): string {
  const message = bytes(hex);
  const whole = inflate(inflater(15, takeover), message);
  for (let size = 1; size < message.length; size++)
    expect(inflate(inflater(15, takeover), message, size)).toBe(whole);
  return whole;
}

describe("the examples of RFC 7692 7.2.3", () => {
  it.each([
    ["one fixed block", "f2 48 cd c9 c9 07 00", "Hello"],
    ["no compression", "00 05 00 fa ff 48 65 6c 6c 6f 00", "Hello"],
    ["BFINAL=1, and the 00 behind it", "f3 48 cd c9 c9 07 00 00", "Hello"],
    ["two blocks in one message", "f2 48 05 00 00 00 ff ff ca c9 c9 07 00", "Hello"],
  ])("inflates %s", (_, hex, text) => {
    expect(any(hex)).toBe(text);
  });

  it("shares the window between messages where takeover was agreed, and only there", () => {
    const keeping = inflater(15, true);
    expect(inflate(keeping, bytes("f2 48 cd c9 c9 07 00"))).toBe("Hello");
    expect(inflate(keeping, bytes("f2 00 11 00 00"))).toBe("Hello");
    const fresh = inflater(15, false);
    expect(inflate(fresh, bytes("f2 48 cd c9 c9 07 00"))).toBe("Hello");
    expect(inflate(fresh, bytes("f2 00 11 00 00"))).toBe("invalid-deflate");
  });
});

describe("the corners", () => {
  it.each([false, true])("takes the payload 00 as an empty message (takeover %s)", (takeover) => {
    expect(any("00", takeover)).toBe("");
  });

  it.each([false, true])("refuses a message of zero bytes at once (takeover %s)", (takeover) => {
    expect(inflate(inflater(15, takeover), bytes(""))).toBe("invalid-deflate");
    const pieces = inflater(15, takeover);
    pieces.push(bytes(""), false);
    expect(pieces.read()).toBeUndefined();
    expect(pieces.error).toBeUndefined();
    expect(inflate(pieces, bytes(""))).toBe("invalid-deflate");
  });

  it.each([false, true])(
    "inflates the message after BFINAL=1 with a fresh inflater (takeover %s)",
    (takeover) => {
      for (const end of ["", "00"]) {
        const target = inflater(15, takeover);
        expect(inflate(target, bytes(`f3 48 cd c9 c9 07 00 ${end}`))).toBe("Hello");
        expect(inflate(target, bytes("f2 48 cd c9 c9 07 00"))).toBe("Hello");
        expect(inflate(target, bytes(`f3 48 cd c9 c9 07 00 ${end}`))).toBe("Hello");
        // A distance of 5 would be inside the window of the message before.
        expect(inflate(target, bytes("f2 00 11 00 00"))).toBe("invalid-deflate");
      }
    },
  );

  it("takes 01 for the final empty block whose last four bytes were cut off", () => {
    expect(any("01")).toBe("");
    expect(any("f2 48 cd c9 c9 07 00 00 00 ff ff 01")).toBe("Hello");
  });

  it.each([
    ["another byte than 00", "f3 48 cd c9 c9 07 00 01"],
    ["two bytes 00", "f3 48 cd c9 c9 07 00 00 00"],
    ["the tail, not cut off", "f3 48 cd c9 c9 07 00 00 00 ff ff"],
    ["a second stream", "f3 48 cd c9 c9 07 00 f2 48 cd c9 c9 07 00"],
  ])("refuses what follows BFINAL=1: %s", (_, hex) => {
    expect(any(hex)).toBe("trailing");
    expect(any(hex, true)).toBe("trailing");
  });

  it("sees bytes after BFINAL=1 beyond its own staging buffer, and in later pieces", () => {
    const long = new Uint8Array(100_000);
    long.set(bytes("f3 48 cd c9 c9 07 00"));
    expect(inflate(inflater(), long)).toBe("trailing");
    expect(inflate(inflater(), long.subarray(0, 8), 7)).toBe("Hello");
    expect(inflate(inflater(), long.subarray(0, 9), 7)).toBe("trailing");
  });

  it.each([false, true])("takes an empty piece for the end of a message (takeover %s)", (takeover) => {
    for (const hex of ["00", "01", "f2 48 cd c9 c9 07 00", "f3 48 cd c9 c9 07 00"]) {
      const target = inflater(15, takeover);
      target.push(bytes(hex), false);
      expect(drain(target).toString()).toBe(hex.length > 2 ? "Hello" : "");
      expect(target.ended).toBe(false);
      expect(inflate(target, bytes(""))).toBe("");
    }
    const target = inflater(15, takeover);
    target.push(bytes("f2 48 cd"), false);
    drain(target);
    expect(inflate(target, bytes(""))).toBe("truncated");
  });

  it("decides on a tail that was not stripped in that message", () => {
    expect(any("f2 48 cd c9 c9 07 00 00 00 ff ff")).toBe("truncated");
    expect(any("f2 48 cd c9 c9 07 00 00 00 ff ff 00")).toBe("Hello");
  });

  it.each([
    "f2",
    "f2 48 cd c9",
    "f2 48 cd c9 c9 07",
    "00 05 00 fa ff 48 65",
    "05",
    "00 05 00",
    "f3 48 cd c9 c9",
  ])("refuses the truncated stream %s, takeover or not", (hex) => {
    // Where the tail then reads as nonsense, it is called that.
    expect(any(hex)).toMatch(/^truncated$|^invalid-deflate$/);
    expect(any(hex, true)).toMatch(/^truncated$|^invalid-deflate$/);
  });

  it("sees the truncation of a dynamic block at every byte", () => {
    const whole = squeezed(Buffer.from(Array.from({ length: 200 }, (_, i) => i * i).join(",")));
    expect((whole[0]! >> 1) & 3).toBe(2);
    for (let length = 1; length < whole.length; length++)
      expect(inflate(inflater(), whole.subarray(0, length))).toMatch(/^truncated$|^invalid/);
  });

  it.each([
    ["block type 3", "06 00"],
    ["LEN that is not the complement of NLEN", "00 05 00 fa fe 48"],
    ["a distance before the start of the message", "f2 00 11 00 00"],
    ["distance symbol 30 of the fixed code", "4a 04 3e 00 00"],
    ["more than 286 literal symbols", "fc 00 00 00"],
    ["more than 30 distance symbols", "04 1f 00 00"],
    ["a code length code without symbols", "04 00 00 00 00 00 00"],
    ["an over-subscribed code length code", "04 e0 ff ff ff ff ff ff ff"],
  ])("refuses %s", (_, hex) => {
    expect(any(hex)).toBe("invalid-deflate");
  });

  it("refuses a distance beyond the agreed window, though it is inside the message", () => {
    const repeated = Buffer.concat([
      Buffer.from("handfast"),
      Buffer.alloc(300, "-"),
      Buffer.from("handfast"),
    ]);
    const message = squeezed(repeated);
    expect(inflate(inflater(9), message)).toBe(repeated.toString());
    expect(inflate(inflater(8), message)).toBe("invalid-deflate");
  });

  it("gives what came before an error, and nothing after it", () => {
    const target = inflater();
    target.push(bytes("f2 48 cd c9 c9 07 00 00 00 ff ff 06"), true);
    expect(Buffer.from(target.read()!).toString()).toBe("Hello");
    expect(target.read()).toBeUndefined();
    expect(target.error).toBe("invalid-deflate");
    target.push(bytes("f2 48 cd c9 c9 07 00"), true);
    expect(target.read()).toBeUndefined();
    expect(target.error).toBe("invalid-deflate");
  });
});

it.each([
  ["257", "0000001", "aaaa"],
  ["286", "11000110", "invalid-deflate"],
  ["287", "11000111", "invalid-deflate"],
])("knows length symbol %s of the fixed code, or refuses it", (_, symbol, outcome) => {
  // Literal a, the length, distance 1, the end of the block, and the empty stored block.
  const message = fromBits(`01010010001${symbol}000000000000000`);
  expect(inflate(inflater(), message)).toBe(outcome);
});
