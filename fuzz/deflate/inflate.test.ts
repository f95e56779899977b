import { constants, createDeflateRaw, deflateRawSync } from "node:zlib";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Inflater } from "../../src/deflate/inflate.ts";
import { InflatePool, SLICE_BYTES } from "../../src/deflate/inflate-scratch.ts";
import { check, checkAsync } from "../check.ts";
import { deflateStream, expandBlocks, farBlocks, writeDeflateStream } from "../arbitraries/blocks.ts";
import { inflateSlowly } from "../oracles/deflate.ts";
import { cutting, data, pieces } from "./data.ts";

const pool = new InflatePool();
const options = fc.record({
  level: fc.integer({ min: 0, max: 9 }),
  memLevel: fc.integer({ min: 1, max: 9 }),
  windowBits: fc.integer({ min: 9, max: 15 }),
  strategy: fc.constantFrom(0, 1, 2, 3, 4),
});

interface Outcome {
  readonly text: Buffer;
  readonly error: string | undefined;
}
function inflate(target: Inflater, message: Uint8Array, cuts: readonly number[], limit = Infinity): Outcome {
  const out: Buffer[] = [];
  let total = 0;
  const list = pieces(message, cuts);
  for (const [i, piece] of list.entries()) {
    target.push(piece, i === list.length - 1);
    for (let slice = target.read(); slice; slice = target.read()) {
      expect(slice.length).toBeLessThanOrEqual(SLICE_BYTES);
      total += slice.length;
      out.push(Buffer.from(slice));
      if (total > limit) return { text: Buffer.concat(out), error: "limit" };
    }
    if (target.error) break;
  }
  return { text: Buffer.concat(out), error: target.error ?? (target.ended ? undefined : "open") };
}

describe("inflating", () => {
  it("undoes what node:zlib does, for all its options and all cuttings", () => {
    check(
      200,
      fc.property(data, options, cutting, fc.boolean(), (bytes, zlib, cuts, takeover) => {
        const sent = deflateRawSync(bytes, { ...zlib, finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4);
        const outcome = inflate(new Inflater(pool, zlib.windowBits, takeover), sent, cuts);
        expect(outcome.error).toBeUndefined();
        expect(outcome.text.equals(bytes)).toBe(true);
      }),
    );
  });

  it("keeps the window over the messages of one zlib stream", async () => {
    await checkAsync(
      60,
      fc.asyncProperty(fc.array(data, { maxLength: 6 }), options, cutting, async (messages, zlib, cuts) => {
        const sender = createDeflateRaw(zlib);
        const sent: Buffer[] = [];
        sender.on("data", (chunk: Buffer) => sent.push(chunk));
        const target = new Inflater(pool, zlib.windowBits, true);
        // zlib writes nothing for an empty message after a flush.
        for (const bytes of messages.filter(({ length }) => length > 0)) {
          sent.length = 0;
          sender.write(bytes);
          await new Promise<void>((done) => sender.flush(constants.Z_SYNC_FLUSH, done));
          const outcome = inflate(target, Buffer.concat(sent).subarray(0, -4), cuts);
          expect(outcome.error).toBeUndefined();
          expect(outcome.text.equals(bytes)).toBe(true);
        }
        sender.close();
        target.release();
      }),
    );
  });

  it("never throws and never gives more than was allowed plus one slice; agrees with zlib on what is legal", () => {
    const spoilt = fc
      .tuple(data, options, fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })), { maxLength: 4 }))
      .map(([bytes, zlib, flips]) => {
        const sent = Uint8Array.from(
          deflateRawSync(bytes, { ...zlib, finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4),
        );
        for (const [at, bits] of flips) sent[at % Math.min(sent.length, 120)]! ^= bits;
        return sent;
      });
    const hostile = fc.oneof(fc.uint8Array({ maxLength: 200, minLength: 1 }), spoilt, spoilt);
    const limit = 5000;
    check(
      1500,
      fc.property(hostile, cutting, fc.boolean(), (message, cuts, takeover) => {
        const target = new Inflater(pool, 15, takeover);
        const outcome = inflate(target, message, cuts, limit);
        // At whatever moment the limit stopped it.
        target.release();
        expect(target.read()).toBeUndefined();
        expect(outcome.text.length).toBeLessThanOrEqual(limit + SLICE_BYTES);
        const whole = inflate(new Inflater(pool, 15, false), message, [message.length]);
        const comparable = outcome.error === "limit" ? whole : outcome;
        expect(comparable.error).toBe(whole.error);
        expect(comparable.text.equals(whole.text)).toBe(true);
        const expected = inflateSlowly(message);
        const ours = whole.error === undefined ? whole.text : undefined;
        // Comparing large buffers by toEqual takes longer than all the rest.
        expect(expected === ours || (ours !== undefined && expected?.equals(ours))).toBe(true);
      }),
    );
  });

  it("goes on in a copy as in the original, wherever that is made", () => {
    check(
      60,
      fc.property(
        data,
        data,
        options,
        cutting,
        fc.nat(),
        fc.boolean(),
        (one, two, zlib, cuts, when, takeover) => {
          const all = Buffer.concat([
            one,
            two,
            Buffer.alloc(120_000, Buffer.concat([one, two, Buffer.from("-")])),
            two,
          ]);
          const sent = deflateRawSync(all, { ...zlib, finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4);
          const list = pieces(sent, cuts);
          const target = new Inflater(pool, zlib.windowBits, takeover);
          let copy: Inflater | undefined;
          const [ours, theirs]: [Buffer[], Buffer[]] = [[], []];
          let slices = 0;
          for (const [i, piece] of list.entries()) {
            const last = i === list.length - 1;
            target.push(piece, last);
            copy?.push(piece, last);
            for (let slice = target.read(); slice; slice = target.read()) {
              ours.push(Buffer.from(slice));
              if (copy === undefined) theirs.push(Buffer.from(slice));
              if (slices++ === when % 10) copy = target.copy();
            }
            for (let slice = copy?.read(); slice; slice = copy?.read()) theirs.push(Buffer.from(slice));
            expect(copy?.error).toBe(copy && target.error);
          }
          expect(Buffer.concat(ours).equals(all)).toBe(true);
          expect(Buffer.concat(theirs).equals(all)).toBe(true);
          // With takeover the next message refers to this one: the copy has the same window.
          if (!takeover || copy === undefined) return;
          const next = deflateRawSync(all.subarray(0, 500), {
            ...zlib,
            finishFlush: constants.Z_SYNC_FLUSH,
            dictionary: all,
          }).subarray(0, -4);
          expect(inflate(copy, next, cuts).text.equals(all.subarray(0, 500))).toBe(true);
        },
      ),
    );
  });

  it("takes what zlib takes and nothing else, of all kinds of blocks, final ones and broken ones", () => {
    check(
      1500,
      fc.property(deflateStream, cutting, (stream, cuts) => {
        const message = writeDeflateStream(stream);
        const expected = inflateSlowly(message);
        const { text, error } = inflate(new Inflater(pool, 15, false), message, cuts);
        const ours = error === undefined ? text : undefined;
        expect(expected === ours || (ours !== undefined && expected?.equals(ours))).toBe(true);
      }),
    );
  });

  it("gives what the blocks say, and refuses what reaches beyond the agreed window", () => {
    const bits = fc.integer({ min: 8, max: 15 });
    check(
      200,
      fc.property(farBlocks, bits, cutting, (blocks, windowBits, cuts) => {
        const stream = { blocks, flushed: true, behind: new Uint8Array(0), missing: 0, flips: [] };
        const message = writeDeflateStream(stream);
        const { text, error } = inflate(new Inflater(pool, windowBits, false), message, cuts);
        const expected = expandBlocks(blocks, 2 ** windowBits);
        expect(error === undefined).toBe(expected !== undefined);
        if (expected !== undefined) expect(Buffer.compare(text, Uint8Array.from(expected))).toBe(0);
      }),
    );
  });
});
