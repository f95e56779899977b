import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  negotiate,
  offerFor,
  verifyAnswer,
  type DeflatePolicy,
  type ExtensionParameter,
} from "../../src/deflate/params.ts";
import { check } from "../check.ts";

const BITS = ["8", "9", "10", "11", "12", "13", "14", "15"];
/** The model's grammar: every value that a parameter may have in an offer. */
const GRAMMAR: Record<string, readonly (string | undefined)[]> = {
  server_no_context_takeover: [undefined],
  client_no_context_takeover: [undefined],
  server_max_window_bits: BITS,
  client_max_window_bits: [undefined, ...BITS],
};

const right = fc
  .constantFrom(...Object.keys(GRAMMAR))
  .chain((name) => fc.constantFrom(...GRAMMAR[name]!).map((value) => ({ name, value })));
const wrong = fc.record({
  name: fc.constantFrom(...Object.keys(GRAMMAR), "unknown", "__proto__", "SERVER_MAX_WINDOW_BITS"),
  value: fc.constantFrom(undefined, "", "0", "7", "08", "16", "150", "9 ", "x", ...BITS),
});
const parameterList = fc.array(fc.oneof({ weight: 12, arbitrary: right }, { weight: 1, arbitrary: wrong }), {
  maxLength: 5,
});
const offers = fc.array(
  fc.record({
    name: fc.constantFrom("permessage-deflate", "permessage-deflate", "permessage-bzip2"),
    parameters: parameterList,
  }),
  { maxLength: 4 },
);
const window = fc.oneof(fc.constant(15), fc.integer({ min: 8, max: 15 }));
const policy: fc.Arbitrary<DeflatePolicy> = fc.record({
  serverContextTakeover: fc.boolean(),
  clientContextTakeover: fc.boolean(),
  serverMaxWindowBits: window,
  clientMaxWindowBits: window,
});

type Row = [offered: string, mayKeep: boolean, answered: boolean];
const TAKEOVER: readonly Row[] = [
  ["absent", true, false],
  ["absent", false, true],
  ["present", true, true],
  ["present", false, true],
];
/** The answer's window by what was offered (rows) and by the policy's limit; "-" is absent, "!" declines. */
const SERVER_WINDOW: Record<string, (limit: number) => string> = {
  absent: (limit) => (limit === 15 ? "-" : String(limit)),
  value: () => "smaller",
};
const CLIENT_WINDOW: Record<string, (limit: number) => string> = {
  absent: (limit) => (limit === 15 ? "-" : "!"),
  bare: (limit) => (limit === 15 ? "-" : String(limit)),
  value: () => "smaller",
};

function model(list: readonly ExtensionParameter[], p: DeflatePolicy): string[] | undefined {
  const legal =
    new Set(list.map(({ name }) => name)).size === list.length &&
    list.every(({ name, value }) => Object.hasOwn(GRAMMAR, name) && GRAMMAR[name]!.includes(value));
  if (!legal) return undefined;
  const find = (name: string): ExtensionParameter | undefined => list.find((x) => x.name === name);
  const keep = (name: string, mayKeep: boolean): string[] => {
    const offered = find(name) ? "present" : "absent";
    return TAKEOVER.find(([o, k]) => o === offered && k === mayKeep)![2] ? [name] : [];
  };
  const size = (name: string, table: typeof SERVER_WINDOW, limit: number): string => {
    const offered = find(name);
    const row = offered ? (offered.value === undefined ? "bare" : "value") : "absent";
    const cell = table[row]!(limit);
    if (cell !== "smaller") return cell;
    const least = [Number(offered!.value), limit].toSorted((a, b) => a - b)[0]!;
    return least === 15 && table === CLIENT_WINDOW ? "-" : String(least);
  };
  const server = size("server_max_window_bits", SERVER_WINDOW, p.serverMaxWindowBits);
  const client = size("client_max_window_bits", CLIENT_WINDOW, p.clientMaxWindowBits);
  if (client === "!") return undefined;
  return [
    ...keep("server_no_context_takeover", p.serverContextTakeover),
    ...keep("client_no_context_takeover", p.clientContextTakeover),
    ...(server === "-" ? [] : [`server_max_window_bits=${server}`]),
    ...(client === "-" ? [] : [`client_max_window_bits=${client}`]),
  ];
}

const flat = (list: readonly ExtensionParameter[]): string[] =>
  list.map(({ name, value }) => (value === undefined ? name : `${name}=${value}`));
const has = (list: readonly string[], name: string): boolean => list.includes(name);
const bits = (list: readonly string[], name: string): number =>
  Number(list.find((x) => x.startsWith(name))?.split("=")[1] ?? 15);

describe("negotiation", () => {
  it("answers as the table does, and agrees to what its answer says", () => {
    check(
      3000,
      fc.property(offers, policy, (list, p) => {
        const expected = list
          .filter(({ name }) => name === "permessage-deflate")
          .map(({ parameters }) => model(parameters, p))
          .find((answer) => answer !== undefined);
        const agreement = negotiate(list, p);
        const answer = agreement && flat(agreement.answer.parameters);
        expect(answer).toEqual(expected);
        if (!agreement || !answer) return;
        const agreed = agreement.parameters;
        expect(agreed.serverNoContextTakeover).toBe(has(answer, "server_no_context_takeover"));
        expect(agreed.clientNoContextTakeover).toBe(has(answer, "client_no_context_takeover"));
        expect(agreed.serverMaxWindowBits).toBe(bits(answer, "server_max_window_bits"));
        expect(agreed.clientMaxWindowBits).toBe(bits(answer, "client_max_window_bits"));
      }),
    );
  });

  it("brings our client and our server to the same parameters, whatever their policies", () => {
    check(
      1000,
      fc.property(policy, policy, (ours, theirs) => {
        const agreement = negotiate([offerFor(ours)], theirs);
        expect(agreement).toBeDefined();
        const verified = verifyAnswer(agreement!.answer.parameters, ours);
        expect(verified).toEqual({ parameters: agreement!.parameters });
      }),
    );
  });
});
