import * as fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { checkAsync } from "../check.ts";
import { type AppStep, type ClientStep, type Mode, type Plan, Race } from "./race.ts";

/*
 * Asynchronous hooks, slow handlers, stalled peers, drains, shutdown and destroyed transports in every order: nothing is
 * rejected unheard, nothing comes behind the close, nothing is lost.
 */

const often = (...steps: ClientStep[]): fc.Arbitrary<ClientStep> => fc.constantFrom(...steps);
const plan: fc.Arbitrary<Plan> = fc.record({
  mode: fc.constantFrom<Mode>("message", "stream", "iterate", "iterate streams"),
  client: fc.array(
    fc.oneof(
      { weight: 6, arbitrary: often("message", "fragments", "ping") },
      { weight: 1, arbitrary: often("stall", "read") },
      { weight: 2, arbitrary: often("close", "end", "destroy", "violate") },
    ),
    { maxLength: 8 },
  ),
  app: fc.array(fc.constantFrom<AppStep>("send", "send", "large", "ping", "close", "terminate", "shutdown"), {
    maxLength: 4,
  }),
  slow: fc.record({ upgrade: fc.boolean(), open: fc.boolean(), message: fc.boolean() }),
  fails: fc.oneof({ weight: 4, arbitrary: fc.constant(99) }, { weight: 1, arbitrary: fc.nat({ max: 3 }) }),
  readAhead: fc.constantFrom(0, 100, 65_536),
});

/** What nobody has caught. */
const unheard: unknown[] = [];
const hear = (reason: unknown): void => void unheard.push(reason);
const KINDS = ["unhandledRejection", "uncaughtException"] as const;
beforeAll(() => KINDS.forEach((kind) => process.on(kind, hear)));
afterAll(() => KINDS.forEach((kind) => process.off(kind, hear)));

const isPrefix = (short: readonly string[], long: readonly string[]): void =>
  expect(short).toEqual(long.slice(0, short.length));

it("whatever the order of hooks, peers and shutdown: one close, nothing behind it, nothing lost", async () => {
  await checkAsync(
    300,
    fc.asyncProperty(fc.scheduler(), plan, async (s, how) => {
      const race = new Race(s, how);
      await race.run();
      expect(unheard.splice(0)).toEqual([]);
      expect(race.wrongs).toEqual([]);
      expect(race.left).toEqual({ sockets: 0, handshakes: 0 });
      expect(race.closes).toHaveLength(race.opened);
      isPrefix(race.begun, race.sent);
      isPrefix(race.handled, race.sent);
      const answers = race.answers.filter((text) => text.startsWith("answer"));
      isPrefix(
        answers,
        race.handled.map((text) => `answer to ${text}`),
      );
      const failures = race.failures.filter((error) => !/hook fails|middle of a message/.test(String(error)));
      expect(failures).toEqual([]);
      if (race.cut || race.ended || race.opened === 0) return;
      // Nobody has gone too early: all has been handled and answered, and then the end was told.
      expect(race.handled).toEqual(race.sent);
      expect(answers).toHaveLength(race.sent.length);
    }),
    {
      // The numbers of the tasks in the order in which they were let go, which a scheduler tells as text.
      // oxlint-disable-next-line typescript/no-base-to-string
      plain: ([s, how]) => [[...String(s).matchAll(/\[task\$\{(\d+)\}\]/g)].map(([, id]) => Number(id)), how],
      revive: ([order, how]) => [fc.schedulerFor(order as number[]), how as Plan],
    },
  );
});
