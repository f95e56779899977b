import { describe, expect, it } from "vitest";
import type { ConnectionEvent } from "../../src/connection/event.ts";
import { VIOLATIONS, type Violation } from "../../src/frame/violation.ts";
import { hex, utf8 } from "../octets.ts";
import { clientFrame } from "../wire/octets.ts";
import { deflated, deflatingClient, deflatingServer, drain, TAKEOVER } from "./compressed.ts";
import { closeOf, feed, messageOf, output } from "./wire.ts";

const failed = (violation: Violation): ConnectionEvent => {
  const { code, message } = VIOLATIONS[violation];
  return closeOf(code, message, { violation, messageCut: true });
};

describe("text that only repeats the window", () => {
  it("is judged where that came in a binary message", () => {
    const sender = deflatingClient({}, { parameters: TAKEOVER });
    const octets = Uint8Array.from({ length: 100 }, (_, i) => 0xff - i);
    sender.sendBinary(octets);
    sender.sendText(octets);
    expect(feed(deflatingServer({}, { parameters: TAKEOVER }), output(sender))).toEqual([
      messageOf("binary", octets),
      failed("invalid-utf8"),
    ]);
  });
});

describe("what a compressed message may declare", () => {
  it.each([
    [428, undefined],
    [429, "message-too-big"],
  ] as const)("is counted over its frames, a flush for each: %i octets more are %s", (more, violation) => {
    // Stored blocks without an octet: 500 octets that nothing comes of.
    const blocks = hex("000000ffff".repeat(100));
    const connection = deflatingServer({ maxPayload: 700 });
    expect(feed(connection, clientFrame(0x42, blocks))).toEqual([]);
    // 700 and a seventh, 64 for each of two frames, less the 500 that have been.
    const header = Uint8Array.of(0x80, 0xfe, more >> 8, more & 0xff);
    expect(feed(connection, header)).toEqual(violation === undefined ? [] : [failed(violation)]);
  });
});

describe("a message of several slices", () => {
  const text = "words and wörds, ".repeat(6000);
  const octets = clientFrame(0xc1, deflated(text));

  it.each([0, 1])("is put together up to its limit, and not a byte beyond (%i)", (beyond) => {
    const maxPayload = utf8(text).length - beyond;
    const { events } = drain(deflatingServer({ maxPayload }), octets);
    expect(events).toEqual([beyond === 0 ? messageOf("text", utf8(text)) : failed("message-too-big")]);
  });

  it("of which the last octets make no character is refused", () => {
    const cut = clientFrame(0xc1, deflated(utf8(`${text}ö`).subarray(0, -1)));
    expect(drain(deflatingServer(), cut).events).toEqual([failed("invalid-utf8")]);
  });
});
