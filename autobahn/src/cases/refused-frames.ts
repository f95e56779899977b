import { message, refused, type ScriptCase } from "./case.ts";
import { frame, type FrameOptions, killAfter, ping, text } from "./step.ts";

/* Sections 3 and 4: reserved bits and reserved opcodes. Both want the connection failed with 1002. */

const hello = "Hello, world!";
const binary = Buffer.from("00fffefdfcfb00ff", "hex");

const base = { kind: "script", closing: refused(1002) } as const;

/** The forbidden frame comes first. */
function alone(id: string, title: string, opcode: number, payload: string | Buffer, rsv = 0): ScriptCase {
  return {
    ...base,
    id,
    title,
    expectation: "The connection is failed with 1002.",
    steps: () => [frame(opcode, payload, { rsv }), killAfter(1000)],
    expected: { OK: [] },
  };
}

interface Forbidden {
  readonly opcode: number;
  readonly payload: string;
  readonly rsv?: number;
}

/** The forbidden frame comes between a good text and a ping: the text is still owed its echo. */
function between(id: string, title: string, forbidden: Forbidden, how: FrameOptions = {}): ScriptCase {
  const { opcode, payload, rsv = 0 } = forbidden;
  return {
    ...base,
    id,
    title,
    expectation: "The first message is echoed, then the connection is failed with 1002; no pong is sent.",
    steps: () => [text(hello, how), frame(opcode, payload, { ...how, rsv }), ping("", how), killAfter(1000)],
    expected: { OK: [message(hello)], "NON-STRICT": [] },
    nonStrict: "The connection was failed before the first message was echoed.",
  };
}

const oneByte = { bytesPerWrite: 1 };

export const reservedBitCases: readonly ScriptCase[] = [
  alone("3.1", "Text with RSV3", 1, hello, 1),
  between("3.2", "Good text, text with RSV2, ping", { opcode: 1, payload: hello, rsv: 2 }),
  between(
    "3.3",
    "Good text, text with RSV2 and RSV3, ping; a write for each frame",
    { opcode: 1, payload: hello, rsv: 3 },
    { sync: true },
  ),
  between(
    "3.4",
    "Good text, text with RSV1 though no extension was agreed, ping; one byte per write",
    { opcode: 1, payload: hello, rsv: 4 },
    oneByte,
  ),
  alone("3.5", "Binary frame with RSV1 and RSV3", 2, binary, 5),
  alone("3.6", "Binary frame with RSV1 and RSV2 (the original calls it a ping)", 2, hello, 6),
  alone("3.7", "Close frame with all reserved bits", 8, "", 7),
];

/** 4.1 and 4.2 are the same five shapes over data opcodes from 3 and control opcodes from 11. */
function reserved(section: string, first: number, kind: string): ScriptCase[] {
  const title = (i: number, rest: string): string => `${kind} opcode ${first + i}${rest}`;
  return [
    alone(`${section}.1`, title(0, ", empty"), first, ""),
    alone(`${section}.2`, title(1, " with payload"), first + 1, "reserved opcode payload"),
    between(`${section}.3`, `Good text, ${title(2, ", empty, ping")}`, { opcode: first + 2, payload: "" }),
    between(`${section}.4`, `Good text, ${title(3, " with payload, ping")}`, {
      opcode: first + 3,
      payload: hello,
    }),
    between(
      `${section}.5`,
      `Good text, ${title(4, " with payload, ping; one byte per write")}`,
      { opcode: first + 4, payload: hello },
      oneByte,
    ),
  ];
}

export const reservedOpcodeCases: readonly ScriptCase[] = [
  ...reserved("4.1", 3, "reserved data"),
  ...reserved("4.2", 11, "reserved control"),
];
