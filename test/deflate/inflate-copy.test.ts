import { constants } from "node:zlib";
import { describe, expect, it } from "vitest";
import { bytes, drain, inflate, inflater, squeezed } from "./inflating.ts";
import { json, records } from "./samples.ts";

const [one, two] = [json(500), records(500)];
const fixed = { strategy: constants.Z_FIXED };
const stored = { level: 0 };
const dynamic = {};
const between = bytes("00 00 ff ff");

describe("a copy", () => {
  it.each([
    ["dynamic", "dynamic", dynamic, dynamic],
    ["fixed", "dynamic", fixed, dynamic],
    ["dynamic", "fixed", dynamic, fixed],
    ["stored", "dynamic", stored, dynamic],
  ])("in the middle of a %s block goes on when the original has gone to the end of a %s one", (...row) => {
    const kind = (block: Uint8Array): string => ["stored", "fixed", "dynamic"][(block[0]! >> 1) & 3]!;
    const blocks = [squeezed(one, row[2]), squeezed(two, row[3])] as const;
    expect(blocks.map(kind)).toEqual(row.slice(0, 2));
    const message = Buffer.concat([blocks[0], between, blocks[1]]);
    const text = Buffer.concat([one, two]).toString();
    for (const takeover of [false, true]) {
      const original = inflater(15, takeover);
      for (let at = 1; at < message.length; at += 5) {
        original.push(message.subarray(0, at), false);
        const before = drain(original).toString();
        const copy = original.copy();
        for (const target of [original, copy])
          expect(before + inflate(target, message.subarray(at))).toBe(text);
        expect(copy.taken).toBe(message.length);
        copy.release();
      }
    }
  });

  it("has what was pushed and not yet read", () => {
    const octets = Buffer.alloc(400_000, "handfast, ");
    const message = squeezed(octets);
    for (const rest of ["", "00 00 ff ff 01"]) {
      const original = inflater();
      original.push(message, rest === "");
      const before = original.read()!.length;
      const copy = original.copy();
      expect(copy.taken).toBe(original.taken);
      for (const target of [original, copy]) {
        expect(before + drain(target).length).toBe(octets.length);
        if (rest !== "") expect(inflate(target, bytes(rest))).toBe("");
        expect(target.ended).toBe(true);
        expect(target.error).toBeUndefined();
      }
    }
  });

  it("keeps the window for the next message under takeover, and what was seen in it", () => {
    const original = inflater(15, true);
    original.push(bytes("f2 48 cd c9"), false);
    drain(original);
    const copy = original.copy();
    expect(inflate(copy, bytes("c9 07 00"))).toMatch(/lo$/);
    expect(inflate(copy, bytes("f2 00 11 00 00"))).toBe("Hello");
    const other = inflater(15, true);
    other.push(squeezed(Buffer.from("ä".repeat(20)), fixed).subarray(0, 5), false);
    drain(other);
    expect(other.copy().seen).toBeGreaterThanOrEqual(0x80);
  });

  it("has the window of the original", () => {
    const far = Buffer.concat([one.subarray(0, 60), Buffer.alloc(300, "-"), one.subarray(0, 60)]);
    const message = squeezed(far);
    for (const [bits, outcome] of [
      [9, far.toString()],
      [8, "invalid-deflate"],
    ] as const) {
      const original = inflater(bits);
      original.push(message.subarray(0, 10), false);
      const before = drain(original).toString();
      const rest = inflate(original.copy(), message.subarray(10));
      expect(bits === 8 ? rest : before + rest).toBe(outcome);
    }
  });
});
