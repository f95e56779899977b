import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Case, DeflateCase, EchoCase, Event, ScriptCase } from "../src/cases/case.ts";
import { allCases } from "../src/cases/index.ts";
import { fragments } from "../src/cases/step.ts";
import { dataOf } from "../src/data/index.ts";
import type { TimedEntry } from "../src/fuzzer/wire-log.ts";
import { answerTo } from "../src/serve/answer.ts";
import { formatDeflate, parseDeflate } from "../src/wire/deflate-params.ts";
import type { Facts, FactsEvent, FactsStep } from "./facts.ts";
import { playToSilence } from "./silent-peer.ts";

/*
 * The table of cases, row by row against recorded facts about the original: not as data against data, but by
 * playing each case against a silent peer and comparing what was done when, and what went over the wire.
 */

const folder = process.env.AUTOBAHN_FACTS;
if (!folder)
  console.log("skipped: AUTOBAHN_FACTS does not name the folder with the recorded facts (cases.json)");

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a file of known shape
const read = (name: string): unknown => JSON.parse(readFileSync(join(folder!, name), "utf8"));
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a file of known shape
const rows = folder ? (read("cases.json") as Facts[]) : [];

/** A payload as the facts describe it, so that both sides can be compared. */
function sameBytes(
  fact: { len: number; hex?: string; repeat_hex?: string; sha1?: string },
  payload: Buffer,
): boolean {
  if (payload.length !== fact.len) return false;
  if (fact.hex !== undefined) return payload.toString("hex") === fact.hex;
  if (fact.sha1 !== undefined) return createHash("sha1").update(payload).digest("hex") === fact.sha1;
  return payload.equals(Buffer.alloc(fact.len, Buffer.from(fact.repeat_hex!, "hex")));
}

function sameEvent(fact: FactsEvent, event: Event): boolean {
  if (fact.event !== event.event) return false;
  if (event.event === "timeout") return fact.tag === event.tag;
  if (event.event === "message" && fact.binary !== event.binary) return false;
  return sameBytes({ ...fact, len: fact.len! }, event.payload);
}

const names: Partial<Record<TimedEntry["kind"], string>> = {
  "kill after": "kill_after",
  kill: "kill",
  "close after": "close_after",
  "close on timer": "close_on_timer",
  wait: "wait",
  "wait over": "wait_over",
  "tcp reset": "tcp_reset",
};

/** One line for each thing done, the same from both sides; payloads are compared as written bytes. */
function ourLines(entries: readonly TimedEntry[]): string[] {
  return entries.flatMap((entry) => {
    const at = Math.round(entry.at);
    if (entry.kind === "frame sent") {
      const { opcode, fin, rsv, payload } = entry.frame;
      const { bytesPerWrite = null, sync = false } = entry.writing;
      const head = payload.head.subarray(0, 16).toString("hex");
      return [`${at} frame ${opcode} ${fin} ${rsv} ${payload.length} ${head} ${bytesPerWrite} ${sync}`];
    }
    const name = names[entry.kind];
    if (!name) return [];
    const ms = "ms" in entry ? ` ${entry.ms}` : "";
    return [`${at} ${name}${ms}${"tag" in entry && entry.tag !== undefined ? ` ${entry.tag}` : ""}`];
  });
}

function theirLines(steps: readonly FactsStep[]): string[] {
  return steps.flatMap((step) => {
    if (step.do === "frame_header" || step.do === "frame_bytes") return [];
    const { at_ms: at, ms, tag } = step;
    if (step.do !== "frame")
      return [`${at} ${step.do}${ms === undefined ? "" : ` ${ms}`}${tag ? ` ${tag}` : ""}`];
    const whole = step.hex ?? step.head_hex ?? step.repeat_hex!.repeat(16);
    const head = whole.slice(0, 2 * Math.min(16, step.len!));
    const line = `${at} frame ${step.opcode} ${step.fin} ${step.rsv} ${step.len} ${head} ${step.bytes_per_write} ${step.sync}`;
    return Array.from({ length: step.times ?? 1 }, () => line);
  });
}

function runLengths(writes: readonly Buffer[]): { bytes: number; times: number }[] {
  const out: { bytes: number; times: number }[] = [];
  for (const { length } of writes) {
    const last = out.at(-1);
    if (last?.bytes === length) last.times++;
    else out.push({ bytes: length, times: 1 });
  }
  return out;
}

function checkScript(ours: ScriptCase, row: Facts): void {
  const { writes, entries, verdict } = playToSilence(ours);
  expect(ourLines(entries)).toEqual(theirLines(row.steps_against_silent_peer!));
  expect(runLengths(writes)).toEqual(row.socket_writes_as_server);
  if (row.stream_as_server_hex !== undefined) {
    expect(Buffer.concat(writes).toString("hex")).toBe(row.stream_as_server_hex);
  }
  expect(Object.keys(ours.expected).toSorted()).toEqual(Object.keys(row.expected_events!).toSorted());
  for (const [behavior, facts] of Object.entries(row.expected_events!)) {
    const events = behavior === "OK" ? ours.expected.OK! : ours.expected["NON-STRICT"]!;
    expect(events.length).toBe(facts.length);
    expect(facts.filter((fact, i) => !sameEvent(fact, events[i]!))).toEqual([]);
  }
  expect(ours.closesWhenMatched ?? null).toBe(row.fuzzer_closes_with_when_matched);
  expect(row.verdicts.behavior).toContain(verdict.behavior);
  expect(ours.informational ?? false).toBe(row.verdicts.always !== undefined);
  expect(ours.wrongCloserFails ?? false).toBe(row.verdicts.wrong_closer_fails_behavior ?? false);
  expect(ours.wrongCodeFails ?? false).toBe(row.verdicts.wrong_close_code_fails_behavior ?? false);
}

function checkEcho(ours: EchoCase, row: Facts): void {
  const params = row.params!;
  expect({
    kind: ours.binary ? "binary" : "text",
    payload_bytes: ours.length,
    timeout_s: ours.timeout / 1000,
    payload_repeats_hex: ours.pattern,
    count: ours.count,
    fragment_bytes: ours.fragmentSize,
    bytes_per_write: ours.bytesPerWrite,
  }).toEqual({
    kind: params.kind,
    payload_bytes: params.payload_bytes,
    timeout_s: params.timeout_s,
    payload_repeats_hex: params.payload_repeats_hex,
    count: params.count ?? 1,
    fragment_bytes: params.fragment_bytes,
    bytes_per_write: params.bytes_per_write,
  });
  const frames = fragments(ours.binary ? 2 : 1, Buffer.alloc(ours.length), ours.fragmentSize);
  const shapes = params.frames_in_order!.flatMap(({ opcode, fin, len, times }) =>
    Array.from({ length: times }, () => `${opcode} ${fin} ${len}`),
  );
  expect(frames.map(({ opcode, fin, payload }) => `${opcode} ${fin} ${payload.length}`)).toEqual(shapes);
}

function checkDeflate(ours: DeflateCase, row: Facts): void {
  const params = row.params!;
  expect(ours.size).toBe(params.message_size);
  expect(ours.count).toBe(params.count);
  expect(ours.timeout).toBe(params.timeout_s * 1000);
  expect(ours.fragmentSize ?? null).toBe(params.frame_bytes_max);
  expect(ours.binary ? "binary" : "text").toBe(params.kind);
  expect(params.size_counts).toBe(ours.binary ? "bytes" : "Unicode characters");
  expect(dataOf(ours.data).data.length).toBe(params.data_bytes);
  const offer = ours.offers.map((one) => formatDeflate(one, "client first")).join(", ");
  expect(offer).toBe(row.negotiates_extension);
  expect(row.verdicts.behavior).toContain("UNIMPLEMENTED");
  for (const [asked, answered] of Object.entries(params.fuzzer_as_server_answers!)) {
    const answer = answerTo(parseDeflate(asked), ours.answers);
    expect(answer ? formatDeflate(answer, "server first") : null, `answer to ${asked}`).toBe(answered);
  }
}

function checkRow(ours: Case | undefined, row: Facts): void {
  expect(ours?.id).toBe(row.id);
  if (!ours) return;
  expect(ours.closing).toEqual({
    startedBy: row.expected_close.started_by,
    codes: row.expected_close.codes_accepted,
    clean: row.expected_close.must_be_clean,
  });
  if (ours.kind === "script") checkScript(ours, row);
  else if (ours.kind === "echo") checkEcho(ours, row);
  else checkDeflate(ours, row);
}

describe.skipIf(!folder)("the cases, row by row", () => {
  it("are as many", () => expect(allCases.length).toBe(rows.length));

  it.each(rows.map((row) => [row.id, row] as const))("%s", (_, row) => {
    expect.hasAssertions();
    checkRow(allCases[row.index - 1], row);
  });
});
