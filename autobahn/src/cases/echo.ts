import { Opcode } from "../wire/opcode.ts";
import { closedByFuzzer, message, repeated, type ScriptCase } from "./case.ts";
import { frame, killAfter } from "./step.ts";

/** Section 1: one frame there and back. Lengths on both sides of where the header grows. */
const sizes: readonly (readonly [length: number, ms: number, bytesPerWrite?: number])[] = [
  [0, 1000],
  [125, 1000],
  [126, 1000],
  [127, 1000],
  [128, 1000],
  [65_535, 10_000],
  [65_536, 10_000],
  [65_536, 10_000, 997],
];

function echo(id: string, binary: boolean, [length, ms, bytesPerWrite]: (typeof sizes)[number]): ScriptCase {
  const payload = repeated(binary ? "fe" : "2a", length);
  const slowly = bytesPerWrite === undefined ? "" : `, written ${bytesPerWrite} bytes at a time`;
  return {
    kind: "script",
    id,
    title: `${binary ? "Binary" : "Text"} message of ${length} bytes in one frame${slowly}`,
    expectation: "The same message comes back.",
    closing: closedByFuzzer,
    steps: () => [frame(binary ? Opcode.binary : Opcode.text, payload, { bytesPerWrite }), killAfter(ms)],
    expected: { OK: [message(payload, binary)] },
    closesWhenMatched: 1000,
  };
}

export const echoCases: readonly ScriptCase[] = [false, true].flatMap((binary) =>
  sizes.map((size, i) => echo(`1.${binary ? 2 : 1}.${i + 1}`, binary, size)),
);
