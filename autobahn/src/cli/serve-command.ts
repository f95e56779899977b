import { reasonLine, isGood, summaryTable } from "../report/summary.ts";
import type { CaseRun } from "../run/case-run.ts";
import { messageOf } from "../run/run-case.ts";
import { FuzzingServer } from "../serve/fuzzing-server.ts";
import { chooseCases, openFolder, type SelectionOptions } from "./options.ts";
import { UserError } from "./user-error.ts";

export interface ServeOptions extends SelectionOptions {
  readonly port: number;
  readonly host: string;
  readonly outdir: string;
}

/** Runs until `/stopServer` or a signal; resolves to the exit status. */
export async function serve(options: ServeOptions): Promise<number> {
  const cases = chooseCases(options);
  const folder = openFolder(options.outdir);
  const runs = new Map<string, CaseRun>();
  let unsaved = false;

  const save = (): void => {
    if (!unsaved) return;
    unsaved = false;
    folder.write([...runs.values()]);
    for (const agent of new Set([...runs.values()].map((run) => run.agent))) {
      console.log(`\n${agent}\n\n${summaryTable([...runs.values()].filter((run) => run.agent === agent))}\n`);
    }
    console.log(`Reports are in ${folder.path} (open index.html).`);
  };

  let stop = (): void => {};
  const stopped = new Promise<void>((resolve) => {
    stop = resolve;
  });
  const server = new FuzzingServer({
    cases,
    onDone(run) {
      runs.set(`${run.agent} ${run.case.id}`, run);
      unsaved = true;
      if (!isGood(run.verdict)) console.log(`${run.agent}: ${reasonLine(run)}`);
    },
    onUpdate: save,
    onStop: () => stop(),
  });
  const port = await listen(server, options);
  process.once("SIGINT", stop);
  process.once("SIGTERM", stop);
  console.log(`listening on ws://${options.host}:${port} (${cases.length} cases)`);
  await stopped;
  await server.close();
  save();
  return 0;
}

async function listen(server: FuzzingServer, { port, host }: ServeOptions): Promise<number> {
  try {
    return await server.listen(port, host);
  } catch (error) {
    throw new UserError(`cannot listen on ${host}:${port}: ${messageOf(error)}`);
  }
}
