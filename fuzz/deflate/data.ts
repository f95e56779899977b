import * as fc from "fast-check";

/** Kinds of data that compressors treat differently: noise, runs, words, and repeats from far away. */
export const data: fc.Arbitrary<Uint8Array> = fc.oneof(
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
