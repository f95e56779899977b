import * as fc from "fast-check";

/** Lengths at both sides of every boundary of the header's encodings, and small ones. */
export const payloadLength: fc.Arbitrary<number> = fc.oneof(
  { weight: 6, arbitrary: fc.nat({ max: 20 }) },
  { weight: 3, arbitrary: fc.constantFrom(124, 125, 126, 127, 128, 255, 256, 257, 300) },
  { weight: 1, arbitrary: fc.constantFrom(4095, 4096, 4097, 65535, 65536, 65537) },
);

/** `length` octets of a pattern that has neither the period of a key nor that of a machine word. */
export const pattern = (length: number, salt: number): Uint8Array =>
  Uint8Array.from({ length }, (_, i) => (i * 37 + (i >> 8) * 11 + salt) & 0xff);

export const payload: fc.Arbitrary<Uint8Array> = fc.oneof(
  { weight: 3, arbitrary: fc.uint8Array({ maxLength: 20 }) },
  {
    weight: 2,
    arbitrary: fc.tuple(payloadLength, fc.nat({ max: 255 })).map(([n, salt]) => pattern(n, salt)),
  },
);

/** A key that looks like the beginning of frames, to who has lost his place. */
const headerLike: fc.Arbitrary<number> = fc
  .array(fc.constantFrom(0, 0x80, 0x81, 0x82, 0x85), { minLength: 4, maxLength: 4 })
  .map((octets) => octets.reduce<number>((key, octet) => key * 256 + octet, 0));

export const maskingKey: fc.Arbitrary<number> = fc.oneof(
  fc.nat({ max: 0xffff_ffff }),
  fc.constantFrom(0, 0xffff_ffff, 0x0102_0304, 0x8000_0000, 0xff),
  headerLike,
);

/** Where a cutting cuts: sizes of chunks that are taken in turn until the octets are used up. */
export type Cutting = readonly number[];

/** How octets are cut into chunks. Empty chunks are among them, and shrinking leads to a single chunk. */
export const cutting: fc.Arbitrary<Cutting> = fc.oneof(
  { weight: 1, arbitrary: fc.constant<Cutting>([]) },
  { weight: 2, arbitrary: fc.constant<Cutting>([1]) },
  { weight: 5, arbitrary: fc.array(fc.nat({ max: 20 }), { minLength: 1, maxLength: 8 }) },
  { weight: 2, arbitrary: fc.array(fc.nat({ max: 400 }), { minLength: 1, maxLength: 4 }) },
);

/**
 * The chunks: `cutting` from its start again when it is used up, the whole rest where it makes no progress. Behind the
 * first few hundred chunks they are larger, so that long payloads do not cost more than they show.
 */
export function cut(octets: Uint8Array, sizes: Cutting): Uint8Array[] {
  if (sizes.every((size) => size === 0)) return [octets];
  const chunks: Uint8Array[] = [];
  for (let at = 0, i = 0; at < octets.length; i++) {
    const size = sizes[i % sizes.length]! * (i < 300 ? 1 : 199);
    // A copy each: what is found behind a chunk in memory must not help.
    chunks.push(octets.slice(at, at + size));
    at += size;
  }
  return chunks;
}
