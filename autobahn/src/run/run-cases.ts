import type { Case } from "../cases/case.ts";
import type { CaseRun } from "./case-run.ts";

export interface RunOptions {
  /** How many connections at a time. */
  readonly parallel: number;
  readonly play: (kase: Case) => Promise<CaseRun>;
  readonly onDone?: (run: CaseRun) => void;
}

/** More would only wait for each other: these keep both ends busy. */
const busyTogether = 8;

/** Megabytes in one message occupy a peer for so long that a neighbour's close could come too late for its second. */
const isBig = (kase: Case): boolean =>
  kase.kind === "echo" && kase.bytesPerWrite === undefined && kase.length >= 1024 * 1024;

/**
 * Cases that mostly wait go first, many at a time; then the big ones, each alone; the long exchanges of small
 * messages come last. So nothing that is timed by the second is delayed by what another case does. The runs come
 * back in the order of the cases.
 */
export async function runCases(cases: readonly Case[], options: RunOptions): Promise<CaseRun[]> {
  const runs = new Map<Case, CaseRun>();
  const waiting = cases.filter(({ kind }) => kind === "script");
  const big = cases.filter(isBig);
  const busy = cases.filter((kase) => kase.kind !== "script" && !isBig(kase)).toSorted(byWork);
  await inParallel(waiting, options.parallel, options, runs);
  await inParallel(big, 1, options, runs);
  await inParallel(busy, Math.min(options.parallel, busyTogether), options, runs);
  return cases.flatMap((kase) => runs.get(kase) ?? []);
}

/**
 * The longest go first, so that none is left running alone at the end; of these, cases that send the same messages go
 * side by side: what they send is compressed once.
 */
function byWork(a: Case, b: Case): number {
  if (a.kind !== "deflate" || b.kind !== "deflate")
    return Number(a.kind === "deflate") - Number(b.kind === "deflate");
  return b.size - a.size || a.data.localeCompare(b.data);
}

async function inParallel(
  cases: readonly Case[],
  limit: number,
  { play, onDone }: RunOptions,
  runs: Map<Case, CaseRun>,
): Promise<void> {
  const queue = cases.values();
  const lane = async (): Promise<void> => {
    for (const kase of queue) {
      const run = await play(kase);
      runs.set(kase, run);
      onDone?.(run);
    }
  };
  await Promise.all(Array.from({ length: limit }, lane));
}
