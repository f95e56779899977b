import { createHash } from "node:crypto";
import { isUtf8 } from "node:buffer";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { deflateRawSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { dataOf } from "../src/data/index.ts";
import { createSlices } from "../src/data/slices.ts";
import { Compressor } from "../src/wire/deflate.ts";

const kinds = ["json", "bitmap", "prose", "html", "pdf"] as const;

describe("the data of sections 12 and 13", () => {
  it.each([
    ["json", "9cae8c4d14a8e0e7a2e2425c91428cd4decf6322"],
    ["bitmap", "1f13f37de8c9448f7a369a98ad43526a9b157f0f"],
    ["prose", "0d851593a2045f3b3eeae7890d8bdf176c609662"],
    ["html", "c5347609de493b3fb8bf55758d26e958fe3fa690"],
    ["pdf", "5c00bfd71246ea8d3796625fafdefb89891a87b5"],
  ] as const)("is the same on every machine: %s", (kind, sum) => {
    expect(createHash("sha1").update(dataOf(kind).data).digest("hex")).toBe(sum);
  });

  it.each(kinds)("comes in slices that join and wrap: %s", (kind) => {
    const { data, cuts } = dataOf(kind);
    const characters = cuts?.length ?? data.length;
    const size = 4099;
    const next = createSlices(kind, size);
    const slices = Array.from({ length: Math.ceil(characters / size) + 3 }, next);
    const joined = Buffer.concat(slices);
    expect(joined.equals(Buffer.concat([data, data]).subarray(0, joined.length))).toBe(true);
    expect(slices.every((slice) => cuts === undefined || Array.from(slice.toString()).length === size)).toBe(
      true,
    );
  });

  it("is text where it is sent as text, in every slice", () => {
    for (const kind of ["json", "html"] as const) {
      const next = createSlices(kind, 7);
      expect(Array.from({ length: 40_000 }, next).every((slice) => isUtf8(slice))).toBe(true);
    }
  });
});

interface Recorded {
  readonly bytes: number;
  readonly entropy_bits_per_byte: number;
  readonly deflated_whole_share: number;
  readonly deflated_share_by_message_size: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

const folder = process.env.AUTOBAHN_FACTS;
if (!folder)
  console.log("skipped: AUTOBAHN_FACTS does not name the folder with the recorded facts (testdata.json)");

const recorded: Recorded[] = folder ? JSON.parse(readFileSync(join(folder, "testdata.json"), "utf8")) : [];

function entropy(data: Buffer): number {
  const counts = new Map<number, number>();
  for (const byte of data) counts.set(byte, (counts.get(byte) ?? 0) + 1);
  return [...counts.values()].reduce((sum, n) => sum - (n / data.length) * Math.log2(n / data.length), 0);
}

function deflatedShare(data: Buffer, size: number, takeover: boolean, windowBits: number): number {
  const compressor = new Compressor({ windowBits, takeover });
  const some = data.subarray(0, 131_072);
  let out = 0;
  for (let at = 0; at + size <= some.length; at += size)
    out += compressor.compress(some.subarray(at, at + size)).length;
  return out / (Math.floor(some.length / size) * size);
}

describe.skipIf(!folder)("the data is of the size and about the compressibility of the original's", () => {
  it.each(recorded.map((facts, i) => [kinds[i]!, facts] as const))("%s", (kind, facts) => {
    const { data } = dataOf(kind);
    expect(data.length).toBe(facts.bytes);
    expect(Math.abs(entropy(data) - facts.entropy_bits_per_byte)).toBeLessThan(0.35);
    const whole = deflateRawSync(data).length / data.length;
    expect(Math.abs(whole / facts.deflated_whole_share - 1)).toBeLessThan(0.2);
    for (const [size, shares] of Object.entries(facts.deflated_share_by_message_size)) {
      // Only section 13 asks for a small window, and sends nothing but JSON.
      for (const windowBits of kind === "json" ? [9, 15] : [15]) {
        for (const takeover of [false, true]) {
          const share = shares[`${takeover ? "" : "no_"}takeover_${windowBits}`]!;
          const ours = deflatedShare(data, Number(size), takeover, windowBits);
          // Within a quarter, or where next to nothing is left, within a twentieth of the message.
          expect(Math.abs(ours - share), `${size} ${takeover} ${windowBits}`).toBeLessThan(
            Math.max(0.25 * share, 0.05),
          );
        }
      }
    }
  });
});
