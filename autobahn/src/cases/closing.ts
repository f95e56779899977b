import { serializeClose } from "../wire/close-payload.ts";
import { Opcode } from "../wire/opcode.ts";
import { type ClosingRule, closedByFuzzer, message, repeated, type ScriptCase } from "./case.ts";
import { close, continuation, frame, killAfter, ping, type Step, text } from "./step.ts";

/* Section 7: the closing handshake, its payloads and its codes. Here the fuzzer starts it. */

const normal = close(serializeClose(1000));
const hello = "Hello World!";

const clean: ClosingRule = closedByFuzzer;
const failed = (...codes: number[]): ClosingRule => ({ startedBy: "fuzzer", codes, clean: false });

const expectations = {
  clean: "The close is answered with 1000 or without a code, and nothing else is sent.",
  echoed: "The close is answered with 1000, the same code or none.",
  failed: "The connection is failed, with the code for it or by dropping TCP.",
  any: "Anything: this case only shows what the peer does.",
};

function closing(id: string, title: string, rule: ClosingRule, steps: readonly Step[]): ScriptCase {
  return {
    kind: "script",
    id: `7.${id}`,
    title,
    expectation: rule.clean
      ? rule.codes.length > 1
        ? expectations.echoed
        : expectations.clean
      : expectations.failed,
    closing: rule,
    steps: () => [...steps, killAfter(1000)],
    expected: { OK: [] },
    wrongCodeFails: true,
  };
}

function informational(script: ScriptCase): ScriptCase {
  return { ...script, expectation: expectations.any, wrongCodeFails: false, informational: true };
}

const basics: readonly ScriptCase[] = [
  {
    ...closing("1.1", "Text, and a close after its echo", clean, [text(hello)]),
    expectation: "The message is echoed, and the close answered with 1000 or without a code.",
    expected: { OK: [message(hello)] },
    closesWhenMatched: 1000,
  },
  closing("1.2", "Two close frames", clean, [normal, frame(Opcode.close)]),
  closing("1.3", "Close, then a ping", clean, [normal, ping()]),
  closing("1.4", "Close, then a text", clean, [normal, text(hello)]),
  closing("1.5", "First fragment, close, last fragment", clean, [
    text("fragment1", { fin: false }),
    normal,
    continuation("fragment2"),
  ]),
  {
    ...informational(
      closing("1.6", "Text of 256 KiB, short text, close and ping at once", clean, [
        text(repeated("4241736437266a683233", 262_144)),
        text(hello),
        normal,
        ping(),
      ]),
    ),
    expected: { OK: [message(hello)], "NON-STRICT": [] },
  },
];

const notUtf8 = Buffer.from("cebae1bdb9cf83cebcceb5eda080656469746564", "hex");

const payloads: readonly ScriptCase[] = [
  closing("3.1", "Close without payload", clean, [close("")]),
  closing("3.2", "Close with a payload of one byte", failed(1002), [close("a")]),
  closing("3.3", "Close with a code only", clean, [normal]),
  closing("3.4", "Close with a code and a reason", clean, [close(serializeClose(1000, hello))]),
  closing("3.5", "Close with a reason of 123 bytes, the longest", clean, [
    close(serializeClose(1000, "*".repeat(123))),
  ]),
  closing("3.6", "Close with a reason of 124 bytes, one too many", failed(1002), [
    close(serializeClose(1000, "*".repeat(124))),
  ]),
  closing("5.1", "Close with a reason that is not UTF-8", failed(1002, 1007), [
    close(Buffer.concat([serializeClose(1000), notUtf8])),
  ]),
];

const allowed = [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 3000, 3999, 4000, 4999];
const forbidden = [0, 999, 1004, 1005, 1006, 1016, 1100, 2000, 2999];
const outside = [5000, 65_535];

const withCode = (section: number, i: number, code: number, rule: ClosingRule): ScriptCase =>
  closing(`${section}.${i + 1}`, `Close code ${code}`, rule, [close(serializeClose(code))]);

export const closingCases: readonly ScriptCase[] = [
  ...basics,
  ...payloads,
  ...allowed.map((code, i) => ({
    ...withCode(7, i, code, { ...clean, codes: [1000, code] }),
    closesWhenMatched: 1000,
  })),
  ...forbidden.map((code, i) => ({ ...withCode(9, i, code, failed(1002)), closesWhenMatched: 1002 })),
  ...outside.map((code, i) => informational(withCode(13, i, code, failed(1000, code, 1002)))),
];
