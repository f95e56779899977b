import type { CaseRun } from "../run/case-run.ts";

type Told = (behavior: string) => void;

/** The last verdicts, for `/getCaseStatus`. A client may ask before its case has quite ended: it is told then. */
export class ResultBoard {
  readonly #known = new Map<string, string>();
  readonly #asking = new Map<string, Told[]>();

  post({ agent, case: kase, verdict }: CaseRun): void {
    const key = `${agent} ${kase.id}`;
    this.#known.set(key, verdict.behavior);
    for (const told of this.#asking.get(key) ?? []) told(verdict.behavior);
    this.#asking.delete(key);
  }

  when(agent: string, id: string, told: Told): void {
    const key = `${agent} ${id}`;
    const behavior = this.#known.get(key);
    if (behavior !== undefined) told(behavior);
    else this.#asking.set(key, [...(this.#asking.get(key) ?? []), told]);
  }
}
