import { describe, expect, it } from "vitest";
import type { DeflateParameters, DeflatePolicy } from "../../src/deflate/params.ts";
import { negotiateWithin, takeoverBytes, TakeoverBudget } from "../../src/deflate/takeover.ts";
import { DEFAULT_POLICY } from "./policy.ts";

const both: DeflatePolicy = { ...DEFAULT_POLICY, serverContextTakeover: true, clientContextTakeover: true };
const agreed = (server: number | undefined, client: number | undefined): DeflateParameters => ({
  serverNoContextTakeover: server === undefined,
  clientNoContextTakeover: client === undefined,
  serverMaxWindowBits: server ?? 15,
  clientMaxWindowBits: client ?? 15,
});

describe("takeoverBytes", () => {
  it("is nothing without takeover", () => {
    expect(takeoverBytes(agreed(undefined, undefined), "server")).toBe(0);
    expect(takeoverBytes(agreed(undefined, undefined), "client")).toBe(0);
  });

  it("counts a window and a slice to inflate, and the tables of the search to deflate", () => {
    expect(takeoverBytes(agreed(undefined, 15), "server")).toBe(48 * 1024);
    expect(takeoverBytes(agreed(undefined, 8), "server")).toBe(256 + 16 * 1024);
    expect(takeoverBytes(agreed(15, undefined), "server")).toBe((48 + 32) * 1024 + 12);
    expect(takeoverBytes(agreed(8, undefined), "server")).toBe(16 * 1024 + 256 + 2048 + 12);
  });

  it("turns the directions round for a client", () => {
    expect(takeoverBytes(agreed(9, 14), "client")).toBe(takeoverBytes(agreed(14, 9), "server"));
  });
});

describe("negotiateWithin", () => {
  const offers = [{ name: "permessage-deflate", parameters: [] }];
  const one = takeoverBytes(agreed(15, 15), "server");

  it("agrees to takeover while the budget lasts, and to none past it", () => {
    const budget = new TakeoverBudget(2 * one);
    const answers = Array.from({ length: 3 }, () => negotiateWithin(budget, offers, both)!);
    expect(answers.map(({ reserved }) => reserved)).toEqual([one, one, 0]);
    expect(answers.map(({ parameters }) => parameters.serverNoContextTakeover)).toEqual([false, false, true]);
    expect(answers[2]!.answer.parameters.map(({ name }) => name)).toEqual([
      "server_no_context_takeover",
      "client_no_context_takeover",
    ]);
    expect(budget.reserved).toBe(2 * one);
    budget.release(one);
    expect(negotiateWithin(budget, offers, both)!.reserved).toBe(one);
  });

  it("reserves for the windows that are agreed on, and goes on with all else of the policy without them", () => {
    const narrow = [
      { name: "permessage-deflate", parameters: [{ name: "server_max_window_bits", value: "9" }] },
    ];
    const bytes = takeoverBytes(agreed(9, 15), "server");
    const budget = new TakeoverBudget(bytes);
    expect(negotiateWithin(budget, narrow, both)!.reserved).toBe(bytes);
    const { parameters, reserved } = negotiateWithin(budget, offers, { ...both, serverMaxWindowBits: 10 })!;
    expect(reserved).toBe(0);
    expect(parameters).toEqual({ ...agreed(undefined, undefined), serverMaxWindowBits: 10 });
  });

  it("reserves nothing where no takeover is agreed to, and declines what negotiate declines", () => {
    const budget = new TakeoverBudget(0);
    expect(negotiateWithin(budget, offers, DEFAULT_POLICY)!.reserved).toBe(0);
    expect(negotiateWithin(budget, [], both)).toBeUndefined();
    expect(budget.reserved).toBe(0);
  });
});
