import { describe, expect, it } from "vitest";
import {
  negotiate,
  offerFor,
  verifyAnswer,
  type Extension,
  type ExtensionParameter,
} from "../../src/deflate/params.ts";
import { DEFAULT_POLICY } from "./policy.ts";

/** `a; b=1` as the header's parser would hand it over. */
const parameters = (text: string): ExtensionParameter[] =>
  text
    .split(";")
    .map((part) => part.trim())
    .filter(Boolean)
    .map((part) => {
      const [name, value] = part.split("=");
      return { name: name!, value };
    });
const offer = (text: string, name = "permessage-deflate"): Extension => ({
  name,
  parameters: parameters(text),
});
const text = (list: readonly ExtensionParameter[]): string =>
  list.map(({ name, value }) => (value === undefined ? name : `${name}=${value}`)).join("; ");

const takeover = { ...DEFAULT_POLICY, serverContextTakeover: true, clientContextTakeover: true };
const answerTo = (offers: string | Extension[], policy = takeover): string | undefined => {
  const agreement = negotiate(typeof offers === "string" ? [offer(offers)] : offers, policy);
  return agreement && text(agreement.answer.parameters);
};

describe("negotiate (RFC 7692 section 7.1)", () => {
  it.each([
    ["", ""],
    ["client_max_window_bits", ""],
    ["server_no_context_takeover", "server_no_context_takeover"],
    ["client_no_context_takeover", "client_no_context_takeover"],
    ["server_max_window_bits=10", "server_max_window_bits=10"],
    ["server_max_window_bits=15", "server_max_window_bits=15"],
    ["client_max_window_bits=8", "client_max_window_bits=8"],
    ["client_max_window_bits=15", ""],
    [
      "client_max_window_bits=9; server_max_window_bits=8; client_no_context_takeover; server_no_context_takeover",
      "server_no_context_takeover; client_no_context_takeover; server_max_window_bits=8; client_max_window_bits=9",
    ],
  ])("answers %j with %j", (asked, answered) => {
    expect(answerTo(asked)).toBe(answered);
  });

  it.each([
    "unknown",
    "__proto__",
    "constructor=1",
    "server_no_context_takeover=1",
    "client_no_context_takeover=",
    "server_no_context_takeover; server_no_context_takeover",
    "client_max_window_bits; client_max_window_bits=9",
    "server_max_window_bits",
    "server_max_window_bits=",
    "server_max_window_bits=7",
    "server_max_window_bits=16",
    "server_max_window_bits=08",
    "client_max_window_bits=08",
    "client_max_window_bits=",
    "client_max_window_bits=1e1",
    "client_max_window_bits=+9",
    "client_max_window_bits=9.0",
  ])("declines the offer %j and tries the next", (asked) => {
    expect(answerTo(asked)).toBeUndefined();
    expect(answerTo([offer(asked), offer("server_max_window_bits=9")])).toBe("server_max_window_bits=9");
  });

  it("takes the first acceptable offer of its own name", () => {
    expect(answerTo([offer("", "x-webkit-deflate-frame")])).toBeUndefined();
    expect(
      answerTo([offer("", "x"), offer("server_max_window_bits=12"), offer("server_max_window_bits=9")]),
    ).toBe("server_max_window_bits=12");
  });

  it("asks for no context takeover where the policy allows none, offered or not", () => {
    expect(answerTo("", DEFAULT_POLICY)).toBe("server_no_context_takeover; client_no_context_takeover");
  });

  it("names client_max_window_bits only where it was offered, and declines what it cannot limit", () => {
    const policy = { ...takeover, clientMaxWindowBits: 10, serverMaxWindowBits: 11 };
    expect(answerTo("client_max_window_bits", policy)).toBe(
      "server_max_window_bits=11; client_max_window_bits=10",
    );
    expect(answerTo("client_max_window_bits=9", policy)).toBe(
      "server_max_window_bits=11; client_max_window_bits=9",
    );
    expect(answerTo("", policy)).toBeUndefined();
  });
});

describe("the client's side", () => {
  it("offers what its policy says", () => {
    expect(text(offerFor(takeover).parameters)).toBe("client_max_window_bits");
    expect(
      text(offerFor({ ...DEFAULT_POLICY, serverMaxWindowBits: 9, clientMaxWindowBits: 10 }).parameters),
    ).toBe(
      "server_no_context_takeover; client_no_context_takeover; server_max_window_bits=9; client_max_window_bits=10",
    );
  });

  it.each([
    ["unknown", "malformed-parameters"],
    ["server_max_window_bits=9; server_max_window_bits=9", "malformed-parameters"],
    ["client_max_window_bits", "malformed-parameters"],
    ["server_no_context_takeover=true", "malformed-parameters"],
    ["server_max_window_bits=16", "malformed-parameters"],
    ["", "offer-ignored"],
    ["server_no_context_takeover", "offer-ignored"],
    ["server_max_window_bits=12", "offer-ignored"],
    ["server_no_context_takeover; server_max_window_bits=13", "window-exceeds-offer"],
    [
      "server_no_context_takeover; server_max_window_bits=12; client_max_window_bits=12",
      "window-exceeds-offer",
    ],
  ])("refuses the answer %j: %s", (answered, error) => {
    const policy = { ...DEFAULT_POLICY, serverMaxWindowBits: 12, clientMaxWindowBits: 11 };
    expect(verifyAnswer(parameters(answered), policy)).toEqual({ error });
  });

  it("takes what the answer grants, and keeps its own promises", () => {
    const policy = { ...DEFAULT_POLICY, clientMaxWindowBits: 11 };
    expect(verifyAnswer(parameters("server_no_context_takeover"), policy)).toEqual({
      parameters: {
        serverNoContextTakeover: true,
        clientNoContextTakeover: true,
        serverMaxWindowBits: 15,
        clientMaxWindowBits: 11,
      },
    });
    expect(
      verifyAnswer(parameters("client_no_context_takeover; client_max_window_bits=8"), takeover),
    ).toEqual({
      parameters: {
        serverNoContextTakeover: false,
        clientNoContextTakeover: true,
        serverMaxWindowBits: 15,
        clientMaxWindowBits: 8,
      },
    });
  });
});
