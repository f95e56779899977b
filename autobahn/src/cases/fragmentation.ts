import { closedByFuzzer, type Event, message, ponged, refused, repeated, type ScriptCase } from "./case.ts";
import { Opcode } from "../wire/opcode.ts";
import {
  closeAfter,
  continuation,
  type FrameOptions,
  fragments,
  frame,
  killAfter,
  ping,
  type Step,
  text,
  wait,
} from "./step.ts";

/* Section 5: what may and may not be cut into frames; and 10.1, one long message cut by the sender. */

type Steps = (how: FrameOptions) => Step[];

/** The shapes that come three times: as they are, a write for each frame, a write for each byte. */
const writings: readonly (readonly [suffix: string, how: FrameOptions])[] = [
  ["", {}],
  ["; a write for each frame", { sync: true }],
  ["; one byte per write", { bytesPerWrite: 1 }],
];

const more = { fin: false };
const [first, second, third, fourth] = ["fragment1", "fragment2", "fragment3", "fragment4"] as const;

function joined(
  number: number,
  title: string,
  steps: Steps,
  events: readonly Event[],
  how: FrameOptions = {},
): ScriptCase {
  return {
    kind: "script",
    id: `5.${number}`,
    title,
    expectation:
      events.length > 1
        ? "Each ping is answered as it comes, and the joined message is echoed."
        : "The joined message comes back.",
    closing: closedByFuzzer,
    steps: () => [...steps(how), closeAfter(1000)],
    expected: { OK: events },
    closesWhenMatched: 1000,
  };
}

function refusal(number: number, title: string, steps: Steps, how: FrameOptions = {}): ScriptCase {
  return {
    kind: "script",
    id: `5.${number}`,
    title,
    expectation: "The connection is failed with 1002, without an echo.",
    closing: refused(1002),
    steps: () => [...steps(how), killAfter(1000)],
    expected: { OK: [] },
  };
}

const twoFragments: Steps = (how) => [text(first, { ...how, ...more }), continuation(second, how)];
const withPing: Steps = (how) => {
  const [a, b] = twoFragments(how);
  return [a!, ping("ping payload", how), b!];
};
const stray =
  (fin: boolean): Steps =>
  (how) => [continuation("non-continuation payload", { ...how, fin }), text("Hello, world!", how)];
const strayTwice =
  (fin: boolean): Steps =>
  (how) => {
    const once = [
      continuation(first, { ...how, fin }),
      text(second, { ...how, ...more }),
      continuation(third, how),
    ];
    return [...once, ...once];
  };
const slowly: Steps = (how) => [
  text(first, { ...how, ...more }),
  continuation(second, { ...how, ...more }),
  ping("pongme 1!", how),
  wait(1000),
  continuation(third, { ...how, ...more }),
  continuation(fourth, { ...how, ...more }),
  ping("pongme 2!", how),
  continuation("fragment5", how),
];

const two = [message(first + second)];
const slowEvents = [
  ponged("pongme 1!"),
  ponged("pongme 2!"),
  message(`${first}${second}${third}${fourth}fragment5`),
];

const threefold = (from: number, make: (number: number, suffix: string, how: FrameOptions) => ScriptCase) =>
  writings.map(([suffix, how], i) => make(from + i, suffix, how));

export const fragmentationCases: readonly ScriptCase[] = [
  refusal(1, "Ping in two fragments", () => [frame(Opcode.ping, first, more), continuation(second)]),
  refusal(2, "Pong in two fragments", () => [frame(Opcode.pong, first, more), continuation(second)]),
  ...threefold(3, (n, suffix, how) => joined(n, `Text in two fragments${suffix}`, twoFragments, two, how)),
  ...threefold(6, (n, suffix, how) =>
    joined(
      n,
      `Text in two fragments with a ping between${suffix}`,
      withPing,
      [ponged("ping payload"), ...two],
      how,
    ),
  ),
  ...threefold(9, (n, suffix, how) =>
    refusal(n, `Final continuation of nothing, then a text${suffix}`, stray(true), how),
  ),
  ...threefold(12, (n, suffix, how) =>
    refusal(n, `Continuation of nothing, not final, then a text${suffix}`, stray(false), how),
  ),
  {
    ...refusal(15, "Text in two fragments, then a continuation of nothing, then a text", (how) => [
      ...twoFragments(how),
      continuation(third, more),
      text(fourth),
    ]),
    expectation: "The first message is echoed, then the connection is failed with 1002.",
    expected: { OK: two, "NON-STRICT": [] },
    nonStrict: "The connection was failed before the first message was echoed.",
  },
  refusal(16, "Twice: continuation of nothing, not final, then a text in two fragments", strayTwice(false)),
  refusal(17, "Twice: final continuation of nothing, then a text in two fragments", strayTwice(true)),
  refusal(18, "Text in two fragments, the second with the text opcode too", () => [
    text(first, more),
    text(second),
  ]),
  joined(19, "Text in five fragments, two pings and a pause between", slowly, slowEvents),
  joined(
    20,
    "Text in five fragments, two pings and a pause between; a write for each frame",
    slowly,
    slowEvents,
    {
      sync: true,
    },
  ),
];

const long = repeated("2a", 65_536);

export const autoFragmentCases: readonly ScriptCase[] = [
  {
    kind: "script",
    id: "10.1.1",
    title: "Text message of 65,536 bytes cut into frames of 1,300",
    expectation: "The message comes back whole.",
    closing: closedByFuzzer,
    steps: () => [...fragments(Opcode.text, long, 1300), killAfter(10_000)],
    expected: { OK: [message(long)] },
    closesWhenMatched: 1000,
  },
];
