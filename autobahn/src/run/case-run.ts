import type { Case, Event } from "../cases/case.ts";
import type { Outcome } from "../fuzzer/outcome.ts";
import type { WireLog } from "../fuzzer/wire-log.ts";
import type { Verdict } from "../judge/verdict.ts";

/** One case played against one agent, from the opening handshake to the end of TCP. */
export interface CaseRun {
  readonly case: Case;
  readonly agent: string;
  readonly started: Date;
  /** Milliseconds from the opening handshake to the end. */
  readonly duration: number;
  readonly verdict: Verdict;
  readonly outcome: Outcome;
  readonly log: WireLog;
  readonly received: readonly Event[];
  readonly httpRequest: string;
  readonly httpResponse: string;
}
