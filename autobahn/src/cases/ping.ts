import { closedByFuzzer, type Event, ponged, refused, repeated, type ScriptCase } from "./case.ts";
import { close, closeAfter, frame, killAfter, ping, pong, type Step } from "./step.ts";

/** Section 2: pings, and pongs that nobody asked for. */
function answered(
  number: number,
  title: string,
  steps: readonly Step[],
  pongs: readonly Event[],
  ms = 1000,
): ScriptCase {
  return {
    kind: "script",
    id: `2.${number}`,
    title,
    expectation:
      pongs.length > 1
        ? "A pong for each ping, in order, with the ping's payload."
        : "One pong with the ping's payload.",
    closing: closedByFuzzer,
    steps: () => [...steps, closeAfter(ms)],
    expected: { OK: pongs },
    closesWhenMatched: 1000,
  };
}

function ignored(number: number, title: string, payload: string): ScriptCase {
  return {
    ...answered(number, title, [pong(payload), close(Buffer.from([0x03, 0xe8]))], []),
    expectation: "Silence, then the peer's part in the closing handshake.",
  };
}

const binary = Buffer.from("00fffefdfcfb00ff", "hex");
const longest = repeated("fe", 125);
const tooLong: ScriptCase = {
  kind: "script",
  id: "2.5",
  title: "Ping with 126 bytes, one more than a control frame may have",
  expectation: "The connection is failed with 1002 and no pong is sent.",
  closing: refused(1002),
  steps: () => [frame(9, repeated("fe", 126)), killAfter(1000)],
  expected: { OK: [] },
};
const unasked = "unsolicited pong payload";
const ten = Array.from({ length: 10 }, (_, i) => `payload-${i}`);

export const pingCases: readonly ScriptCase[] = [
  answered(1, "Ping without payload", [ping()], [ponged("")]),
  answered(2, "Ping with a text payload", [ping("Hello, world!")], [ponged("Hello, world!")]),
  answered(3, "Ping with a payload that is not UTF-8", [ping(binary)], [ponged(binary)]),
  answered(4, "Ping with 125 bytes", [ping(longest)], [ponged(longest)]),
  tooLong,
  answered(
    6,
    "Ping with 125 bytes, one byte per write",
    [ping(longest, { bytesPerWrite: 1 })],
    [ponged(longest)],
    2000,
  ),
  ignored(7, "Pong that nobody asked for, without payload", ""),
  ignored(8, "Pong that nobody asked for, with payload", unasked),
  answered(
    9,
    "Pong that nobody asked for, then a ping",
    [pong(unasked), ping("ping payload")],
    [ponged("ping payload")],
  ),
  answered(
    10,
    "Ten pings in a row",
    ten.map((p) => ping(p)),
    ten.map(ponged),
    3000,
  ),
  answered(
    11,
    "Ten pings in a row, one byte per write",
    ten.map((p) => ping(p, { bytesPerWrite: 1 })),
    ten.map(ponged),
    3000,
  ),
];
