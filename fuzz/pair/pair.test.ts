import * as fc from "fast-check";
import { expect, it } from "vitest";
import type { MessageCodec } from "../../src/connection/codec.ts";
import { CodecMemory } from "../../src/deflate/codec.ts";
import { check, type CheckOptions } from "../check.ts";
import { type Agreed, agreed, codecOf } from "../compression/agreed.ts";
import type { EndOptions, Side } from "./end.ts";
import { Pair } from "./pair.ts";
import { largeSteps, plainSteps, steps, type Steps, stepsOf } from "./step.ts";

/*
 * Two connections back to back over a link that cuts, delays, spoils and drops. Whatever is called and carried, in
 * whatever order: each message arrives once, whole and in order, or the connection says that it failed.
 */

const limits = (largest: number): fc.Arbitrary<EndOptions> =>
  fc.record({
    delivery: fc.constantFrom("messages" as const, "pieces" as const),
    maxPayload: fc.oneof(
      { weight: 3, arbitrary: fc.constant(largest) },
      { weight: 1, arbitrary: fc.nat({ max: 100 }) },
    ),
  });

interface Setting {
  readonly server: EndOptions;
  readonly client: EndOptions;
  /** Whether both ends close in order once all is done. */
  readonly orderly: boolean;
}
const setting = (largest: number): fc.Arbitrary<Setting> =>
  fc.record({ server: limits(largest), client: limits(largest), orderly: fc.boolean() });

/** Steps are commands in a run, and data in the corpus. */
const asData = <Rest extends unknown[]>(): CheckOptions<[Steps, ...Rest]> => ({
  plain: ([taken, ...rest]) => [plainSteps(taken), ...rest],
  revive: ([taken, ...rest]) => [stepsOf(taken), ...(rest as Rest)],
});

function play(
  taken: Steps,
  { server, client, orderly }: Setting,
  codec?: (role: Side) => MessageCodec,
): void {
  const pair = new Pair({ server, client, codec });
  fc.modelRun(() => ({ model: {}, real: pair }), taken);
  pair.settle(orderly && pair.sound);
  const { ends, sound } = pair;
  expect([ends.server.connection.state, ends.client.connection.state]).toEqual(["ended", "ended"]);
  expect([ends.server.closes, ends.client.closes].map(({ length }) => length)).toEqual([1, 1]);
  for (const [from, to] of [
    [ends.server, ends.client],
    [ends.client, ends.server],
  ] as const) {
    const well = sound && to.closes[0]!.clean && from.closes[0]!.violation === undefined;
    expect(well && from.closes[0]!.clean ? to.closes[0]!.violation : undefined).toBeUndefined();
    // Nothing is lost where both say that all went well.
    if (well) expect([to.received, to.pings]).toEqual([from.sent, from.pinged]);
    if (pair.spoilt) continue;
    expect(to.received).toEqual(from.sent.slice(0, to.received.length));
    expect(to.pings).toEqual(from.pinged.slice(0, to.pings.length));
  }
}

it("each message arrives once, whole and in order, or the connection says that it failed", () => {
  check(
    500,
    fc.property(steps, setting(1_000_000), (taken, how) => play(taken, how)),
    asData<[Setting]>(),
  );
});

it("and so it is with compression, whatever was agreed", () => {
  const shared = new CodecMemory();
  check(
    300,
    fc.property(largeSteps, setting(1_000_000), agreed, (taken, how, parameters) => {
      play(taken, how, (role) => codecOf(shared, parameters, role));
    }),
    asData<[Setting, Agreed]>(),
  );
});
