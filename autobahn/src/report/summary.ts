import { sectionOf, sectionTitles } from "../cases/index.ts";
import type { CaseRun } from "../run/case-run.ts";
import type { Verdict } from "../judge/verdict.ts";

/* What the terminal shows at the end: a row for each section, and a line for each case that is not OK. */

const columns = ["OK", "NON-STRICT", "INFORMATIONAL", "UNIMPLEMENTED", "FAILED"] as const;
const heads = ["Section", "Cases", "OK", "Non-strict", "Info", "Unimpl.", "Failed", "Close not OK"];

const good = (word: string): boolean => word === "OK" || word === "INFORMATIONAL";

export const isGood = ({ behavior, behaviorClose }: Verdict): boolean =>
  good(behavior) && good(behaviorClose);

/** Neither late, nor without an optional part, but wrong. */
export const isWrong = ({ behavior, behaviorClose }: Verdict): boolean =>
  behavior === "FAILED" || !good(behaviorClose);

function row(name: string, runs: readonly CaseRun[]): string[] {
  const counts = columns.map((word) => runs.filter(({ verdict }) => verdict.behavior === word).length);
  const closed = runs.filter(({ verdict }) => !good(verdict.behaviorClose)).length;
  return [name, ...[runs.length, ...counts, closed].map((n) => (n === 0 ? "." : String(n)))];
}

export function summaryTable(runs: readonly CaseRun[]): string {
  const sections = [...new Set(runs.map(({ case: { id } }) => sectionOf(id)))];
  const rows = sections.map((section) =>
    row(
      `${section.padStart(2)} ${sectionTitles[section] ?? ""}`,
      runs.filter(({ case: { id } }) => sectionOf(id) === section),
    ),
  );
  const all = [heads, ...rows, row("   All", runs)];
  const widths = heads.map((_, i) => Math.max(...all.map((cells) => cells[i]!.length)));
  const pad = (cell: string, i: number): string =>
    i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!);
  return all.map((cells) => cells.map(pad).join("  ").trimEnd()).join("\n");
}

/** Why a case is not OK, in one sentence. */
function reasonFor({ verdict }: CaseRun): string {
  const { behavior, behaviorClose, result, resultClose } = verdict;
  const words = behavior === behaviorClose ? behavior : `${behavior}, close ${behaviorClose}`;
  const told = [behavior === "OK" ? "" : result, good(behaviorClose) ? "" : resultClose].filter(Boolean);
  return `${words}: ${told.join(" ")}`;
}

export const reasonLine = (run: CaseRun): string => `${run.case.id.padEnd(8)} ${reasonFor(run)}`;

/** So many neighbours with the same reason share a line. */
const manyAlike = 4;

/** A line for each case that is not OK; one for all in a row that say the same, as without compression. */
export function reasons(runs: readonly CaseRun[]): string[] {
  const told = runs.filter(({ verdict }) => !isGood(verdict) || verdict.behavior === "INFORMATIONAL");
  const groups: CaseRun[][] = [];
  for (const run of told) {
    const last = groups.at(-1);
    if (last && reasonFor(last[0]!) === reasonFor(run)) last.push(run);
    else groups.push([run]);
  }
  return groups.flatMap((group) => {
    if (group.length < manyAlike) return group.map(reasonLine);
    const [first, last] = [group[0]!, group.at(-1)!];
    return [`${first.case.id} to ${last.case.id} (${group.length} cases) ${reasonFor(first)}`];
  });
}
