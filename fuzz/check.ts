import { appendFileSync } from "node:fs";
import * as fc from "fast-check";
import { expect } from "vitest";
import { keep, type Known, known } from "./corpus.ts";
import { settings } from "./settings.ts";

/*
 * Each property is checked here: first the cases that failed once, then cases by chance. The test's name is the
 * property's, so each test checks one property.
 */

export interface CheckOptions<Args> {
  /** Arguments that are more than data, as data for the corpus. */
  readonly plain?: (args: Args) => readonly unknown[];
  /** And back. */
  readonly revive?: (plain: readonly unknown[]) => Args;
}

const currentName = (): string => expect.getState().currentTestName!;

function parametersFor<Args>(numRuns: number): fc.Parameters<Args> {
  const { seed, path, factor, slice, until, shrinks } = settings;
  if (path !== undefined) return { seed, path, endOnFailure: true };
  if (slice === undefined) return { seed, numRuns: Math.ceil(numRuns * factor), endOnFailure: !shrinks };
  const left = Math.max(1, Math.min(slice, until - Date.now()));
  return { seed, numRuns: 1e9, interruptAfterTimeLimit: left, markInterruptAsFailure: false };
}

const argumentsOf = <Args>({ case: plain }: Known, { revive }: CheckOptions<Args>): Args =>
  revive === undefined ? (plain as Args) : revive(plain);

const knownFailure = (file: string, error: unknown): Error =>
  new Error(`fuzz/corpus/${file} fails again`, { cause: error });

function judge<Args>(name: string, result: fc.RunDetails<Args>, { plain }: CheckOptions<Args>): void {
  if (settings.counts !== undefined) {
    appendFileSync(settings.counts, `${JSON.stringify({ name, runs: result.numRuns })}\n`);
  }
  // Where the time was over before the first case, there is none.
  if (!result.failed || (result.interrupted && result.counterexample === null)) return;
  const { seed, counterexample, counterexamplePath, errorInstance } = result;
  const error = String(errorInstance).split("\n")[0]!;
  const report = [`${error}\nseed ${seed}, path ${counterexamplePath}; replay with:`];
  report.push(
    `HANDFAST_FUZZ_SEED=${seed} HANDFAST_FUZZ_PATH=${counterexamplePath} npx vitest run --project fuzz -t '${name}'`,
  );
  if (settings.writesCorpus && counterexample !== null) {
    const found = plain?.(counterexample) ?? (counterexample as readonly unknown[]);
    report.push(`written to ${keep({ property: name, error, case: found }, seed)}`);
  }
  const text = fc.stringify(counterexample);
  report.push(text.length > 4000 ? `${text.slice(0, 4000)}...` : text);
  throw new Error(report.join("\n"), { cause: errorInstance });
}

/** Checks a property with so many runs in `npm test`; throws with the seed and the path that replay a failure. */
export function check<Args extends [unknown, ...unknown[]]>(
  numRuns: number,
  property: fc.IProperty<Args>,
  options: CheckOptions<Args> = {},
): void {
  const name = currentName();
  for (const one of known(name)) {
    const result = fc.check(property, {
      examples: [argumentsOf(one, options)],
      numRuns: 1,
      endOnFailure: true,
    });
    if (result.failed) throw knownFailure(one.file, result.errorInstance);
  }
  judge(name, fc.check(property, parametersFor(numRuns)), options);
}

/** The same for a property that takes its time. */
export async function checkAsync<Args extends [unknown, ...unknown[]]>(
  numRuns: number,
  property: fc.IAsyncProperty<Args>,
  options: CheckOptions<Args> = {},
): Promise<void> {
  const name = currentName();
  for (const one of known(name)) {
    const examples = [argumentsOf(one, options)];
    const result = await fc.check(property, { examples, numRuns: 1, endOnFailure: true });
    if (result.failed) throw knownFailure(one.file, result.errorInstance);
  }
  judge(name, await fc.check(property, parametersFor(numRuns)), options);
}
