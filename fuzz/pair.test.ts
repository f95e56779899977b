import * as fc from "fast-check";
import { expect, it } from "vitest";
import { payload } from "./arbitraries/octets.ts";
import { validText } from "./arbitraries/text.ts";
import { digits } from "./oracles/connection.ts";
import { type End, Pair, type Side } from "./pair.ts";
import { check } from "./check.ts";

/*
 * Two connections back to back over a link that cuts, delays and drops. Whatever is called and carried, in whatever
 * order: each message arrives once, whole and in order, or the connection says that it failed.
 */

/** What is true in between, whatever has been done. */
interface Model {
  dropped: boolean;
}
type Step = fc.Command<Model, Pair>;

const command = (name: string, act: (pair: Pair, model: Model) => void): Step => ({
  check: () => true,
  run: (model, pair) => {
    act(pair, model);
    pair.check();
  },
  toString: () => name,
});

const side = fc.constantFrom<Side>("server", "client");
const whileOpen = (end: End, act: () => void): void => {
  if (end.connection.state === "open") act();
};

const steps = [
  fc.tuple(side, fc.boolean(), validText, payload).map(([who, text, words, bytes]) =>
    command(`${who} sends ${text ? digits(words) : `${bytes.length} octets`}`, (pair) => {
      const end = pair.ends[who];
      whileOpen(end, () => end.send(text ? "text" : "binary", text ? words : bytes));
    }),
  ),
  fc.tuple(side, validText, fc.boolean()).map(([who, words, last]) =>
    command(`${who} sends a fragment ${digits(words)}${last ? ", the last" : ""}`, (pair) => {
      const end = pair.ends[who];
      whileOpen(end, () => end.sendFragment(words, last));
    }),
  ),
  fc.tuple(side, fc.uint8Array({ maxLength: 125 })).map(([who, bytes]) =>
    command(`${who} pings ${digits(bytes)}`, (pair) => {
      const end = pair.ends[who];
      whileOpen(end, () => end.ping(bytes));
    }),
  ),
  fc
    .tuple(side, fc.nat({ max: 5000 }))
    .map(([who, size]) => command(`${size} octets of ${who}'s are carried`, (pair) => pair.carry(who, size))),
  fc
    .tuple(side, fc.nat({ max: 5 }))
    .map(([who, size]) => command(`${size} octets of ${who}'s are carried`, (pair) => pair.carry(who, size))),
];
const endings = [
  fc
    .tuple(side, fc.constantFrom(1000, 1001, 3000, 4999, undefined))
    .map(([who, code]) =>
      command(`${who} closes with ${code}`, (pair) => pair.ends[who].connection.close(code)),
    ),
  fc.constant(
    command("the link drops", (pair, model) => {
      model.dropped = true;
      pair.drop();
    }),
  ),
];
const all = fc.commands([...steps, ...steps, ...steps, ...steps, ...endings], {
  maxCommands: 40,
  size: "+1",
});

it("each message arrives once, whole and in order, or the connection says that it failed", () => {
  const limits = fc.record({
    delivery: fc.constantFrom("messages" as const, "pieces" as const),
    maxPayload: fc.oneof(
      { weight: 3, arbitrary: fc.constant(1_000_000) },
      { weight: 1, arbitrary: fc.nat({ max: 100 }) },
    ),
  });
  check(
    500,
    fc.property(all, limits, limits, fc.boolean(), (commands, ofServer, ofClient, orderly) => {
      const pair = new Pair(ofServer, ofClient);
      const model = { dropped: false };
      fc.modelRun(() => ({ model, real: pair }), commands);
      pair.settle(orderly && !model.dropped);
      const { server, client } = pair.ends;
      expect([server.connection.state, client.connection.state]).toEqual(["ended", "ended"]);
      expect([server.closes, client.closes].map(({ length }) => length)).toEqual([1, 1]);
      for (const [from, to] of [
        [server, client],
        [client, server],
      ] as const) {
        expect(to.received).toEqual(from.sent.slice(0, to.received.length));
        expect(to.pings).toEqual(from.pinged.slice(0, to.pings.length));
        // Nothing is lost where both say that all went well.
        const well = !model.dropped && to.closes[0]!.clean && from.closes[0]!.violation === undefined;
        expect(well ? to.received : from.sent).toEqual(from.sent);
        expect(well && from.closes[0]!.clean ? to.closes[0]!.violation : undefined).toBeUndefined();
      }
    }),
  );
});
