import type { CaseReport, WireEntry } from "../case-json.ts";

/** What a cell opens. */
export interface Detail {
  readonly id: string;
  readonly agent: string;
  readonly facts: readonly (readonly [name: string, value: string])[];
  readonly http: readonly (readonly [name: string, text: string])[];
  readonly log: readonly (readonly [at: string, what: string, more: string])[];
}

/** The page holds every case of every agent; the JSON files have the whole log. */
const maxEntries = 60;
/** Of a case that passed there is less to find out. */
const maxEntriesPassed = 16;
const maxText = 64;

export function detailOf(report: CaseReport): Detail {
  const times = report.wirelogTimes ?? [];
  const passed = report.behavior === "OK" && report.behaviorClose === "OK";
  const log = report.wirelog.slice(0, passed ? maxEntriesPassed : maxEntries).map((entry, i) => {
    const [what, more] = describeEntry(entry);
    const at = times[i];
    return [at === undefined ? "" : at.toFixed(1), what, more] as const;
  });
  const rest = report.wirelog.length - log.length;
  return {
    id: report.id,
    agent: report.agent,
    facts: [
      ["Description", report.description],
      ["Expectation", report.expectation],
      ["Behavior", `${report.behavior}: ${report.result}`],
      ["Close", `${report.behaviorClose}: ${report.resultClose}`],
      ["Close code of the peer", String(report.remoteCloseCode ?? "none")],
      ["Duration", `${report.duration} ms`],
      ["Started", report.started],
    ],
    http: [
      ["Opening handshake: request", report.httpRequest],
      ["Opening handshake: response", report.httpResponse],
    ],
    log: rest > 0 ? [...log, ["", `${rest} more entries`, "in the JSON file of the case"]] : log,
  };
}

const cut = (text: string): string => (text.length > maxText ? `${text.slice(0, maxText)} …` : text);

/** "[length, text]", as the original writes octets and payloads. */
function sized(value: unknown): string {
  if (!Array.isArray(value)) return cut(String(value));
  return `${String(value[0])} bytes  ${cut(String(value[1]))}`;
}

const opcodes: Record<number, string> = {
  0: "continuation",
  1: "text",
  2: "binary",
  8: "close",
  9: "ping",
  10: "pong",
};

function frame(entry: WireEntry): string {
  const [, payload, opcode, fin, rsv] = entry;
  const name = opcodes[Number(opcode)] ?? `opcode ${String(opcode)}`;
  const marks = `${fin ? "" : ", not final"}${Number(rsv) ? `, RSV ${String(rsv)}` : ""}`;
  return `${name}${marks}  ${sized(payload)}`;
}

function describeEntry(entry: WireEntry): [what: string, more: string] {
  const [kind, first, second] = entry;
  switch (kind) {
    case "RO":
      return ["received octets", sized(first)];
    case "TO":
      return ["sent octets", sized(first)];
    case "RF":
      return ["received frame", frame(entry)];
    case "TF":
      return ["sent frame", frame(entry)];
    case "CT":
      return ["waits", `${String(first)} s${typeof second === "string" ? `, ${second}` : ""}`];
    case "CTE":
      return ["wait is over", typeof first === "string" ? first : ""];
    case "KL":
      return ["will fail the connection", `after ${String(first)} s`];
    case "KLE":
      return ["fails the connection", ""];
    case "TI":
      return ["will close", `after ${String(first)} s`];
    case "TIE":
      return ["closes", ""];
    default:
      return [kind === "WLM" ? "log ends here" : kind, ""];
  }
}
