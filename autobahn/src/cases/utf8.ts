import { isUtf8 } from "node:buffer";
import { Opcode } from "../wire/opcode.ts";
import { closedByFuzzer, message, refused, type ScriptCase, timedOut } from "./case.ts";
import { closeAfter, continuation, fragments, killAfter, type Step, text, wait } from "./step.ts";
import { utf8Texts } from "./utf8-texts.ts";

/* Section 6: text is UTF-8, wherever frames and writes cut it, and what is not has to be refused with 1007. */

const hex = (digits: string): Buffer => Buffer.from(digits, "hex");
const more = { fin: false };

function valid(id: string, title: string, payload: Buffer, steps: () => Step[]): ScriptCase {
  return {
    kind: "script",
    id: `6.${id}`,
    title,
    expectation: "The same text comes back.",
    closing: closedByFuzzer,
    steps,
    expected: { OK: [message(payload)] },
    closesWhenMatched: 1000,
  };
}

function invalid(id: string, title: string, steps: () => Step[]): ScriptCase {
  return {
    kind: "script",
    id: `6.${id}`,
    title,
    expectation: "The connection is failed with 1007 and nothing is echoed.",
    closing: refused(1007),
    steps,
    expected: { OK: [] },
    wrongCloserFails: true,
  };
}

const closed =
  (...steps: Step[]): (() => Step[]) =>
  () => [...steps, closeAfter(1000)];

const middle = Buffer.from("middle frame payload");
const latin = Buffer.from("Hello-µ@ßöäüàá-UTF-8!!");
const greek = hex("cebae1bdb9cf83cebcceb5");
const edited = Buffer.from("edited");
/** A surrogate between good characters. */
const broken = Buffer.concat([greek, hex("eda080"), edited]);

const cuts: readonly ScriptCase[] = [
  valid("1.1", "Empty text", Buffer.alloc(0), closed(text())),
  valid(
    "1.2",
    "Empty text in three fragments",
    Buffer.alloc(0),
    closed(text("", more), continuation("", more), continuation("")),
  ),
  valid(
    "1.3",
    "Text in three fragments, the first and the last empty",
    middle,
    closed(text("", more), continuation(middle, more), continuation("")),
  ),
  valid("2.1", "Two-byte characters in one frame", latin, closed(text(latin))),
  valid(
    "2.2",
    "Two-byte characters in two fragments, cut between characters",
    latin,
    closed(text(latin.subarray(0, 15), more), continuation(latin.subarray(15))),
  ),
  valid(
    "2.3",
    "Two-byte characters, one byte per fragment",
    latin,
    closed(...fragments(Opcode.text, latin, 1)),
  ),
  valid("2.4", "Greek, one byte per fragment", greek, closed(...fragments(Opcode.text, greek, 1))),
  invalid("3.1", "A surrogate inside a text in one frame", () => [text(broken), killAfter(1000)]),
  invalid("3.2", "A surrogate inside a text, one byte per fragment", () => [
    ...fragments(Opcode.text, broken, 1),
    killAfter(1000),
  ]),
];

/** 6.4: the text goes wrong in its second part, a second before the third is sent. Who waits for it is late. */
type Parts = readonly [first: Buffer, second: Buffer, third: Buffer];

function early(number: number, [first, second, third]: Parts, title: string, send: Send): ScriptCase {
  return {
    ...invalid(`4.${number}`, title, () => [
      ...send.first(first, first.length + second.length + third.length),
      wait(1000, "A"),
      ...send.second(second),
      wait(1000, "B"),
      ...send.third(third),
      killAfter(1000),
    ]),
    expectation:
      "The connection is failed with 1007 as soon as the text is invalid (OK), or after its end (NON-STRICT).",
    expected: { OK: [timedOut("A")], "NON-STRICT": [timedOut("A"), timedOut("B")] },
    nonStrict: "The text was refused only after its end, not as soon as it was invalid.",
  };
}

interface Send {
  readonly first: (payload: Buffer, whole: number) => Step[];
  readonly second: (payload: Buffer) => Step[];
  readonly third: (payload: Buffer) => Step[];
}

const inFragments: Send = {
  first: (payload) => [text(payload, more)],
  second: (payload) => [continuation(payload, more)],
  third: (payload) => [continuation(payload)],
};

const bytesOf = (payload: Buffer): Step => ({ do: "frame bytes", payload });
const inOneFrame: Send = {
  first: (payload, length) => [
    { do: "frame start", opcode: Opcode.text, fin: false, length },
    bytesOf(payload),
  ],
  second: (payload) => [bytesOf(payload)],
  third: (payload) => [bytesOf(payload), continuation("")],
};

/** F4 90 is beyond U+10FFFF. The second byte is the first that cannot be right. */
const outOfRange: Parts = [greek, hex("f4908080"), edited];
const secondByteAlone: Parts = [
  Buffer.concat([greek, hex("f4")]),
  hex("90"),
  Buffer.concat([hex("8080"), edited]),
];

const earlyCases: readonly ScriptCase[] = [
  early(1, outOfRange, "Three fragments, the second makes the text invalid", inFragments),
  early(
    2,
    secondByteAlone,
    "Three fragments, the second is the one byte that makes the text invalid",
    inFragments,
  ),
  early(3, outOfRange, "A payload in three writes, the second makes the text invalid", inOneFrame),
  early(
    4,
    secondByteAlone,
    "A payload in three writes, the second is the one byte that makes the text invalid",
    inOneFrame,
  ),
];

/** 6.5 to 6.23: one text frame each. Whether it is valid is not written down twice: it is computed. */
const singleFrames: readonly ScriptCase[] = utf8Texts.flatMap(({ section, about, texts }) =>
  texts.map((digits, i) => {
    const payload = hex(digits);
    const id = `${section}.${i + 1}`;
    const shown = digits.length > 24 ? `${digits.slice(0, 24)}…` : digits;
    const title = `${about} (hex ${shown})`;
    const steps = (): Step[] => [text(payload), killAfter(500)];
    return isUtf8(payload) ? valid(id, title, payload, steps) : invalid(id, title, steps);
  }),
);

export const utf8Cases: readonly ScriptCase[] = [...cuts, ...earlyCases, ...singleFrames];
