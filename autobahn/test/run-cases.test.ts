import { describe, expect, it } from "vitest";
import type { Case } from "../src/cases/case.ts";
import { allCases } from "../src/cases/index.ts";
import { freshOutcome } from "../src/fuzzer/outcome.ts";
import { WireLog } from "../src/fuzzer/wire-log.ts";
import type { CaseRun } from "../src/run/case-run.ts";
import { runCases } from "../src/run/run-cases.ts";

/** Plays nothing, but notes who runs beside whom. */
function noting(cases: readonly Case[]) {
  const running = new Set<Case>();
  const most: Record<string, number> = {};
  const play = async (kase: Case): Promise<CaseRun> => {
    running.add(kase);
    const kinds = [...new Set([...running].map(({ kind }) => kind))].join(" and ");
    most[kinds] = Math.max(most[kinds] ?? 0, running.size);
    if (kase.kind === "echo" && kase.length > 10_000_000) most.big = Math.max(most.big ?? 0, running.size);
    await new Promise(setImmediate);
    running.delete(kase);
    return {
      case: kase,
      agent: "none",
      started: new Date(0),
      duration: 0,
      verdict: { behavior: "OK", behaviorClose: "OK", result: "", resultClose: "" },
      outcome: freshOutcome(false),
      log: new WireLog(() => 0),
      received: [],
      httpRequest: "",
      httpResponse: "",
    };
  };
  const done: string[] = [];
  const runs = (parallel: number) =>
    runCases(cases, { parallel, play, onDone: (run) => void done.push(run.case.id) });
  return { runs, most, done };
}

describe("running cases", () => {
  it("gives back every run in the order of the cases, and tells of each once", async () => {
    const { runs, done } = noting(allCases);
    const ids = (await runs(16)).map((run) => run.case.id);
    expect(ids).toEqual(allCases.map(({ id }) => id));
    expect(done.toSorted()).toEqual(ids.toSorted());
  });

  it("keeps waiting and busy cases apart, and runs big ones alone", async () => {
    const { runs, most } = noting(allCases);
    await runs(16);
    expect(most).toEqual({ script: 16, echo: 8, "echo and deflate": 8, deflate: 8, big: 1 });
  });

  it("runs one at a time when told to", async () => {
    const { runs, most } = noting(allCases);
    await runs(1);
    expect(Object.values(most).every((count) => count === 1)).toBe(true);
  });
});
