/* oxlint-disable vitest/expect-expect -- tells() does */
import { randomFillSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { ConnectionEvent } from "../../src/connection/event.ts";
import { VIOLATIONS, type Violation } from "../../src/frame/violation.ts";
import { hex, join, utf8 } from "../octets.ts";
import { clientFrame } from "../wire/octets.ts";
import { deflated, deflatingClient, deflatingServer, drain } from "./compressed.ts";
import { NO_TAKEOVER, TAKEOVER } from "./compressed.ts";
import { closeOf, feed, messageOf, misuse, octetByOctet, output, pieceOf, server } from "./wire.ts";

const KEY = "00000000";
const failed = (violation: Violation, messageCut = true): ConnectionEvent => {
  const { code, message } = VIOLATIONS[violation];
  return closeOf(code, message, { violation, messageCut });
};
const hello = messageOf("text", utf8("Hello"));
const HELLO = `c1 87 ${KEY} f248cdc9c90700`;

/** The same in all ways to cut it: at once and octet by octet. */
function tells(octets: string, expected: readonly ConnectionEvent[], parameters = NO_TAKEOVER): void {
  expect(feed(deflatingServer({}, { parameters }), hex(octets))).toEqual(expected);
  expect(feed(deflatingServer({}, { parameters }), ...octetByOctet(hex(octets)))).toEqual(expected);
}

describe("RSV1", () => {
  it("marks a compressed message", () => tells(HELLO, [hello]));

  it("is on the first frame of a fragmented message, and on no other", () => {
    tells(`41 83 ${KEY} f248cd 80 84 ${KEY} c9c90700`, [hello]);
    tells(`41 83 ${KEY} f248cd c0 84 ${KEY} c9c90700`, [failed("reserved-bit")]);
  });

  it("is absent from an uncompressed message on a compressed connection", () => {
    tells(`81 85 ${KEY} 48656c6c6f ${HELLO} 82 80 ${KEY}`, [
      hello,
      hello,
      messageOf("binary", new Uint8Array(0)),
    ]);
  });

  it.each(["c8", "c9", "ca"])("on a control frame, first octet %s, is refused", (first) => {
    tells(`${first} 80 ${KEY}`, [failed("reserved-bit", false)]);
  });

  it.each(["a1", "91", "e1", "d2"])("does not let RSV2 and RSV3 through, first octet %s", (first) => {
    tells(`${first} 80 ${KEY}`, [failed("reserved-bit", false)]);
  });

  it("without an agreement is refused", () => {
    expect(feed(server(), hex(HELLO))).toEqual([failed("reserved-bit", false)]);
  });
});

describe("a compressed message", () => {
  it("of no octets is refused at once", () => {
    tells(`c1 80 ${KEY}`, [failed("invalid-deflate")]);
    tells(`41 80 ${KEY} 00 80 ${KEY} 80 80 ${KEY}`, [failed("invalid-deflate")]);
  });

  it("of the octet 00 is empty", () => {
    tells(`c2 81 ${KEY} 00 ${HELLO}`, [messageOf("binary", new Uint8Array(0)), hello]);
  });

  it("may come in several blocks, stored ones too", () => {
    tells(`c1 8b ${KEY} 000500faff48656c6c6f00`, [hello]);
    tells(`c1 8d ${KEY} f248050000 00ffffca c9c90700`, [hello]);
  });

  it.each([
    ["without takeover", NO_TAKEOVER],
    ["with takeover", TAKEOVER],
  ])("with a final block is taken, and the next one inflates in a fresh inflater, %s", (_, parameters) => {
    const final = `c1 88 ${KEY} f348cdc9c9070000`;
    const bare = `c1 87 ${KEY} f348cdc9c90700`;
    tells(`${final} ${HELLO} ${bare} ${HELLO} ${final}`, [hello, hello, hello, hello, hello], parameters);
    // Its window is gone: what refers to it is out of reach.
    tells(`${final} c1 85 ${KEY} f200110000`, [hello, failed("invalid-deflate")], parameters);
  });

  it("with a final block and more octets behind it is refused", () => {
    for (const more of ["01", "0000", "f248cdc9c90700", "48"]) {
      const payload = `f348cdc9c90700${more}`;
      tells(`c1 ${(0x80 + payload.length / 2).toString(16)} ${KEY} ${payload}`, [failed("invalid-deflate")]);
    }
    // Also where they come in a frame of their own.
    tells(`41 87 ${KEY} f348cdc9c90700 80 82 ${KEY} 0000`, [failed("invalid-deflate")]);
  });

  it("whose tail was not cut off is decided by itself, and does not touch the next", () => {
    tells(`c1 8b ${KEY} f248cdc9c9070000 00ffff ${HELLO}`, [failed("invalid-deflate")]);
    tells(`c1 8c ${KEY} f248cdc9c907000000ffff00 ${HELLO}`, [hello, hello]);
  });

  it.each(["f248cdc9", "f2", "f248cdc9c907", "000500faff4865", "0c"])("cut short, %s, is refused", (cut) => {
    const octets = `c2 ${(0x80 + cut.length / 2).toString(16)} ${KEY} ${cut}`;
    tells(octets, [failed("invalid-deflate")]);
    tells(octets, [failed("invalid-deflate")], TAKEOVER);
  });

  it("against RFC 1951 is refused", () => {
    for (const wrong of ["07", "ffff", "000500ffff48656c6c6f00", "f200110000"]) {
      const octets = `c2 ${(0x80 + wrong.length / 2).toString(16)} ${KEY} ${wrong}`;
      tells(octets, [failed("invalid-deflate")]);
    }
  });

  it("refers to the one before under takeover, and only there", () => {
    const second = `${HELLO} c1 85 ${KEY} f200110000`;
    tells(second, [hello, hello], TAKEOVER);
    tells(second, [hello, failed("invalid-deflate")]);
  });

  it("over the limit is refused while it is inflated, one at the limit is taken", () => {
    const at = clientFrame(0xc2, deflated(Buffer.alloc(70_000)));
    const over = clientFrame(0xc2, deflated(Buffer.alloc(70_001)));
    const bomb = clientFrame(0xc2, deflated(Buffer.alloc(20_000_000), { level: 9 }));
    const events = (chunk: Uint8Array): ConnectionEvent[] =>
      drain(deflatingServer({ maxPayload: 70_000 }), chunk).events;
    expect(events(at)).toEqual([messageOf("binary", new Uint8Array(70_000))]);
    expect(events(over)).toEqual([failed("message-too-big")]);
    // One turn: nothing was inflated behind the limit.
    expect(drain(deflatingServer({ maxPayload: 70_000 }), bomb)).toEqual({
      events: [failed("message-too-big")],
      turns: 1,
    });
  });

  it("whose declared length no limit allows is refused at the header", () => {
    expect(feed(deflatingServer({ maxPayload: 1000 }), hex(`c2 fe 0a00 ${KEY}`))).toEqual([
      failed("message-too-big", false),
    ]);
    const most = deflatingServer({ maxPayload: Number.MAX_SAFE_INTEGER });
    expect(feed(most, hex(`c2 ff 0020000000000000 ${KEY}`))).toEqual([failed("message-too-big", false)]);
  });

  it.each([1, 5, 9])("of noise at the limit is taken from a zlib of memory level %i", (memLevel) => {
    const noise = randomFillSync(new Uint8Array(1024 * 1024));
    for (const level of [0, 1, 6]) {
      const message = clientFrame(0xc2, deflated(noise, { level, memLevel }));
      const { events } = drain(deflatingServer({ maxPayload: noise.length }), message);
      expect(events.map((event) => event.type === "message" && noise.length === event.bytes.length)).toEqual([
        true,
      ]);
    }
  });

  it("at the limit is taken in fragments of one octet, each flushed", () => {
    const sender = deflatingClient();
    const octets = Buffer.from("fragments of one octet");
    octets.forEach((_, i) =>
      sender.sendFragment("binary", octets.subarray(i, i + 1), i === octets.length - 1),
    );
    const many = deflatingClient();
    for (let i = 0; i < 1000; i++) many.sendFragment("text", utf8("x"), i === 999);
    expect(feed(deflatingServer({ maxPayload: octets.length }), output(sender))).toEqual([
      messageOf("binary", new Uint8Array(octets)),
    ]);
    expect(feed(deflatingServer({ maxPayload: 1000 }), output(many))).toEqual([
      messageOf("text", utf8("x".repeat(1000))),
    ]);
    for (let i = 0; i < 1001; i++) many.sendFragment("text", utf8("x"), i === 1000);
    expect(feed(deflatingServer({ maxPayload: 1000 }), output(many))).toEqual([failed("message-too-big")]);
  });

  it("lets control frames through between its fragments", () => {
    tells(`41 83 ${KEY} f248cd 89 81 ${KEY} 70 80 84 ${KEY} c9c90700`, [
      { type: "ping", bytes: utf8("p") },
      hello,
    ]);
  });
});

describe("UTF-8 on inflated output", () => {
  it("is refused at the first impossible octet of an unfinished message", () => {
    const text = Buffer.concat([Buffer.from("grüezi "), Buffer.from([0xc0])]);
    const flushed = Buffer.concat([deflated(text), hex("0000ffff")]);
    const begun = clientFrame(0x41, flushed);
    expect(feed(deflatingServer(), begun)).toEqual([failed("invalid-utf8")]);
    // In a frame that is not whole either.
    const unfinished = join(hex(`c1 fe 0fff ${KEY}`), flushed);
    expect(feed(deflatingServer(), unfinished)).toEqual([failed("invalid-utf8")]);
  });

  it("is refused where the message ends inside a character", () => {
    expect(feed(deflatingServer(), clientFrame(0xc1, deflated(hex("e282"))))).toEqual([
      failed("invalid-utf8"),
    ]);
    expect(feed(deflatingServer(), clientFrame(0xc2, deflated(hex("e282"))))).toEqual([
      messageOf("binary", hex("e282")),
    ]);
  });

  it("is decided before the limit, where it comes before it", () => {
    const sent = clientFrame(0xc1, deflated(Buffer.from(`67c0${"00".repeat(500)}`, "hex")));
    for (const chunks of [[sent], octetByOctet(sent)])
      expect(feed(deflatingServer({ maxPayload: 100 }), ...chunks)).toEqual([failed("invalid-utf8")]);
  });

  it("goes on over fragments and slices", () => {
    const text = utf8("€".repeat(20_000));
    const sent = clientFrame(0xc1, deflated(text));
    expect(drain(deflatingServer(), sent).events).toEqual([messageOf("text", text)]);
    const sender = deflatingClient();
    sender.sendFragment("text", hex("e2"), false);
    sender.sendFragment("text", hex("82ac"), true);
    expect(feed(deflatingServer(), output(sender))).toEqual([messageOf("text", utf8("€"))]);
  });
});

describe("in pieces", () => {
  it("a message is handed out as it is inflated", () => {
    const pieces = deflatingServer({ delivery: "pieces" });
    expect(feed(pieces, hex(`41 83 ${KEY} f248cd`))).toEqual([pieceOf("text", utf8("He"), false)]);
    expect(feed(pieces, hex(`80 84 ${KEY} c9c90700`))).toEqual([
      pieceOf("text", utf8("llo"), false),
      pieceOf("text", new Uint8Array(0), true),
    ]);
  });

  it("what comes before an error is told before it", () => {
    expect(feed(deflatingServer({ delivery: "pieces" }), hex(`c1 88 ${KEY} f348cdc9c9070001`))).toEqual([
      pieceOf("text", utf8("Hello"), false),
      failed("invalid-deflate"),
    ]);
  });

  it("never more than the limit is told", () => {
    const bomb = clientFrame(0xc2, deflated(Buffer.alloc(5_000_000)));
    const { events } = drain(deflatingServer({ delivery: "pieces", maxPayload: 100_000 }), bomb);
    expect(events.at(-1)).toEqual(failed("message-too-big"));
    const told = events.reduce((sum, event) => sum + (event.type === "piece" ? event.bytes.length : 0), 0);
    expect(told).toBeLessThanOrEqual(100_000);
    expect(told).toBeGreaterThan(80_000);
  });
});

describe("the budget of work", () => {
  const chunk = clientFrame(0xc2, deflated(Buffer.alloc(3_000_000)));

  it.each([
    // What is many times its payload is inflated twice where it is handed out whole.
    ["messages", 11],
    ["pieces", 6],
  ] as const)("interrupts next() while there is more, delivery %s", (delivery, expected) => {
    const connection = deflatingServer({ delivery, maxPayload: 4_000_000 });
    const { events, turns } = drain(connection, chunk);
    const octets = events.map((event) => (event.type === "close" ? 0 : event.bytes.length));
    expect(octets.reduce((sum, size) => sum + size, 0)).toBe(3_000_000);
    // 512 KiB a turn.
    expect(turns).toBe(expected);
  });

  it("counts small messages together", () => {
    const small = clientFrame(0xc2, deflated(Buffer.alloc(10_000)));
    const { events, turns } = drain(deflatingServer(), join(...Array.from({ length: 200 }, () => small)));
    expect([events.length, turns]).toEqual([200, 4]);
  });

  it("counts blocks that hold nothing, or next to nothing", () => {
    // Each is 10 bits long, and fixed: so four of them take five octets.
    const empty = clientFrame(0xc2, join(Buffer.alloc(64_000, hex("0208208000")), hex("00")));
    const nothing = drain(deflatingServer(), empty);
    expect(nothing.events).toEqual([messageOf("binary", new Uint8Array(0))]);
    expect(nothing.turns).toBeGreaterThan(8);
    // A fixed block with one octet, and an empty stored one behind it.
    const one = join(...Array.from({ length: 9000 }, () => hex("6204000000ffff")), hex("00"));
    const little = drain(deflatingServer(), clientFrame(0xc2, one));
    expect(little.events).toEqual([messageOf("binary", new Uint8Array(9000).fill(1))]);
    expect(little.turns).toBeGreaterThan(3);
  });

  it("does not let more octets in, nor the end, while input is pending", () => {
    const connection = deflatingServer({ maxPayload: 4_000_000 });
    connection.receive(chunk);
    expect(connection.next()).toBeUndefined();
    expect(connection.inputPending).toBe(true);
    expect(misuse(() => connection.receive(hex(HELLO)))).toBe("ERR_INPUT_PENDING");
    expect(misuse(() => connection.receiveEnd())).toBe("ERR_INPUT_PENDING");
  });

  it("is over at any moment by abandon()", () => {
    for (const delivery of ["messages", "pieces"] as const) {
      const connection = deflatingServer({ delivery, maxPayload: 4_000_000 });
      connection.receive(chunk);
      connection.next();
      connection.abandon();
      expect(connection.inputPending).toBe(false);
      expect(connection.next()).toEqual(closeOf(1006, "", { messageCut: true }));
      expect(connection.next()).toBeUndefined();
      expect(connection.transport).toBe("end");
    }
  });
});
