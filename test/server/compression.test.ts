import { describe, expect, it } from "vitest";
import type { Extension } from "../../src/deflate/params.ts";
import { Compression } from "../../src/server/compression.ts";

const options = {
  threshold: 0,
  contextTakeover: true,
  takeoverBudget: 2 ** 30,
  serverMaxWindowBits: 15,
  clientMaxWindowBits: 15,
};
const offer = (parameters: Record<string, string | undefined>): Extension => ({
  name: "permessage-deflate",
  parameters: Object.entries(parameters).map(([name, value]) => ({ name, value })),
});
const flags = ["server_no_context_takeover", "client_no_context_takeover"];

/** Every combination of what can be agreed on. */
const offers = [
  {},
  { [flags[0]!]: undefined },
  { [flags[1]!]: undefined },
  Object.fromEntries(flags.map((f) => [f, undefined])),
].flatMap((takeover) =>
  [8, 9, 15].flatMap((server) =>
    [8, 9, 15].map((client) =>
      offer({ ...takeover, server_max_window_bits: `${server}`, client_max_window_bits: `${client}` }),
    ),
  ),
);

describe("the codec", () => {
  it("is shared by all connections with the same parameters, and by no others", () => {
    const compression = new Compression(options);
    const codecs = offers.map((each) => compression.agree([each])!.codec);
    expect(new Set(codecs).size).toBe(offers.length);
    for (const [i, each] of offers.entries()) expect(compression.agree([each])!.codec).toBe(codecs[i]);
  });

  it("is of one server", () => {
    const [one, other] = [new Compression(options), new Compression(options)];
    expect(one.agree([offer({})])!.codec).not.toBe(other.agree([offer({})])!.codec);
  });
});

describe("the budget", () => {
  it("is what connections have reserved and not given back", () => {
    const compression = new Compression(options);
    const [one, other] = [compression.agree([offer({})])!, compression.agree([offer({})])!];
    expect(compression.takeoverBytes).toBe(one.reserved + other.reserved);
    compression.release(one.reserved);
    expect(compression.takeoverBytes).toBe(other.reserved);
    expect(compression.agree([offer({ [flags[0]!]: undefined, [flags[1]!]: undefined })])!.reserved).toBe(0);
  });
});
