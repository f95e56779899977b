import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { allCases } from "../src/cases/index.ts";
import { selectCases } from "../src/cases/select.ts";
import type { CaseReport } from "../src/report/case-json.ts";
import { indexOf, parseIndex } from "../src/report/index-json.ts";
import { reasons, summaryTable } from "../src/report/summary.ts";
import { ReportFolder } from "../src/report/write-reports.ts";
import type { CaseRun } from "../src/run/case-run.ts";
import { runCase } from "../src/run/run-case.ts";
import { runCases } from "../src/run/run-cases.ts";
import { type RunningServer, startWsServer } from "./ws-peers.ts";

/** What existing tooling finds in a case's file of the original. */
const schema =
  `agent behavior behaviorClose case closedByMe createStats createWirelog description droppedByMe duration
  expectation expected expectedClose failedByMe httpRequest httpResponse id isServer localCloseCode localCloseReason
  received remoteCloseCode remoteCloseReason reportCompressionRatio reportTime result resultClose rxFrameStats
  rxOctetStats started trafficStats txFrameStats txOctetStats wasClean wasCloseHandshakeTimeout wasNotCleanReason
  wasOpenHandshakeTimeout wasServerConnectionDropTimeout wirelog`.split(/\s+/);

let server: RunningServer;
let folder: string;

const read = (name: string): string => readFileSync(join(folder, name), "utf8");

function run(agent: string, patterns: string[]): Promise<CaseRun[]> {
  const target = { host: "127.0.0.1", port: server.port, path: "/", secure: false };
  const play = (kase: (typeof allCases)[number]): Promise<CaseRun> => runCase(kase, target, agent);
  return runCases(selectCases(allCases, patterns, []), { parallel: 8, play });
}

beforeAll(async () => {
  server = await startWsServer(false);
  folder = mkdtempSync(join(tmpdir(), "handfast-autobahn-"));
});

afterAll(async () => {
  await server.close();
  rmSync(folder, { recursive: true });
});

describe("reports", () => {
  it("of several agents come together in one index and one page", async () => {
    const evil = "</script><b>Evil & Co</b>";
    new ReportFolder(folder).write(await run("ws plain", ["1.1.*", "7.7.3", "12.1.1"]));
    new ReportFolder(folder).write(await run(evil, ["1.1.1"]));
    const index = parseIndex(read("index.json"));
    expect(Object.keys(index)).toEqual(["ws plain", evil]);
    expect(index["ws plain"]!["7.7.3"]).toMatchObject({
      behavior: "OK",
      behaviorClose: "OK",
      remoteCloseCode: 1002,
      reportfile: "ws_plain_case_7_7_3.json",
    });
    const page = read("index.html");
    expect(page).toContain("&lt;/script&gt;&lt;b&gt;Evil &amp; Co&lt;/b&gt;");
    expect(page).not.toContain("<b>Evil");
    expect(page.match(/<tr><th scope="row">/g)?.length).toBe(10);
    expect(page.match(/class="missing"/g)?.length).toBe(9);
    // Self-contained: nothing is loaded from anywhere.
    expect(page).not.toMatch(/(src|href)=|https?:\/\/|@import|url\(/);
    expect(readdirSync(folder).filter((name) => name.endsWith(".part"))).toEqual([]);
  });

  it("have the original's fields for each case", () => {
    const report: CaseReport = JSON.parse(read("ws_plain_case_7_7_3.json"));
    expect(
      Object.keys(report)
        .filter((key) => key !== "wirelogTimes")
        .toSorted(),
    ).toEqual(schema.toSorted());
    expect(report).toMatchObject({
      agent: "ws plain",
      id: "7.7.3",
      case: 225,
      closedByMe: true,
      wasClean: true,
      isServer: false,
      localCloseCode: 1002,
      expected: { OK: [] },
      expectedClose: { closedByMe: true, closeCode: [1000, 1002], requireClean: true },
      txFrameStats: { 8: 1 },
      rxFrameStats: { 8: 1 },
    });
    const log = report.wirelog;
    expect(log.map(([kind]) => kind)).toEqual(["TF", "TO", "KL", "RO", "RF"]);
    expect(log.at(-1)!.slice(0, 6)).toEqual(["RF", [2, expect.any(String)], 8, true, 0, false]);
    expect(report.wirelogTimes.length).toBe(log.length);
  });

  it("are summed up by section, with a reason for each case that is not OK", async () => {
    const runs = await run("ws plain", ["1.1.1", "6.4.1", "12.1.1"]);
    expect(
      summaryTable(runs)
        .split("\n")
        .map((line) => line.trim().split(/ {2,}/)),
    ).toEqual([
      ["Section", "Cases", "OK", "Non-strict", "Info", "Unimpl.", "Failed", "Close not OK"],
      ["1 Framing", "1", "1", ".", ".", ".", ".", "."],
      ["6 UTF-8", "1", ".", "1", ".", ".", ".", "."],
      ["12 Compression, kinds of data", "1", ".", ".", ".", "1", ".", "."],
      ["All", "3", "1", "1", ".", "1", ".", "."],
    ]);
    expect(reasons(runs)).toEqual([
      "6.4.1    NON-STRICT, close OK: The text was refused only after its end, not as soon as it was invalid.",
      "12.1.1   UNIMPLEMENTED, close OK: No permessage-deflate was agreed.",
    ]);
    expect(reasons(await run("ws plain", ["13.*", "1.1.1"]))).toEqual([
      "13.1.1 to 13.7.18 (126 cases) UNIMPLEMENTED, close OK: No permessage-deflate was agreed.",
    ]);
  });

  it("take any name for an agent", async () => {
    const runs = await run("__proto__", ["1.1.1"]);
    expect(JSON.stringify(indexOf(runs))).toMatch(/^\{"__proto__":\{"1\.1\.1":\{"behavior":"OK"/);
    expect("1.1.1" in {}).toBe(false);
  });

  it("do not overwrite what is no report", () => {
    const other = mkdtempSync(join(tmpdir(), "handfast-autobahn-"));
    writeFileSync(join(other, "index.json"), '["mine"]');
    expect(() => new ReportFolder(other)).toThrow("no index.json");
    expect(readdirSync(other)).toEqual(["index.json"]);
    rmSync(other, { recursive: true });
  });
});
