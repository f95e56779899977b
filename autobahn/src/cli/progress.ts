import { Presets, SingleBar } from "cli-progress";
import type { CaseRun } from "../run/case-run.ts";
import { isGood } from "../report/summary.ts";

export interface Progress {
  step(run: CaseRun): void;
  stop(): void;
}

/** A bar on a terminal; in CI and in files a line now and then. On stderr, since stdout may be JSON. */
export function createProgress(total: number): Progress {
  const { stderr, env } = process;
  return stderr.isTTY && !env.CI ? bar(total) : lines(total);
}

function bar(total: number): Progress {
  let notOk = 0;
  const format = "  {bar} {value}/{total} cases, {notOk} not OK, {duration_formatted}";
  const single = new SingleBar({ format, stream: process.stderr }, Presets.shades_classic);
  single.start(total, 0, { notOk });
  return {
    step(run) {
      if (!isGood(run.verdict)) notOk++;
      single.increment({ notOk });
    },
    stop: () => single.stop(),
  };
}

const linesInAll = 10;

function lines(total: number): Progress {
  const each = Math.max(1, Math.ceil(total / linesInAll));
  let done = 0;
  let notOk = 0;
  return {
    step(run) {
      done++;
      if (!isGood(run.verdict)) notOk++;
      if (done % each === 0 || done === total) console.error(`${done} of ${total} cases, ${notOk} not OK`);
    },
    stop() {},
  };
}
