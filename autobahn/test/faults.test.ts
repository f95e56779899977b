import { beforeAll, describe, expect, it } from "vitest";
import type { Case } from "../src/cases/case.ts";
import { allCases, sectionOf } from "../src/cases/index.ts";
import { isGood } from "../src/report/summary.ts";
import { runCase } from "../src/run/run-case.ts";
import { runCases } from "../src/run/run-cases.ts";
import type { CaseRun } from "../src/run/case-run.ts";
import type { Fault } from "./faulty-connection.ts";
import { startFaultyServer } from "./faulty-server.ts";

/*
 * The suite can fail: each fault is caught by the cases that ought to catch it, and by no others. The good server
 * plays along, so that "no others" means something.
 */

const framing = ["1", "2", "3", "4", "5", "6", "7", "10"];
const compression = ["12", "13"];
const all = [...framing, "9", ...compression];

/** Without the megabytes of section 9, which show nothing here that its smaller cases do not. */
const judged = allCases.filter(({ id }) => !/^9\.([3-6]|[12]\.[3-6])/.test(id));

/** Enough messages for a kept context to show, few enough for a unit test. */
const short = (kase: Case, count: number): Case => (kase.kind === "script" ? kase : { ...kase, count });

async function judgeFault(fault: Fault, sections: readonly string[], count: number): Promise<CaseRun[]> {
  const server = await startFaultyServer(fault);
  const target = { host: "127.0.0.1", port: server.port, path: "/", secure: false };
  const cases = judged.filter(({ id }) => sections.includes(sectionOf(id)));
  try {
    const play = (kase: Case): Promise<CaseRun> => runCase(kase, target, "faulty");
    return await runCases(
      cases.map((kase) => short(kase, count)),
      { parallel: 48, play },
    );
  } finally {
    await server.close();
  }
}

const caught = (runs: readonly CaseRun[]): string[] =>
  runs.filter(({ verdict }) => !isGood(verdict)).map((r) => r.case.id);

const ids = (matches: (kase: Case) => boolean): string[] => judged.filter(matches).map(({ id }) => id);
const named = (list: string): string[] => list.split(" ");
const within = (sections: readonly string[], list: readonly string[]): string[] =>
  list.filter((id) => sections.includes(sectionOf(id)));

const isScript = (kase: Case): kase is Case & { kind: "script" } => kase.kind === "script";
const echoes = (kase: Case): boolean => {
  if (kase.kind === "deflate") return true;
  if (kase.kind === "echo") return kase.length > 0;
  if (kase.informational) return false;
  return kase.expected.OK!.some((event) => event.event === "message" && event.payload.length > 0);
};
/** Compressed messages of these come in several frames, whatever the data. */
const cut = ids(({ id }) => /^1[23]\.\d\.1[1-7]$/.test(id));

interface Expected {
  readonly fault: Fault;
  readonly sections: readonly string[];
  readonly count?: number;
  readonly caughtBy: readonly string[];
}

/** These mostly wait, so that they can wait together. */
const whileFraming: readonly Expected[] = [
  {
    fault: "no UTF-8 check",
    sections: framing,
    caughtBy: ids((kase) => isScript(kase) && kase.wrongCloserFails === true),
  },
  { fault: "pongs out of order", sections: framing, caughtBy: named("2.10 2.11 5.19 5.20") },
  // 3.7 is a close frame: to answer it is no different, on the wire, from refusing it without a code.
  { fault: "reserved bits ignored", sections: framing, caughtBy: named("3.1 3.2 3.3 3.4 3.5 3.6") },
  { fault: "reserved opcodes skipped", sections: framing, caughtBy: ids(({ id }) => sectionOf(id) === "4") },
  {
    fault: "wrong close codes",
    sections: framing,
    caughtBy: ids(({ closing }) => !closing.codes.includes(1000)),
  },
  {
    fault: "close not answered",
    sections: framing,
    caughtBy: within(
      framing,
      ids((kase) => kase.closing.clean && !(isScript(kase) && kase.informational)),
    ),
  },
];

const whileBusy: readonly Expected[] = [
  { fault: "none", sections: all, caughtBy: [] },
  {
    fault: "fragments mixed up",
    sections: [...framing, ...compression],
    count: 1,
    caughtBy: [
      ...named("5.3 5.4 5.5 5.6 5.7 5.8 5.15 5.19 5.20 6.2.2 6.2.3 6.2.4 12.2.18 12.3.18 12.5.18"),
      ...cut,
    ],
  },
  {
    fault: "context kept",
    sections: compression,
    count: 20,
    caughtBy: ids(({ id }) => /^13\.[2567]\./.test(id)),
  },
  {
    fault: "no compression",
    sections: compression,
    caughtBy: within(
      compression,
      ids(() => true),
    ),
  },
];

const inOrder = (list: readonly string[]): string[] => ids(({ id }) => list.includes(id));

async function expectCaught({ fault, sections, count = 2, caughtBy }: Expected): Promise<void> {
  const runs = await judgeFault(fault, sections, count);
  expect(caught(runs)).toEqual(inOrder(caughtBy));
}

/** Waits for ten seconds in some cases, which the others need not wait for. */
const slow = { fault: "last byte dropped", sections: all, count: 1 } as const;
let slowRuns: Promise<CaseRun[]>;

describe("a server with one fault is caught by the right cases and no others", { timeout: 60_000 }, () => {
  beforeAll(() => {
    slowRuns = judgeFault(slow.fault, slow.sections, slow.count);
  });

  it.concurrent.each(whileFraming)("$fault", async (expected) => {
    expect.hasAssertions();
    await expectCaught(expected);
  });

  it.each(whileBusy)("$fault", async (expected) => {
    expect.hasAssertions();
    await expectCaught(expected);
  });

  it("last byte dropped", async () => {
    expect(caught(await slowRuns)).toEqual(inOrder(ids(echoes)));
  });

  it("without compression is UNIMPLEMENTED, and closed well", async () => {
    const runs = await judgeFault("no compression", ["12"], 1);
    expect(new Set(runs.map(({ verdict }) => `${verdict.behavior} / ${verdict.behaviorClose}`))).toEqual(
      new Set(["UNIMPLEMENTED / OK"]),
    );
  });
});
