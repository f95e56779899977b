import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import type { CaseRun } from "../run/case-run.ts";
import { caseReport, type CaseReport } from "./case-json.ts";
import { renderPage } from "./html/page.ts";
import { type Index, indexOf, mergeIndex, parseIndex } from "./index-json.ts";

/** A folder of reports: one agent's cases are added to what is there already. */
export class ReportFolder {
  readonly path: string;
  #known: Index;

  /** Throws when the folder cannot be made, read or written: before any case has run. */
  constructor(path: string) {
    this.path = path;
    mkdirSync(path, { recursive: true });
    const probe = join(path, ".writable");
    writeFileSync(probe, "");
    rmSync(probe);
    const index = join(path, "index.json");
    this.#known = existsSync(index) ? parseIndex(readFileSync(index, "utf8")) : {};
  }

  write(runs: readonly CaseRun[]): void {
    const fresh = runs.map(caseReport);
    const index = mergeIndex(this.#known, indexOf(runs));
    for (const [i, report] of fresh.entries()) {
      this.#put(index[runs[i]!.agent]![report.id]!.reportfile, JSON.stringify(report, null, 3));
    }
    this.#put("index.json", JSON.stringify(index, null, 3));
    this.#put("index.html", renderPage(index, this.#reports(index)));
    this.#known = index;
  }

  /** Never half a file: it takes its name when it is whole. */
  #put(name: string, text: string): void {
    const path = join(this.path, name);
    writeFileSync(`${path}.part`, text);
    renameSync(`${path}.part`, path);
  }

  #reports(index: Index): CaseReport[] {
    return Object.values(index).flatMap((cases) =>
      Object.values(cases).flatMap(({ reportfile }) => {
        const path = join(this.path, reportfile);
        if (!existsSync(path)) return [];
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- written by this program or the original
        return [JSON.parse(readFileSync(path, "utf8")) as CaseReport];
      }),
    );
  }
}
