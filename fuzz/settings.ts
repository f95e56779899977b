/*
 * How the properties are run, by the environment. `npm test` sets none of these: it takes the fixed seed and the number
 * of runs that each property names, so that it is bounded and always the same.
 */

const number = (name: string): number | undefined => {
  const value = process.env[name];
  return value === undefined ? undefined : Number(value);
};

export interface Settings {
  readonly seed: number;
  /** Which of a seed's cases is tried, and how it was shrunk; undefined for all cases. */
  readonly path: string | undefined;
  /** Runs for each that a property names. */
  readonly factor: number;
  /** Milliseconds for each property, instead of a number of runs. */
  readonly slice: number | undefined;
  /** The moment, in milliseconds since 1970, at which a slice ends early. */
  readonly until: number;
  /** Whether a failure is shrunk; where only that there is one counts, that is time lost. */
  readonly shrinks: boolean;
  /** Whether a failure is written to the corpus. */
  readonly writesCorpus: boolean;
  /** A file to which each property appends its number of runs. */
  readonly counts: string | undefined;
}

export const settings: Settings = {
  seed: number("HANDFAST_FUZZ_SEED") ?? 20_260_101,
  path: process.env["HANDFAST_FUZZ_PATH"],
  factor: number("HANDFAST_FUZZ_FACTOR") ?? 1,
  slice: number("HANDFAST_FUZZ_SLICE"),
  until: number("HANDFAST_FUZZ_UNTIL") ?? Infinity,
  shrinks: process.env["HANDFAST_FUZZ_SHRINK"] !== "no",
  writesCorpus: process.env["HANDFAST_FUZZ_CORPUS"] === "write",
  counts: process.env["HANDFAST_FUZZ_COUNTS"],
};
