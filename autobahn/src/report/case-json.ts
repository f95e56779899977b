import type { Case, Event } from "../cases/case.ts";
import { allCases } from "../cases/index.ts";
import type { Excerpt, TimedEntry } from "../fuzzer/wire-log.ts";
import type { CaseRun } from "../run/case-run.ts";

/* The report of one case, in the original's schema; `wirelogTimes` is this suite's own. */

export interface CaseReport {
  readonly agent: string;
  readonly id: string;
  readonly case: number;
  readonly description: string;
  readonly expectation: string;
  readonly started: string;
  readonly duration: number;
  readonly behavior: string;
  readonly behaviorClose: string;
  readonly result: string;
  readonly resultClose: string;
  readonly remoteCloseCode: number | null;
  readonly httpRequest: string;
  readonly httpResponse: string;
  readonly wirelog: readonly WireEntry[];
  /** Milliseconds after the opening handshake, one for each entry of the wire log. */
  readonly wirelogTimes: readonly number[];
  readonly [more: string]: unknown;
}

export type WireEntry = readonly [kind: string, ...rest: unknown[]];

const numbers = new Map(allCases.map(({ id }, i) => [id, i + 1]));

export function caseReport(run: CaseRun): CaseReport {
  const { case: kase, verdict, outcome, log } = run;
  const { opened: _, violation: __, notCleanReason, ...ending } = outcome;
  const entries = log.entries.flatMap((entry) => {
    const written = wireEntry(entry);
    return written ? [{ written, at: Math.round(entry.at * 10) / 10 }] : [];
  });
  return {
    ...ending,
    ...verdict,
    wasNotCleanReason: notCleanReason,
    agent: run.agent,
    id: kase.id,
    case: numbers.get(kase.id)!,
    description: kase.title,
    expectation: kase.expectation,
    started: run.started.toISOString(),
    duration: Math.round(run.duration),
    reportTime: kase.kind !== "script",
    reportCompressionRatio: kase.kind === "deflate",
    trafficStats: null,
    expected: expectedEvents(kase),
    expectedClose: {
      closedByMe: kase.closing.startedBy === "fuzzer",
      closeCode: kase.closing.codes,
      requireClean: kase.closing.clean,
    },
    received: run.received.map(eventTuple),
    httpRequest: run.httpRequest,
    httpResponse: run.httpResponse,
    createStats: true,
    rxOctetStats: log.rxOctets,
    txOctetStats: log.txOctets,
    rxFrameStats: log.rxFrames,
    txFrameStats: log.txFrames,
    createWirelog: true,
    wirelog: entries.map(({ written }) => written),
    wirelogTimes: entries.map(({ at }) => at),
  };
}

function expectedEvents(kase: Case): Record<string, unknown> {
  if (kase.kind !== "script") return {};
  return Object.fromEntries(
    Object.entries(kase.expected).map(([verdict, events]) => [verdict, events.map(eventTuple)]),
  );
}

const shownLength = 256;

/** Text as it is, as far as bytes can be text. */
const shownText = (bytes: Buffer): string =>
  bytes.toString("utf8", 0, shownLength) + (bytes.length > shownLength ? " ..." : "");

function eventTuple(event: Event): unknown[] {
  if (event.event === "timeout") return ["timeout", event.tag];
  const payload = shownText(event.payload);
  return event.event === "pong" ? ["pong", payload] : ["message", payload, event.binary];
}

const octets = ({ length, head }: Excerpt): unknown[] => [
  length,
  head.toString("hex") + (length > head.length ? " ..." : ""),
];
const content = ({ length, head }: Excerpt): unknown[] => [
  length,
  head.toString("utf8") + (length > head.length ? " ..." : ""),
];

function wireEntry(entry: TimedEntry): WireEntry | undefined {
  switch (entry.kind) {
    case "octets received":
      return ["RO", octets(entry.bytes)];
    case "octets sent":
      return ["TO", octets(entry.bytes), entry.sync];
    case "frame received":
    case "frame sent":
      return frameEntry(entry);
    case "wait":
      return ["CT", entry.ms / 1000, entry.tag ?? null];
    case "wait over":
      return ["CTE", entry.tag ?? null];
    case "kill after":
      return ["KL", entry.ms / 1000];
    case "kill":
      return ["KLE"];
    case "close after":
      return ["TI", entry.ms / 1000];
    case "close on timer":
      return ["TIE"];
    case "cut off":
      return ["WLM", false];
    default:
      // The original's log does not know who dropped TCP; droppedByMe says it.
      return undefined;
  }
}

function frameEntry(entry: Extract<TimedEntry, { kind: "frame received" | "frame sent" }>): WireEntry {
  const { payload, opcode, fin, rsv, maskingKey } = entry.frame;
  const key = maskingKey?.toString("hex") ?? null;
  if (entry.kind === "frame received") {
    return ["RF", content(payload), opcode, fin, rsv, key !== null, key];
  }
  const { bytesPerWrite = null, sync = false } = entry.writing;
  return ["TF", content(payload), opcode, fin, rsv, key, null, bytesPerWrite, sync];
}
