import type { CaseRun } from "../run/case-run.ts";
import { reportFile } from "./paths.ts";

/** One case of one agent in the original's index.json. */
export interface IndexEntry {
  readonly behavior: string;
  readonly behaviorClose: string;
  readonly duration: number;
  readonly remoteCloseCode: number | null;
  readonly reportfile: string;
}

/** Agent, then case. */
export type Index = Readonly<Record<string, Readonly<Record<string, IndexEntry>>>>;

export function indexOf(runs: readonly CaseRun[]): Index {
  // Maps first: an agent is named by whoever connects, and may be called __proto__.
  const agents = new Map<string, Map<string, IndexEntry>>();
  for (const { agent, case: kase, verdict, duration, outcome } of runs) {
    const cases = agents.get(agent) ?? new Map<string, IndexEntry>();
    agents.set(agent, cases);
    cases.set(kase.id, {
      behavior: verdict.behavior,
      behaviorClose: verdict.behaviorClose,
      duration: Math.round(duration),
      remoteCloseCode: outcome.remoteCloseCode,
      reportfile: reportFile(agent, kase.id),
    });
  }
  return Object.fromEntries([...agents].map(([agent, cases]) => [agent, Object.fromEntries(cases)]));
}

/** What is new replaces what there was of the same agent and case. */
export function mergeIndex(old: Index, fresh: Index): Index {
  const agents = [...new Set([...Object.keys(old), ...Object.keys(fresh)])];
  return Object.fromEntries(agents.map((agent) => [agent, { ...old[agent], ...fresh[agent] }]));
}

/** Throws when it is no index.json. */
export function parseIndex(text: string): Index {
  const parsed: unknown = JSON.parse(text);
  if (!isIndex(parsed)) throw new Error("it is no index.json of a test report");
  return parsed;
}

function isIndex(value: unknown): value is Index {
  return (
    isRecord(value) &&
    Object.values(value).every((cases) => isRecord(cases) && Object.values(cases).every(isEntry))
  );
}

const isEntry = (value: unknown): boolean =>
  isRecord(value) && typeof value.behavior === "string" && typeof value.behaviorClose === "string";

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
