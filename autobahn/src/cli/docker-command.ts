import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { compareReports } from "../docker/compare-reports.ts";
import { hasDocker, runFuzzingClient } from "../docker/docker.ts";
import { specFor } from "../docker/spec.ts";
import type { Expectation } from "../report/expectation.ts";
import { messageOf } from "../run/run-case.ts";
import { readExpectation } from "./options.ts";
import { parseTarget } from "./target.ts";
import { UserError } from "./user-error.ts";

export interface DockerOptions {
  readonly agent: string;
  readonly outdir: string;
  readonly expect: string;
}

/** The original, by its image, and its verdicts against the expected ones; resolves to the exit status. */
export async function docker(url: string, options: DockerOptions): Promise<number> {
  parseTarget(url);
  const expected = readExpectation(options.expect);
  if (!hasDocker()) {
    throw new UserError(
      `no Docker engine runs here; the same cases without it: handfast-autobahn test ${url}`,
    );
  }
  const reports = resolve(options.outdir);
  mkdirSync(reports, { recursive: true });
  const folder = await mkdtemp(join(tmpdir(), "handfast-autobahn-"));
  try {
    const path = join(folder, "spec.json");
    await writeFile(path, specFor(url, options.agent));
    const status = await runFuzzingClient({ spec: path, reports });
    if (status !== 0) throw new UserError(`the original ended with status ${status}`);
  } finally {
    await rm(folder, { recursive: true });
  }
  return reportComparison(join(reports, "index.json"), options.agent, expected);
}

/** Reads, compares and prints; also for reports that were recorded earlier. */
export function reportComparison(path: string, agent: string, expected: Expectation): number {
  if (!existsSync(path)) throw new UserError(`the original wrote no ${path}`);
  try {
    const { cases, lines } = compareReports(readFileSync(path, "utf8"), agent, expected);
    for (const line of lines) console.log(`DIFFERENT ${line}`);
    console.log(
      lines.length === 0 ? `All ${cases} verdicts are as expected.` : `${lines.length} verdicts differ.`,
    );
    return Number(lines.length > 0);
  } catch (error) {
    throw new UserError(`cannot use ${path}: ${messageOf(error)}`);
  }
}
