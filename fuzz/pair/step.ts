import * as fc from "fast-check";
import type { MessageKind } from "../../src/connection/event.ts";
import { payload } from "../arbitraries/octets.ts";
import { validText } from "../arbitraries/text.ts";
import { decode, encode } from "../corpus.ts";
import { data } from "../deflate/data.ts";
import type { End, Side } from "./end.ts";
import type { Pair } from "./pair.ts";

/* What may be done to a pair, as data, so that a list of steps can be written down. */

export type Step =
  | { readonly send: MessageKind; readonly by: Side; readonly bytes: Uint8Array }
  | { readonly fragment: MessageKind; readonly by: Side; readonly bytes: Uint8Array; readonly last: boolean }
  | { readonly ping: Uint8Array; readonly by: Side }
  | { readonly carry: number; readonly by: Side }
  | { readonly spoil: number; readonly by: Side; readonly change: number }
  | { readonly close: number | undefined; readonly by: Side }
  | { readonly drop: true };

const whileOpen = (end: End, act: () => void): void => {
  if (end.connection.state === "open") act();
};

function take(step: Step, pair: Pair): void {
  if ("drop" in step) return pair.drop();
  const end = pair.ends[step.by];
  if ("carry" in step) pair.carry(step.by, step.carry);
  else if ("spoil" in step) pair.spoil(step.by, step.spoil, step.change);
  else if ("close" in step) end.connection.close(step.close);
  else if ("ping" in step) whileOpen(end, () => end.ping(step.ping));
  else if ("send" in step) whileOpen(end, () => end.send(step.send, step.bytes));
  else whileOpen(end, () => end.fragment(step.fragment, step.bytes, step.last));
}

/** A step as a command of fast-check's; its text is what the corpus holds. */
export class StepCommand implements fc.Command<object, Pair> {
  readonly #step: Step;

  constructor(step: Step) {
    this.#step = step;
  }

  check(): boolean {
    return true;
  }

  run(_: object, pair: Pair): void {
    take(this.#step, pair);
    pair.check();
  }

  toString(): string {
    return JSON.stringify(encode(this.#step));
  }
}

/** Their text is that of the steps that were taken. */
export interface Steps extends Iterable<fc.Command<object, Pair>> {
  toString(): string;
}

/** The steps that were taken, as data that JSON can say. */
export const plainSteps = (steps: Steps): unknown => JSON.parse(`[${steps.toString()}]`);
export const stepsOf = (plain: unknown): Steps =>
  (decode(plain) as Step[]).map((step) => new StepCommand(step));

const by = fc.constantFrom<Side>("server", "client");
const message = fc.oneof(
  fc.record({ send: fc.constant<MessageKind>("text"), by, bytes: validText }),
  fc.record({ send: fc.constant<MessageKind>("binary"), by, bytes: payload }),
);
const fragment = fc.oneof(
  fc.record({ fragment: fc.constant<MessageKind>("text"), by, bytes: validText, last: fc.boolean() }),
  fc.record({ fragment: fc.constant<MessageKind>("binary"), by, bytes: payload, last: fc.boolean() }),
);
const carried: fc.Arbitrary<Step> = fc.record({
  carry: fc.oneof(fc.nat({ max: 5 }), fc.nat({ max: 5000 })),
  by,
});
const usual: fc.Arbitrary<Step>[] = [
  message,
  fragment,
  fc.record({ ping: fc.uint8Array({ maxLength: 125 }), by }),
  carried,
  carried,
];
const large: fc.Arbitrary<Step> = fc.record({ send: fc.constant<MessageKind>("binary"), by, bytes: data });
const rare: fc.Arbitrary<Step>[] = [
  fc.record({ close: fc.constantFrom(1000, 1001, 3000, 4999, undefined), by }),
  fc.constant<Step>({ drop: true }),
  fc.record({ spoil: fc.nat({ max: 300 }), by, change: fc.integer({ min: 1, max: 255 }) }),
];

const commands = (steps: readonly fc.Arbitrary<Step>[]): fc.Arbitrary<Steps> =>
  fc.commands(
    steps.map((step) => step.map((one) => new StepCommand(one))),
    { maxCommands: 40, size: "+1", disableReplayLog: true },
  );
const often = [...usual, ...usual, ...usual, ...usual];

export const steps: fc.Arbitrary<Steps> = commands([...often, ...rare]);
/** With messages that are worth compressing. */
export const largeSteps: fc.Arbitrary<Steps> = commands([...often, large, large, large, ...rare]);
