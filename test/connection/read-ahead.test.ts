import { describe, expect, it } from "vitest";
import { hex } from "../octets.ts";
import { server } from "./wire.ts";

/** Masked with a key of zeros: payloads stand as they are. */
const TEXT_A = "81 81 00000000 61";
const TEXT_B = "81 81 00000000 62";
const CLOSE = "88 82 00000000 03e8";
const PING = "89 80 00000000";
const OVERLONG = "81 fe 0001 00000000 61";

describe("next until the end", () => {
  it("gives messages, and leaves a Close frame unanswered until it is asked without", () => {
    const connection = server();
    connection.receive(hex(TEXT_A + TEXT_B + CLOSE));
    expect(connection.next("end")).toMatchObject({ type: "message" });
    expect(connection.next("end")).toMatchObject({ type: "message" });
    expect(connection.next("end")).toBeUndefined();
    expect([connection.endHeld, connection.inputPending, connection.state]).toEqual([true, true, "open"]);
    connection.sendText("answer");
    expect(connection.next("end")).toBeUndefined();
    expect(connection.next()).toMatchObject({ type: "close", code: 1000, clean: true });
    expect([connection.endHeld, connection.inputPending, connection.state]).toEqual([false, false, "closed"]);
    const answer = Buffer.concat(connection.takeOutput());
    expect(answer.toString("hex")).toBe(`8106${Buffer.from("answer").toString("hex")}880203e8`);
  });

  it("leaves a violation as well, and nothing behind it is parsed", () => {
    const connection = server();
    connection.receive(hex(TEXT_A + OVERLONG + TEXT_B));
    expect(connection.next("end")).toMatchObject({ type: "message" });
    expect(connection.next("end")).toBeUndefined();
    expect(connection.outputSize).toBe(0);
    expect(connection.next()).toMatchObject({ type: "close", code: 1002, violation: "length-not-minimal" });
    expect(connection.next()).toBeUndefined();
  });

  it("takes no further input while the end is held", () => {
    const connection = server();
    connection.receive(hex(CLOSE));
    connection.next("end");
    expect(() => connection.receive(hex(TEXT_A))).toThrow(
      expect.objectContaining({ code: "ERR_INPUT_PENDING" }),
    );
  });

  it("tells the code of a Close frame that was held when the transport ended", () => {
    const connection = server();
    connection.receive(hex("88 82 00000000 0fa1"));
    connection.next("end");
    connection.abandon();
    expect(connection.next()).toMatchObject({ type: "close", code: 4001 });
    expect([connection.state, connection.endHeld]).toEqual(["ended", false]);
  });

  it("pings between are answered at once", () => {
    const connection = server();
    connection.receive(hex(PING + CLOSE));
    expect(connection.next("end")).toMatchObject({ type: "ping" });
    expect(connection.outputSize).toBe(2);
  });
});

describe("next until data", () => {
  it("reads control frames, and leaves a data frame where it is", () => {
    const connection = server();
    connection.receive(hex(PING + TEXT_A));
    expect(connection.next("data")).toMatchObject({ type: "ping" });
    expect(connection.next("data")).toBeUndefined();
    expect(connection.inputPending).toBe(true);
    expect(connection.next()).toMatchObject({ type: "message", kind: "text" });
    expect(connection.inputPending).toBe(false);
  });

  it("answers a Close frame", () => {
    const connection = server();
    connection.receive(hex(CLOSE));
    expect(connection.next("data")).toMatchObject({ type: "close", code: 1000 });
  });

  it("leaves a data frame whose header was cut, too", () => {
    const connection = server();
    connection.receive(hex("81"));
    expect(connection.next()).toBeUndefined();
    connection.receive(hex("81 00000000 61"));
    expect(connection.next("data")).toBeUndefined();
    expect(connection.inputPending).toBe(true);
    expect(connection.next()).toMatchObject({ type: "message" });
  });

  it("reads a control frame whose header was cut", () => {
    const connection = server();
    connection.receive(hex("89"));
    expect(connection.next("data")).toBeUndefined();
    expect(connection.inputPending).toBe(false);
    connection.receive(hex("80 00000000"));
    expect(connection.next("data")).toMatchObject({ type: "ping" });
  });
});

describe("delivery", () => {
  it("may change while no message is open", () => {
    const connection = server();
    connection.receive(hex(TEXT_A + TEXT_B));
    expect(connection.next()).toMatchObject({ type: "message" });
    connection.delivery = "pieces";
    expect(connection.next()).toMatchObject({ type: "piece", last: true });
    connection.delivery = "messages";
    connection.receive(hex(TEXT_A));
    expect(connection.next()).toMatchObject({ type: "message" });
  });

  it("may not change inside of a message", () => {
    const connection = server();
    connection.receive(hex("01 81 00000000 61"));
    expect(connection.next()).toBeUndefined();
    expect(() => (connection.delivery = "pieces")).toThrow(
      expect.objectContaining({ code: "ERR_MESSAGE_OPEN" }),
    );
  });
});
