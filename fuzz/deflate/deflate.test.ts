import { constants, inflateRawSync } from "node:zlib";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Deflater, DeflateScratch } from "../../src/deflate/deflate.ts";
import { Code } from "../../src/deflate/huffman.ts";
import { Inflater } from "../../src/deflate/inflate.ts";
import { InflatePool } from "../../src/deflate/inflate-scratch.ts";
import { check } from "../check.ts";
import { cutting, data, pieces } from "./data.ts";

const scratch = new DeflateScratch();
const pool = new InflatePool();
const TAIL = Buffer.from("0000ffff", "hex");

const deflate = (target: Deflater, bytes: Uint8Array, cuts: readonly number[]): Buffer => {
  const list = pieces(bytes, cuts);
  return Buffer.concat(list.map((piece, i) => Buffer.from(target.deflate(piece, i === list.length - 1))));
};

describe("deflating", () => {
  it("is undone by node:zlib, for all windows and cuttings, with takeover and without", () => {
    const cuts = fc.oneof(fc.constant([1 << 20]), cutting);
    check(
      400,
      fc.property(
        fc.array(data, { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 8, max: 15 }),
        cuts,
        fc.boolean(),
        (messages, windowBits, sizes, takeover) => {
          const target = new Deflater(scratch, windowBits, takeover);
          const reader = new Inflater(pool, windowBits, takeover);
          let stream = Buffer.alloc(0);
          for (const bytes of messages) {
            const sent = deflate(target, bytes, sizes);
            // With takeover the whole connection is one stream to the oracle.
            const before = takeover ? stream : Buffer.alloc(0);
            stream = Buffer.concat([before, sent, TAIL]);
            reader.push(sent, true);
            const out: Buffer[] = [];
            for (let slice = reader.read(); slice; slice = reader.read()) out.push(Buffer.from(slice));
            expect(reader.error).toBeUndefined();
            expect(Buffer.concat(out).equals(bytes)).toBe(true);
            if (takeover) continue;
            const whole = inflateRawSync(stream, { finishFlush: constants.Z_SYNC_FLUSH, windowBits });
            expect(whole.equals(bytes)).toBe(true);
          }
          const finish = { finishFlush: constants.Z_SYNC_FLUSH, windowBits };
          const expected = takeover ? Buffer.concat(messages) : Buffer.from(messages.at(-1)!);
          expect(inflateRawSync(stream, finish).equals(expected)).toBe(true);
          target.release();
          reader.release();
        },
      ),
    );
  });

  it("has complete codes, none longer than its limit, however often symbols occur", () => {
    const often = fc.oneof(
      fc.nat({ max: 3 }),
      fc.nat({ max: 14 }).map((power) => 2 ** power),
      fc.nat({ max: 20_000 }),
    );
    check(
      2000,
      fc.property(
        fc.array(often, { minLength: 30, maxLength: 200 }),
        fc.integer({ min: 8, max: 15 }),
        (counts, limit) => {
          const code = new Code(counts.length);
          code.fit(Int32Array.from(counts), limit);
          const lengths = [...code.lengths];
          // The sum of Kraft and McMillan: 1 where nothing is left and nothing has two meanings.
          const shares = lengths.map((length) => (length === 0 ? 0 : 2 ** -length));
          expect(shares.reduce((sum, share) => sum + share, 0)).toBe(1);
          expect(Math.max(...lengths)).toBeLessThanOrEqual(limit);
          expect(counts.filter((count, symbol) => count > 0 && lengths[symbol] === 0)).toEqual([]);
        },
      ),
    );
  });
});
