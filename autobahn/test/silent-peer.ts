import type { Case } from "../src/cases/case.ts";
import { Connection } from "../src/fuzzer/connection.ts";
import { createDriver } from "../src/fuzzer/driver.ts";
import { type TimedEntry, WireLog } from "../src/fuzzer/wire-log.ts";
import { judge } from "../src/judge/judge.ts";
import type { Verdict } from "../src/judge/verdict.ts";
import { FakeClock } from "./fake-clock.ts";

export interface Transcript {
  readonly writes: readonly Buffer[];
  readonly entries: readonly TimedEntry[];
  readonly verdict: Verdict;
}

/** Plays a case as server against a client that never says a word, until the fuzzer gives up. */
export function playToSilence(kase: Case): Transcript {
  const clock = new FakeClock();
  const log = new WireLog(() => clock.now());
  const writes: Buffer[] = [];
  const driver = createDriver(kase);
  const transport = {
    write: (bytes: Buffer) => void writes.push(bytes),
    end: () => connection.lost(),
    reset: () => connection.lost(),
  };
  const connection = new Connection({ role: "server", transport, clock, log });
  connection.open(driver);
  driver.start(connection);
  clock.run();
  return { writes, entries: log.entries, verdict: judge(kase, connection.outcome, driver.seen()) };
}
