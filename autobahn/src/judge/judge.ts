import type { Case, ClosingRule } from "../cases/case.ts";
import type { Outcome } from "../fuzzer/outcome.ts";
import type { Behavior, BehaviorClose, Verdict } from "./verdict.ts";

/** What the driver of the case saw of the messages. */
export interface Seen {
  readonly behavior: Behavior;
  readonly result: string;
}

interface Closed {
  readonly behaviorClose: BehaviorClose;
  readonly resultClose: string;
}

const list = (codes: readonly number[]): string => [...new Set(codes)].join(" or ");

/** The first rule that applies. */
function judgeClosing(rule: ClosingRule, outcome: Outcome): Closed {
  const say = (behaviorClose: BehaviorClose, resultClose: string): Closed => ({ behaviorClose, resultClose });
  const { remoteCloseCode: code } = outcome;
  if (!outcome.opened) {
    return say(
      "FAILED",
      `The opening handshake was not completed: ${outcome.notCleanReason ?? "TCP was dropped"}.`,
    );
  }
  if (outcome.closedByMe && rule.startedBy === "peer") {
    return say(
      "FAILED",
      "The fuzzer had to start the close, where the peer should have failed the connection.",
    );
  }
  if (!outcome.closedByMe && rule.startedBy === "fuzzer") {
    return say(
      "FAILED",
      `The peer ended the connection (${shown(code)}), where the fuzzer should have started the close.`,
    );
  }
  if (rule.clean && !outcome.wasClean) {
    return say(
      "UNCLEAN",
      `The closing handshake was not completed: ${outcome.notCleanReason ?? "TCP was dropped"}.`,
    );
  }
  if (code !== null && !rule.codes.includes(code)) {
    return say("WRONG CODE", `The peer closed with ${code}, where ${list(rule.codes)} or no code was due.`);
  }
  if (!outcome.isServer && outcome.droppedByMe) {
    return say("FAILED BY CLIENT", "The fuzzer had to drop TCP, which is the server's part.");
  }
  return say("OK", "The connection was closed as it should be.");
}

const shown = (code: number | null): string => (code === null ? "no close code" : `close code ${code}`);

function judgeBehavior(kase: Case, outcome: Outcome, seen: Seen, closed: Closed): Seen {
  if (kase.kind !== "script" || !outcome.opened) return seen;
  if (kase.wrongCloserFails && outcome.closedByMe !== (kase.closing.startedBy === "fuzzer")) {
    return { behavior: "FAILED", result: "The peer did not refuse the invalid text." };
  }
  if (kase.wrongCodeFails && closed.behaviorClose === "WRONG CODE") {
    return { behavior: "FAILED", result: closed.resultClose };
  }
  return seen;
}

/** What was wrong with the peer's bytes is the better half of the reason. */
function withObjection(seen: Seen, { violation }: Outcome): Seen {
  if (violation === null || seen.behavior !== "FAILED") return seen;
  return { ...seen, result: `${seen.result} The fuzzer objected: ${violation}.` };
}

export function judge(kase: Case, outcome: Outcome, seen: Seen): Verdict {
  const closed = judgeClosing(kase.closing, outcome);
  if (kase.kind === "script" && kase.informational) {
    return { ...seen, behaviorClose: "INFORMATIONAL", resultClose: closed.resultClose };
  }
  return { ...withObjection(judgeBehavior(kase, outcome, seen, closed), outcome), ...closed };
}
