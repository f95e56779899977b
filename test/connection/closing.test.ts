import { describe, expect, it } from "vitest";
import { hex, join, utf8 } from "../octets.ts";
import { client, closeOf, end, feed, messageOf, outputHex, server } from "./wire.ts";

const K = "00 00 00 00";
const masked = (first: string, payload: Uint8Array): Uint8Array =>
  join(hex(first), Uint8Array.of(payload.length | 0x80), hex(K), payload);

describe("closing (RFC 6455 section 7)", () => {
  it.each<[string, string, number, string, string]>([
    ["nothing", "", 1005, "", "88 00"],
    ["a code", "03 e8", 1000, "", "88 02 03 e8"],
    ["a code and a reason", "03 e9 62 79 65", 1001, "bye", "88 02 03 e9"],
    ["an application's code", "13 87 c3 a9", 4999, "é", "88 02 13 87"],
  ])("is answered with the code alone: %s", (_, payload, code, reason, answer) => {
    const s = server();
    expect(feed(s, masked("88", hex(payload)))).toEqual([closeOf(code, reason, { clean: true })]);
    expect([s.state, s.transport]).toEqual(["closed", "end"]);
    expect(outputHex(s)).toBe(answer);
  });

  it("from our side waits for the peer's Close frame, and takes messages until then", () => {
    const s = server();
    s.close(1001, "away");
    expect([s.state, s.transport]).toEqual(["closing", "await"]);
    expect(outputHex(s)).toBe("88 06 03 e9 61 77 61 79");
    expect(feed(s, masked("81", utf8("A")))).toEqual([messageOf("text", utf8("A"))]);
    expect(feed(s, masked("88", hex("03 e9")))).toEqual([closeOf(1001, "", { clean: true })]);
    expect([s.state, s.transport, s.outputSize]).toEqual(["closed", "end", 0]);
  });

  it("leaves it to the server to end TCP", () => {
    const c = client();
    c.close();
    expect(outputHex(c)).toBe(`88 80 ${K}`);
    expect(c.transport).toBe("await");
    expect(feed(c, hex("88 00"))).toEqual([closeOf(1005, "", { clean: true })]);
    expect([c.state, c.transport]).toEqual(["closed", "await"]);
    expect(end(c)).toEqual([]);
    expect([c.state, c.transport]).toEqual(["ended", "end"]);
  });

  it("happens once", () => {
    const s = server();
    s.close(1000);
    s.close(1001);
    s.close();
    expect(outputHex(s)).toBe("88 02 03 e8");
    feed(s, masked("88", hex("")));
    s.close(1001);
    expect([s.state, s.outputSize]).toEqual(["closed", 0]);
  });

  it("ignores what comes behind the peer's Close frame", () => {
    const s = server();
    const close = masked("88", hex("03 e8"));
    expect(feed(s, join(close, hex("ff ff ff")), hex("ff"), close)).toEqual([
      closeOf(1000, "", { clean: true }),
    ]);
    expect(s.next()).toBeUndefined();
    expect(outputHex(s)).toBe("88 02 03 e8");
  });

  it("inside a message drops it and says so", () => {
    const s = server();
    const events = feed(s, join(masked("01", utf8("A")), masked("88", hex("03 e8"))));
    expect(events).toEqual([closeOf(1000, "", { clean: true, messageCut: true })]);
  });

  it("reports 1006 where the transport ends without a Close frame", () => {
    for (const start of ["", "89", `81 85 ${K}`.slice(0, 2)]) {
      const s = server();
      feed(s, hex(start));
      expect(end(s)).toEqual([closeOf(1006, "")]);
      expect([s.state, s.transport, s.outputSize]).toEqual(["ended", "end", 0]);
      expect(end(s)).toEqual([]);
    }
    const cut = server();
    feed(cut, hex(`81 85 ${K} 41`));
    expect(end(cut)).toEqual([closeOf(1006, "", { messageCut: true })]);
    const closing = server();
    closing.close(1000);
    expect(end(closing)).toEqual([closeOf(1006, "")]);
    expect(closing.state).toBe("ended");
  });

  it("is told even where the transport ends before anybody asked", () => {
    const s = server();
    s.receive(masked("88", hex("03 e8")));
    expect(s.next()).toEqual(closeOf(1000, "", { clean: true }));
    s.receiveEnd();
    expect([s.next(), s.state]).toEqual([undefined, "ended"]);
  });

  it("reads nothing after the end", () => {
    const s = server();
    end(s);
    expect(feed(s, masked("81", utf8("A")))).toEqual([]);
  });

  it("ends a message that was being sent with the Close frame", () => {
    const s = server();
    s.sendFragment("text", utf8("A"), false);
    s.close();
    expect(outputHex(s)).toBe("01 01 41 88 00");
  });
});
