import { differences, type Expectation } from "../report/expectation.ts";
import { type Index, parseIndex } from "../report/index-json.ts";

export interface Comparison {
  readonly cases: number;
  readonly lines: readonly string[];
}

/** The original's index.json against what was expected, every case of both. Throws when there is no such agent. */
export function compareReports(text: string, agent: string, expected: Expectation): Comparison {
  const index: Index = parseIndex(text);
  const actual = index[agent];
  if (!actual)
    throw new Error(`the report has no agent "${agent}", only ${Object.keys(index).join(", ") || "none"}`);
  const ids = [...new Set([...expected.keys(), ...Object.keys(actual)])].toSorted(byNumber);
  return { cases: Object.keys(actual).length, lines: differences(expected, actual, ids) };
}

function byNumber(a: string, b: string): number {
  return a.localeCompare(b, "en", { numeric: true });
}
