import * as fc from "fast-check";

/** So many numbers of 32 bits by chance, which a single number decides: long lists are slow to make and to shrink. */
function numbers(length: number, seed: number): Uint32Array {
  let state = seed;
  return Uint32Array.from({ length }, () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.imul(state ^ (state >>> 15), 0x2c1b_3c6d) >>> 0;
  });
}

/** Each octet half as often as the one before: the codes of the last ones are as long as they may be. */
const skewed: fc.Arbitrary<Uint8Array> = fc
  .tuple(fc.nat({ max: 20_000 }), fc.nat())
  .map(([length, seed]) => Uint8Array.from(numbers(length, seed), Math.clz32));

/** Noise, and some of it again from as far away as a window reaches, or farther. */
const far: fc.Arbitrary<Uint8Array> = fc
  .record({
    distance: fc.oneof(
      fc.integer({ min: 200, max: 34_000 }),
      fc.constantFrom(256, 512, 16_384, 32_767, 32_768),
    ),
    length: fc.nat({ max: 600 }),
    seed: fc.nat(),
  })
  .map(({ distance, length, seed }) => {
    const noise = Uint8Array.from(numbers(distance, seed), (number) => number >>> 24);
    return Uint8Array.from(Buffer.concat([noise, noise.subarray(0, length)]));
  });

/** Kinds of data that compressors treat differently: noise, runs, words, skew, and repeats from far away. */
export const data: fc.Arbitrary<Uint8Array> = fc.oneof(
  skewed,
  far,
  fc.uint8Array({ maxLength: 600 }),
  fc.uint8Array({ maxLength: 3000, max: 3 }),
  fc
    .array(
      fc.oneof(
        fc.constantFrom('"id":', '"name":"', "true", "},{", '"channel":"news",', "\u{1f600}", "  "),
        fc.nat().map(String),
      ),
      { maxLength: 800, size: "max" },
    )
    .map((words) => new TextEncoder().encode(words.join(""))),
  fc
    .array(fc.record({ bytes: fc.uint8Array({ minLength: 1, maxLength: 40 }), times: fc.nat(1000) }), {
      maxLength: 4,
    })
    .map((runs) =>
      Uint8Array.from(
        runs.flatMap((run) =>
          Array.from({ length: run.times * run.bytes.length }, (_, i) => run.bytes[i % run.bytes.length]!),
        ),
      ),
    ),
);

/** Lengths of the pieces that a message is cut into, used in a circle. */
export const cutting: fc.Arbitrary<number[]> = fc.array(
  fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 20_000 })),
  { minLength: 1, maxLength: 4 },
);

/** The pieces of `message`: at least one, which may be empty. */
export function pieces(message: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const list: Uint8Array[] = [];
  for (let from = 0, i = 0; from < message.length; i++) {
    const to = from + cuts[i % cuts.length]!;
    list.push(message.subarray(from, to));
    from = to;
  }
  return list.length === 0 ? [message] : list;
}
