import { differences, type Expectation } from "../report/expectation.ts";
import { indexOf } from "../report/index-json.ts";
import { isWrong, reasons, summaryTable } from "../report/summary.ts";
import type { CaseRun } from "../run/case-run.ts";
import { runCase } from "../run/run-case.ts";
import { runCases } from "../run/run-cases.ts";
import { chooseCases, openFolder, readExpectation, type SelectionOptions } from "./options.ts";
import { createProgress } from "./progress.ts";
import { parseTarget, probe } from "./target.ts";

export interface TestOptions extends SelectionOptions {
  readonly agent?: string | undefined;
  readonly outdir: string;
  readonly parallel: number;
  readonly json?: boolean | undefined;
  readonly expect?: string | undefined;
}

/** Judges the server at `url`; resolves to the exit status. */
export async function test(url: string, options: TestOptions): Promise<number> {
  const target = parseTarget(url);
  const agent = options.agent ?? `${target.host}:${target.port}`;
  const cases = chooseCases(options);
  const expected = options.expect === undefined ? undefined : readExpectation(options.expect);
  await probe(target, url);
  const folder = openFolder(options.outdir);

  const progress = createProgress(cases.length);
  const runs = await runCases(cases, {
    parallel: options.parallel,
    play: (kase) => runCase(kase, target, agent),
    onDone: (run) => progress.step(run),
  });
  progress.stop();
  folder.write(runs);

  if (options.json) console.log(JSON.stringify(indexOf(runs), null, 2));
  const say = options.json ? console.error : console.log;
  say(`\n${agent}\n\n${summaryTable(runs)}\n`);
  for (const line of reasons(runs)) say(line);
  say(`Reports are in ${folder.path} (open index.html).`);
  return expected ? compare(runs, expected, say) : Number(runs.some(({ verdict }) => isWrong(verdict)));
}

function compare(runs: readonly CaseRun[], expected: Expectation, say: (line: string) => void): number {
  const ids = runs.map(({ case: { id } }) => id);
  const lines = differences(expected, indexOf(runs)[runs[0]!.agent]!, ids);
  for (const line of lines) say(`DIFFERENT ${line}`);
  say(
    lines.length === 0
      ? "All verdicts are as expected."
      : `${lines.length} verdicts differ from the expectation.`,
  );
  return Number(lines.length > 0);
}
