import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { allCases } from "../src/cases/index.ts";
import { compareReports } from "../src/docker/compare-reports.ts";
import { specFor } from "../src/docker/spec.ts";
import { parseExpectation } from "../src/report/expectation.ts";

/* No Docker engine runs in the tests: the original's reports are given in the shape in which it writes them. */

const committed = readFileSync(new URL("../expected.json", import.meta.url), "utf8");
const expected = parseExpectation(committed);

interface Entry {
  behavior: string;
  behaviorClose: string;
  duration: number;
  remoteCloseCode: number | null;
  reportfile: string;
}

function recorded(change: (cases: Record<string, Entry>) => void = () => {}): string {
  const entries = [...expected].map(([id, verdict]): [string, Entry] => [
    id,
    {
      ...verdict,
      duration: 2,
      remoteCloseCode: 1000,
      reportfile: `handfast_case_${id.replaceAll(".", "_")}.json`,
    },
  ]);
  const cases = Object.fromEntries(entries);
  change(cases);
  return JSON.stringify({ handfast: cases }, null, 3);
}

describe("the committed expectation", () => {
  it("is 514 OK and 3 INFORMATIONAL, of all cases", () => {
    const words = [...expected.values()].map(
      ({ behavior, behaviorClose }) => `${behavior} / ${behaviorClose}`,
    );
    expect([...expected.keys()]).toEqual(allCases.map(({ id }) => id));
    expect(words.filter((word) => word === "OK / OK").length).toBe(514);
    expect(
      [...expected].filter(([, { behavior }]) => behavior === "INFORMATIONAL").map(([id]) => id),
    ).toEqual(["7.1.6", "7.13.1", "7.13.2"]);
  });
});

describe("the original's report", () => {
  it("is as expected", () => {
    expect(compareReports(recorded(), "handfast", expected)).toEqual({ cases: 517, lines: [] });
  });

  it("differs in a behavior, in a close, by a missing case and by one too many, in the order of the numbers", () => {
    const text = recorded((cases) => {
      cases["10.1.1"]!.behavior = "FAILED";
      cases["2.10"]!.behaviorClose = "UNCLEAN";
      delete cases["2.9"];
      cases["8.1"] = cases["1.1.1"]!;
    });
    expect(compareReports(text, "handfast", expected).lines).toEqual([
      "2.9: expected OK / OK, was not run",
      "2.10: expected OK / OK, got OK / UNCLEAN",
      "8.1: not in the expectation, got OK / OK",
      "10.1.1: expected OK / OK, got FAILED / OK",
    ]);
  });

  it("does not pass for another agent, nor when it is no report", () => {
    expect(() => compareReports(recorded(), "other", expected)).toThrow('no agent "other", only handfast');
    expect(() => compareReports("[]", "handfast", expected)).toThrow("no index.json");
    expect(() => compareReports('{"handfast":{"1.1.1":{}}}', "handfast", expected)).toThrow("no index.json");
  });

  it("comes from a spec with all cases and nothing excluded", () => {
    expect(JSON.parse(specFor("ws://127.0.0.1:5", "me"))).toEqual({
      outdir: "/reports",
      servers: [{ agent: "me", url: "ws://127.0.0.1:5" }],
      cases: ["*"],
      "exclude-cases": [],
      "exclude-agent-cases": {},
    });
  });
});
