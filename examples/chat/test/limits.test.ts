import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { SUBPROTOCOL } from "../protocol/messages.ts";
import { ChatProcess, temporaryFolder } from "./chat-process.ts";
import { Guest, keyOf } from "./guest.ts";

/* What is refused, and how: chat.v1 over real sockets to the built program. */

const start = (...args: string[]): Promise<ChatProcess> =>
  ChatProcess.start("--data", temporaryFolder(), ...args);

describe("names", () => {
  it("belong to one person, in all that look like them, and wait for their return", async () => {
    const { port } = await start("--grace", "0");
    const ada = await Guest.named(port, "Ada");
    for (const imitation of ["Ada", "ada", "Аdа", "A.d.a"]) {
      const other = await Guest.connected(port);
      other.hello(imitation, { key: keyOf("somebody else") });
      expect(await other.next("error")).toMatchObject({ code: "name-taken" });
      // The connection lives, and another name may be tried on it.
      other.hello("Grace", { key: keyOf("somebody else") });
      expect((await other.next("welcome")).you.name).toBe("Grace");
    }
    ada.socket.close();
    await ada.ended();
    const thief = await Guest.connected(port);
    thief.hello("Ada", { key: keyOf("thief") });
    expect(await thief.next("error")).toMatchObject({ code: "name-taken" });
    expect((await Guest.named(port, "Ada")).socket.readyState).toBe(1);
  });

  it("are given up for a new one", async () => {
    const { port } = await start();
    const key = keyOf("a person");
    await Guest.named(port, "Ada", { key });
    await Guest.named(port, "Countess", { key });
    const other = await Guest.named(port, "Ada", { key: keyOf("another"), rooms: [{ room: "lobby" }] });
    expect((await other.next("joined")).people.map(({ name }) => name)).toContain("Ada");
  });
});

describe("limits", () => {
  it("refuses the eleventh user of a room for ten, and takes them in another", async () => {
    const { port } = await start("--max-users", "10", "--grace", "0");
    const ten = await Promise.all(Array.from({ length: 10 }, (_, i) => Guest.named(port, `Guest ${i}`)));
    await Promise.all(ten.map((guest) => guest.next("joined")));
    const late = await Guest.named(port, "Late");
    expect(await late.next("error")).toMatchObject({ code: "room-full", room: "lobby" });
    late.send({ type: "join", id: "k", room: "kitchen" });
    expect(await late.next("joined")).toMatchObject({ re: "k", room: "kitchen" });
    // One of the ten by another connection is no eleventh.
    await (await Guest.named(port, "Guest 3")).next("joined");
    ten[0]!.socket.close();
    await ten[1]!.next("went");
    late.send({ type: "join", id: "l", room: "lobby" });
    expect(await late.next("joined")).toMatchObject({ re: "l", room: "lobby" });
  });

  it("bounds the rooms, those of everybody and those of one guest", async () => {
    const { port } = await start("--max-rooms", "4", "--grace", "0");
    const ada = await Guest.named(port, "Ada", { rooms: [{ room: "fourth" }, { room: "fifth" }] });
    await ada.next("joined");
    expect(await ada.next("error")).toMatchObject({ code: "too-many-rooms", room: "fifth" });
    ada.send({ type: "leave", id: "1", room: "fourth" });
    await ada.next("left");
    ada.send({ type: "join", id: "2", room: "fifth" });
    expect(await ada.next("joined")).toMatchObject({ room: "fifth" });

    const other = await start();
    const bob = await Guest.named(other.port, "Bob", { rooms: [] });
    for (let i = 0; i < 11; i++) bob.send({ type: "join", id: `${i}`, room: `room-${i}` });
    for (let i = 0; i < 10; i++) await bob.next("joined");
    expect(await bob.next("error")).toMatchObject({ re: "10", code: "too-many-rooms" });
  });

  it("bounds how fast one may talk, and says when to go on", async () => {
    const { port } = await start("--max-rate", "1");
    const ada = await Guest.named(port, "Ada");
    for (let i = 0; i < 3; i++) ada.say(`message ${i}`);
    await ada.next("stored");
    await ada.next("stored");
    const { code, wait } = await ada.next("error");
    expect([code, wait! > 0 && wait! <= 1000]).toEqual(["too-fast", true]);
  });

  it("reads nobody faster than they may ask, and answers all of it", async () => {
    const { port } = await start("--max-rate", "1");
    const ada = await Guest.named(port, "Ada");
    // 42 a second, and five seconds' worth at once.
    const begin = performance.now();
    for (let i = 0; i < 252; i++) ada.send({ type: "ping" });
    for (let i = 0; i < 252; i++) await ada.next("pong");
    expect(performance.now() - begin).toBeGreaterThan(500);
  });

  it("answers bad messages with a typed error, and hangs up when there are too many", async () => {
    const { port } = await start();
    const ada = await Guest.connected(port);
    const bad: [data: string | Buffer, wrong: string][] = [
      ["{", "not JSON"],
      ["null", "the message: "],
      [Buffer.from("{}"), "not a text"],
      ['{"type":"fly"}', "type: "],
      ['{"type":"say","id":"1","room":"lobby"}', "text: "],
      ['{"type":"say","id":"1","room":"../etc","text":"x"}', "room: "],
      [JSON.stringify({ type: "say", id: "1", room: "lobby", text: "x".repeat(4001) }), "text: at most 4000"],
    ];
    for (const [data, wrong] of bad) {
      ada.socket.send(data);
      const error = await ada.next("error");
      expect(error.code).toBe("bad-message");
      expect(error.message).toContain(wrong);
    }
    ada.send({ type: "ping" });
    await ada.next("pong");
    ada.send({ type: "say", id: "early", room: "lobby", text: "x" });
    expect(await ada.next("error")).toMatchObject({ re: "early", code: "hello-first" });
    const end = ada.ended();
    for (let i = 0; i < 4; i++) ada.socket.send("{");
    expect(await end).toEqual([1008, "too many bad messages"]);
  });

  it("lets no page of another origin in", async () => {
    const { port } = await start();
    const origin = "http://elsewhere.example";
    const foreign = new WebSocket(`ws://127.0.0.1:${port}/chat`, SUBPROTOCOL, { origin });
    foreign.on("error", () => {});
    const [, response] = await once(foreign, "unexpected-response");
    expect(response.statusCode).toBe(403);
    foreign.terminate();
  });

  it("refuses messages that are too large, other subprotocols, and names that cannot be had", async () => {
    const { port } = await start();
    const ada = await Guest.named(port, "Ada");
    const end = ada.ended();
    ada.socket.send("x".repeat(32 * 1024 + 1));
    expect((await end)[0]).toBe(1009);
    for (const protocols of [[], "chat.v2"]) {
      const old = new Guest(port, protocols);
      const [, response] = await once(old.socket, "unexpected-response");
      expect(response.statusCode).toBe(400);
    }
    const system = await Guest.connected(port);
    system.hello("Systеm");
    expect(await system.next("error")).toMatchObject({ code: "name-refused" });
  });
});
