import { describe, expect, it } from "vitest";
import type { Case } from "../src/cases/case.ts";
import { allCases } from "../src/cases/index.ts";
import type { CaseRun } from "../src/run/case-run.ts";
import { runCase } from "../src/run/run-case.ts";
import { runCases } from "../src/run/run-cases.ts";
import { FuzzingServer } from "../src/serve/fuzzing-server.ts";
import { knownForWs, notPlainOk } from "./known-verdicts.ts";
import { startWsServer, visit } from "./ws-peers.ts";

/* The verdicts of the original for an implementation that it has judged, case for case, in both roles. */

/** Few messages in the long cases: the whole runs are for the command. */
const shortened = allCases.map((kase): Case => (kase.kind === "deflate" ? { ...kase, count: 3 } : kase));

const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, i) => from + i);

async function inLanes(
  limit: number,
  numbers: readonly number[],
  action: (number: number) => Promise<unknown>,
): Promise<void> {
  const queue = numbers.values();
  const lane = async (): Promise<void> => {
    for (const number of queue) await action(number);
  };
  await Promise.all(Array.from({ length: limit }, lane));
}

describe("the verdicts of the original for ws", { timeout: 60_000 }, () => {
  it("as server", async () => {
    const server = await startWsServer();
    const target = { host: "127.0.0.1", port: server.port, path: "/", secure: false };
    const runs = await runCases(shortened, { parallel: 32, play: (kase) => runCase(kase, target, "ws") });
    await server.close();
    expect(runs.length).toBe(517);
    expect(notPlainOk(runs)).toEqual(knownForWs);
  });

  it("as client", async () => {
    const runs: CaseRun[] = [];
    const updated: string[] = [];
    const server = new FuzzingServer({
      cases: shortened,
      onDone: (run) => void runs.push(run),
      onUpdate: () => void updated.push("reports"),
      onStop: () => void updated.push("stopped"),
    });
    const base = `ws://127.0.0.1:${await server.listen(0, "127.0.0.1")}`;
    const count = Number(await visit(`${base}/getCaseCount`));
    expect(await visit(`${base}/getCaseInfo?case=17`)).toContain('"id":"2.1"');
    expect(count).toBe(517);
    // The first 246 mostly wait. The others move megabytes, and would delay each other.
    await inLanes(16, range(1, 246), (number) => visit(`${base}/runCase?case=${number}&agent=ws`));
    await inLanes(2, range(247, count), (number) => visit(`${base}/runCase?case=${number}&agent=ws`));
    expect(await visit(`${base}/getCaseStatus?case=74&agent=ws`)).toBe('{"behavior":"NON-STRICT"}');
    await visit(`${base}/runCase?casetuple=1.1.2&agent=other`);
    await visit(`${base}/updateReports?agent=ws`);
    await visit(`${base}/stopServer`);
    await server.close();
    expect(updated).toEqual(["reports", "stopped"]);
    expect(runs.filter(({ agent }) => agent === "other").map((run) => run.case.id)).toEqual(["1.1.2"]);
    expect(runs.length).toBe(518);
    expect(notPlainOk(runs)).toEqual(knownForWs);
  });
});
