import type { Parameters } from "fast-check";

/*
 * How the properties are run. `npm test` takes the fixed seed and the number of runs that each property names, so
 * that it is bounded and always the same. HANDFAST_FUZZ_SEED and HANDFAST_FUZZ_FACTOR make longer runs of it with
 * other cases; a failure prints the seed and the path, which replay it.
 */

const seed = Number(process.env["HANDFAST_FUZZ_SEED"] ?? 20_260_101);
const factor = Number(process.env["HANDFAST_FUZZ_FACTOR"] ?? 1);

/** Settings for a property with so many runs in `npm test`. */
export const runs = <T>(numRuns: number): Parameters<T> => ({ seed, numRuns: Math.ceil(numRuns * factor) });
