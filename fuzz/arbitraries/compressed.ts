import { constants, deflateRawSync } from "node:zlib";
import * as fc from "fast-check";
import { data } from "../deflate/data.ts";
import { deflateStream, writeDeflateStream } from "./blocks.ts";
import { controlFrame, fragments, type WireFrame } from "./frame.ts";
import type { Cutting } from "./octets.ts";

/* Sessions of a peer that compresses (RFC 7692), well or not. */

const zlibOptions = fc.record({
  level: fc.integer({ min: 0, max: 9 }),
  memLevel: fc.integer({ min: 1, max: 9 }),
  strategy: fc.constantFrom(0, 1, 2, 3, 4),
});
const flips = fc.oneof(
  { weight: 3, arbitrary: fc.constant([]) },
  {
    weight: 1,
    arbitrary: fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })), { minLength: 1, maxLength: 2 }),
  },
);
/** So much of so little that it might be a bomb. */
const bomb: fc.Arbitrary<Uint8Array> = fc
  .tuple(
    fc.string({ unit: "binary", minLength: 1, maxLength: 20 }),
    fc.integer({ min: 90_000, max: 250_000 }),
  )
  .map(([unit, size]) => {
    const octets = new TextEncoder().encode(unit);
    return new Uint8Array(Buffer.alloc(size - (size % octets.length), octets));
  });

/** What stands behind RSV1: of zlib's making, with a few octets changed; block by block; or noise. */
const compressedPayload: fc.Arbitrary<Uint8Array> = fc.oneof(
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 100 }) },
  { weight: 3, arbitrary: deflateStream.map(writeDeflateStream) },
  {
    weight: 6,
    arbitrary: fc
      .tuple(fc.oneof({ weight: 12, arbitrary: data }, { weight: 1, arbitrary: bomb }), zlibOptions, flips)
      .map(([bytes, options, changes]) => {
        const flush = { ...options, finishFlush: constants.Z_SYNC_FLUSH };
        const sent = Uint8Array.from(deflateRawSync(bytes, flush).subarray(0, -4));
        for (const [at, change] of changes) sent[at % sent.length]! ^= change;
        return sent;
      }),
  },
);

export interface CompressedMessage {
  readonly text: boolean;
  readonly compressed: boolean;
  readonly bytes: Uint8Array;
  readonly sizes: Cutting;
  readonly control: WireFrame | undefined;
  /** Reserved bits where none belong: on the frame of that number, counted in a circle. */
  readonly odd: { readonly frame: number; readonly rsv: number } | undefined;
}

const message: fc.Arbitrary<CompressedMessage> = fc.record({
  text: fc.oneof({ weight: 2, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.boolean() }),
  compressed: fc.oneof({ weight: 6, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.boolean() }),
  bytes: compressedPayload,
  sizes: fc.array(fc.nat({ max: 400 }), { maxLength: 3 }),
  control: fc.option(controlFrame(true), { nil: undefined }),
  odd: fc.oneof(
    { weight: 15, arbitrary: fc.constant(undefined) },
    { weight: 1, arbitrary: fc.record({ frame: fc.nat({ max: 4 }), rsv: fc.integer({ min: 1, max: 7 }) }) },
  ),
});

export const compressedMessages: fc.Arbitrary<CompressedMessage[]> = fc.array(message, {
  minLength: 1,
  maxLength: 4,
});

/** The frames of these messages; the first of a compressed one has RSV1. */
export const framesOf = (messages: readonly CompressedMessage[]): WireFrame[] =>
  messages.flatMap(({ compressed, sizes, control, odd, ...wire }) => {
    const frames = fragments(wire, sizes, [control], 0x1234_5678);
    const oddFrame = odd === undefined ? -1 : odd.frame % frames.length;
    return frames.map((frame, i) => {
      const rsv = i === 0 && compressed ? 4 : 0;
      // On the first frame RSV1 only says whether the message is compressed.
      const wrong = i !== oddFrame ? 0 : i > 0 ? odd!.rsv : odd!.rsv & 3 || 1;
      return { ...frame, rsv: rsv | wrong };
    });
  });
