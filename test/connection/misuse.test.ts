import { describe, expect, it } from "vitest";
import { Connection } from "../../src/connection/connection.ts";
import { MisuseError } from "../../src/connection/misuse.ts";
import { filler, hex } from "../octets.ts";
import { deflatingServer } from "./compressed.ts";
import { client, end, feed, misuse, outputHex, server } from "./wire.ts";

const calls: [string, (c: Connection) => void][] = [
  ["sendText", (c) => c.sendText("x")],
  ["sendBinary", (c) => c.sendBinary(hex("00"))],
  ["sendFragment", (c) => c.sendFragment("text", hex("41"), false)],
  ["sendPrepared", (c) => c.sendPrepared("binary", hex("00"), undefined)],
  ["sendLaidOut", (c) => c.sendLaidOut(hex("82 01 00"))],
  ["deflateMessage", (c) => c.deflateMessage(hex("00"))],
  ["ping", (c) => c.ping()],
  ["pong", (c) => c.pong()],
];

describe("MisuseError", () => {
  it("has a stable code and a name", () => {
    const error = new MisuseError("ERR_NOT_OPEN", "why");
    expect([error.code, error.name, error.message, error instanceof Error]).toEqual([
      "ERR_NOT_OPEN",
      "MisuseError",
      "why",
      true,
    ]);
  });
});

describe("misuse is thrown, and leaves no trace", () => {
  it.each(calls)("%s where our Close frame is out", (_, call) => {
    const c = server();
    c.close();
    expect(misuse(() => call(c))).toBe("ERR_NOT_OPEN");
    expect(outputHex(c)).toBe("88 00");
  });

  it.each(calls)("%s after the peer's Close frame, after a violation, after the end", (_, call) => {
    const closed = server();
    feed(closed, hex("88 80 00 00 00 00"));
    const failed = server();
    feed(failed, hex("ff"));
    const ended = server();
    end(ended);
    for (const c of [closed, failed, ended]) {
      c.takeOutput();
      expect(misuse(() => call(c))).toBe("ERR_NOT_OPEN");
      expect(c.outputSize).toBe(0);
    }
  });

  it.each([5, NaN, null, {}, { length: 9 }, [1, 2], new Int16Array(2), new DataView(new ArrayBuffer(4))])(
    "%o as octets",
    (data) => {
      for (const c of [server(), deflatingServer()]) {
        const octets = data as Uint8Array;
        for (const call of [
          () => c.sendText(octets),
          () => c.sendBinary(octets),
          () => c.sendFragment("binary", octets, true),
          () => c.sendPrepared("binary", octets, undefined),
          () => c.deflateMessage(octets),
          () => c.ping(octets),
          () => c.pong(octets),
        ])
          expect(misuse(call)).toBe("ERR_INVALID_DATA");
        expect(c.outputSize).toBe(0);
        c.sendBinary(hex("01"));
        expect(outputHex(c)).toBe("82 01 01");
      }
    },
  );

  it("a message inside another that is being sent in fragments", () => {
    const c = server();
    c.sendFragment("text", hex("41"), false);
    expect(misuse(() => c.sendText("x"))).toBe("ERR_MESSAGE_OPEN");
    expect(misuse(() => c.sendBinary(hex("00")))).toBe("ERR_MESSAGE_OPEN");
    expect(misuse(() => c.sendLaidOut(hex("82 01 00")))).toBe("ERR_MESSAGE_OPEN");
    expect(misuse(() => c.sendFragment("binary", hex("00"), true))).toBe("ERR_MESSAGE_OPEN");
    c.ping();
    c.sendFragment("text", hex("42"), true);
    c.sendBinary(hex("43"));
    expect(outputHex(c)).toBe("01 01 41 89 00 80 01 42 82 01 43");
  });

  it.each(["ping", "pong"] as const)("%s with more than 125 octets", (name) => {
    const c = server();
    expect(misuse(() => c[name](filler(126)))).toBe("ERR_CONTROL_TOO_LONG");
    expect(c.outputSize).toBe(0);
    expect(misuse(() => c[name](filler(125)))).toBeUndefined();
    expect(c.outputSize).toBe(127);
  });

  it.each([-1, 0, 999, 1004, 1006, 1015, 1016, 2999, 5000, 1000.5, Number.NaN])("close(%d)", (code) => {
    const c = server();
    expect(misuse(() => c.close(code))).toBe("ERR_INVALID_CLOSE_CODE");
    expect([c.state, c.outputSize]).toEqual(["open", 0]);
  });

  it("a reason without a code", () => {
    expect(misuse(() => server().close(1005, "x"))).toBe("ERR_INVALID_CLOSE_CODE");
    expect(misuse(() => server().close(undefined, "x"))).toBe("ERR_INVALID_CLOSE_CODE");
  });

  it("a reason of more than 123 octets, counted as UTF-8", () => {
    const c = server();
    expect(misuse(() => c.close(1000, "x".repeat(124)))).toBe("ERR_CLOSE_REASON_TOO_LONG");
    expect(misuse(() => c.close(1000, "é".repeat(62)))).toBe("ERR_CLOSE_REASON_TOO_LONG");
    expect(c.state).toBe("open");
    c.close(1000, "x".repeat(123));
    expect(c.outputSize).toBe(127);
  });

  it("of close says what is wrong", () => {
    expect(() => server().close(1004)).toThrow("a Close frame cannot carry the code 1004");
    expect(() => server().close(1005, "x")).toThrow("a reason needs a code");
    expect(() => server().close(1000, "x".repeat(124))).toThrow("a close reason has at most 123 octets");
  });

  it.each<[string, () => unknown]>([
    [
      "maskingKey belongs to the client's role, and is needed there",
      () => new Connection({ role: "client" }),
    ],
    ["maxPayload must be a whole number from 0 to 2^53 - 1, not -1", () => server({ maxPayload: -1 })],
    ["maxFragments must be a whole number from 0 to 2^53 - 1, not 1.5", () => server({ maxFragments: 1.5 })],
    ["octets are sent from a Uint8Array", () => server().sendBinary([1] as unknown as Uint8Array)],
    ["a control frame has at most 125 octets, not 126", () => server().ping(filler(126))],
  ])("says what is wrong: %s", (message, call) => {
    expect(call).toThrow(message);
  });

  it("says in which state it came", () => {
    const closing = server();
    closing.close();
    expect(() => closing.ping()).toThrow("nothing can be sent: the connection is closing");
    const sending = server();
    sending.sendFragment("text", hex("41"), false);
    expect(() => sending.sendText("B")).toThrow("a message is being sent in fragments: end it first");
    expect(() => sending.sendFragment("binary", hex("42"), true)).toThrow(
      "a text message is being sent in fragments",
    );
    const receiving = server();
    receiving.receive(hex("01 80 00 00 00 00"));
    expect(() => receiving.receive(hex("80"))).toThrow("call next() until it gives undefined");
    receiving.next();
    expect(() => (receiving.delivery = "pieces")).toThrow("a message has begun to arrive");
  });

  it("a wrong close code is wrong after the close too", () => {
    const c = server();
    c.close(1000);
    expect(misuse(() => c.close(1004))).toBe("ERR_INVALID_CLOSE_CODE");
  });

  it("input on top of input", () => {
    const c = server();
    c.receive(hex("89 80 00 00 00 00 89 80 00 00 00 00"));
    expect(misuse(() => c.receive(hex("")))).toBe("ERR_INPUT_PENDING");
    expect(misuse(() => c.receiveEnd())).toBe("ERR_INPUT_PENDING");
    c.next();
    expect(misuse(() => c.receive(hex("")))).toBe("ERR_INPUT_PENDING");
    expect(c.next()?.type).toBe("ping");
    expect(c.next()).toBeUndefined();
    expect(misuse(() => c.receive(hex("")))).toBeUndefined();
  });

  it("a client without keys, a server with", () => {
    expect(misuse(() => new Connection({ role: "client" }))).toBe("ERR_NO_MASKING_KEY");
    expect(misuse(() => new Connection({ role: "server", maskingKey: () => 0 }))).toBe("ERR_NO_MASKING_KEY");
    expect(client().role).toBe("client");
  });

  it.each(["maxPayload", "maxFragments"])("%s that is no whole number", (name) => {
    for (const value of [-1, 1.5, Number.NaN, Infinity, 2 ** 53])
      expect(misuse(() => server({ [name]: value }))).toBe("ERR_INVALID_OPTION");
    for (const value of [0, 1, 2 ** 53 - 1, undefined])
      expect(misuse(() => server({ [name]: value }))).toBeUndefined();
  });
});

describe("options", () => {
  it("that are frozen are looked at once for all connections that are made with them, others each time", () => {
    let looks = 0;
    const counted = {
      role: "server",
      get maxPayload() {
        looks++;
        return 10;
      },
    } as const;
    const made = (): Connection => new Connection(counted);
    made();
    const once = looks;
    made();
    expect(looks).toBe(2 * once);
    Object.freeze(counted);
    const connections = [made(), made()];
    expect(looks).toBe(3 * once);
    // They share no more than that.
    for (const connection of connections) {
      expect(feed(connection, hex("82 8a 00 00 00 00"), filler(10))).toHaveLength(1);
      expect(feed(connection, hex("82 8b 00 00 00 00"))).toMatchObject([{ code: 1009 }]);
    }
  });
});
