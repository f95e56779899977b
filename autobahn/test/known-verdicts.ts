import type { CaseRun } from "../src/run/case-run.ts";

/** What the original says of `ws` 8.23.0, in both roles; every other case is OK / OK. */
export const knownForWs: Readonly<Record<string, string>> = {
  "6.4.1": "NON-STRICT / OK",
  "6.4.2": "NON-STRICT / OK",
  "6.4.3": "NON-STRICT / OK",
  "6.4.4": "NON-STRICT / OK",
  "7.1.6": "INFORMATIONAL / INFORMATIONAL",
  "7.13.1": "INFORMATIONAL / INFORMATIONAL",
  "7.13.2": "INFORMATIONAL / INFORMATIONAL",
  "9.3.1": "FAILED / FAILED",
  "9.3.2": "FAILED / FAILED",
  "9.4.1": "FAILED / FAILED",
  "9.4.2": "FAILED / FAILED",
};

export function notPlainOk(runs: readonly CaseRun[]): Record<string, string> {
  const words = runs.map(({ case: { id }, verdict: { behavior, behaviorClose } }) => [
    id,
    `${behavior} / ${behaviorClose}`,
  ]);
  return Object.fromEntries(words.filter(([, word]) => word !== "OK / OK"));
}
