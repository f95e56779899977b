import { describe, expect, it } from "vitest";
import { ChatProcess, temporaryFolder } from "./chat-process.ts";
import { Guest } from "./guest.ts";

/* The chat as its clients hear it: chat.v1 over real sockets to the built program. */

const start = (...args: string[]): Promise<ChatProcess> =>
  ChatProcess.start("--data", temporaryFolder(), ...args);

describe("a room", () => {
  it("brings what is said to everybody in it, in one order, and confirms it to its author", async () => {
    const { port } = await start();
    const ada = await Guest.named(port, "Ada");
    expect(await ada.next("joined")).toMatchObject({
      room: "lobby",
      people: [{ name: "Ada" }],
      said: [],
      more: false,
      last: 0,
    });
    const bob = await Guest.named(port, "Bob");
    await bob.next("joined");
    expect(await ada.next("came")).toMatchObject({ room: "lobby", who: { name: "Bob" } });
    const ref = bob.say("grüezi 👋\n  zäme");
    for (const each of [ada, bob]) {
      expect(await each.next("said")).toMatchObject({
        seq: 1,
        by: { name: "Bob" },
        ref,
        text: "grüezi 👋\n  zäme",
      });
    }
    expect(await bob.next("stored")).toMatchObject({ re: ref, room: "lobby", seq: 1 });
    ada.say("hello");
    for (const each of [ada, bob]) expect(await each.next("said")).toMatchObject({ seq: 2, text: "hello" });
  });

  it("hears nothing of the others", async () => {
    const { port } = await start();
    const ada = await Guest.named(port, "Ada", { rooms: [{ room: "lobby" }, { room: "kitchen" }] });
    const bob = await Guest.named(port, "Bob", { rooms: [{ room: "kitchen" }] });
    await ada.next("came");
    ada.say("in the lobby");
    ada.say("in the kitchen", "kitchen");
    expect(await bob.next("said")).toMatchObject({ room: "kitchen", seq: 1, text: "in the kitchen" });
  });

  it("tells who is writing, and who leaves", async () => {
    const { port } = await start();
    const ada = await Guest.named(port, "Ada");
    const bob = await Guest.named(port, "Bob");
    await bob.next("joined");
    bob.send({ type: "typing", room: "lobby" });
    expect(await ada.next("typing")).toMatchObject({ room: "lobby", who: { name: "Bob" } });
    bob.send({ type: "leave", id: "1", room: "lobby" });
    expect(await bob.next("left")).toEqual({ type: "left", re: "1", room: "lobby" });
    expect(await ada.next("went")).toMatchObject({ room: "lobby", who: { name: "Bob" } });
    bob.say("still here?");
    expect(await bob.next("error")).toMatchObject({ code: "not-in-room" });
  });

  it("keeps the place of somebody who comes back at once, and lets go who does not", async () => {
    const { port } = await start("--grace", "300");
    const ada = await Guest.named(port, "Ada");
    await ada.next("joined");
    const bob = await Guest.named(port, "Bob");
    await ada.next("came");
    bob.socket.close();
    await bob.ended();
    const again = await Guest.named(port, "Bob");
    await again.next("joined");
    again.say("back");
    const heard = [];
    for (;;) {
      await new Promise((resolve) => ada.socket.once("message", resolve));
      heard.push(...ada.heard.splice(0).filter(({ type }) => type !== "rooms"));
      if (heard.at(-1)?.type === "said") break;
    }
    expect(heard.map(({ type }) => type)).toEqual(["said"]);
    again.socket.close();
    expect(await ada.next("went")).toMatchObject({ who: { name: "Bob" } });
  });

  it("is shown with the number of its people", async () => {
    const { port } = await start();
    const ada = await Guest.named(port, "Ada", { rooms: [{ room: "tea-party" }] });
    expect((await ada.next("rooms")).rooms).toEqual([
      { room: "lobby", people: 0 },
      { room: "kitchen", people: 0 },
      { room: "workshop", people: 0 },
      { room: "tea-party", people: 1 },
    ]);
  });
});

describe("the history", () => {
  it("is there for newcomers, page by page, and after a restart", async () => {
    const folder = temporaryFolder();
    let chat = await ChatProcess.start("--data", folder, "--max-rate", "1000");
    const ada = await Guest.named(chat.port, "Ada");
    for (let i = 1; i <= 120; i++) ada.say(`message ${i}`);
    for (let i = 1; i <= 120; i++) await ada.next("stored");
    expect(await chat.stop()).toBe(0);

    chat = await ChatProcess.start("--data", folder);
    const bob = await Guest.named(chat.port, "Bob");
    expect(bob.welcome!.log).toBe(ada.welcome!.log);
    const page = await bob.next("joined");
    expect(page).toMatchObject({ more: true, last: 120, resumed: false });
    expect(page.said.map(({ seq }) => seq)).toEqual(Array.from({ length: 50 }, (_, i) => 71 + i));
    bob.send({ type: "history", id: "h1", room: "lobby", before: 71 });
    const older = await bob.next("history");
    expect(older).toMatchObject({ re: "h1", more: true });
    expect(older.said.map(({ text }) => text)).toEqual(
      Array.from({ length: 50 }, (_, i) => `message ${21 + i}`),
    );
    bob.send({ type: "history", id: "h2", room: "lobby", before: 21 });
    const oldest = await bob.next("history");
    expect([oldest.said[0]?.seq, oldest.said.length, oldest.more]).toEqual([1, 20, false]);
  });

  it("goes on where a client was, with what it missed and nothing else", async () => {
    const { port } = await start("--max-rate", "1000");
    const ada = await Guest.named(port, "Ada");
    const bob = await Guest.named(port, "Bob");
    const { log } = bob.welcome!;
    await bob.next("joined");
    ada.say("one");
    await bob.next("said");
    bob.socket.terminate();
    for (const text of ["two", "three"]) ada.say(text);
    for (let i = 0; i < 3; i++) await ada.next("stored");

    const resumed = await Guest.named(port, "Bob", { log, rooms: [{ room: "lobby", after: 1 }] });
    const { said, ...rest } = await resumed.next("joined");
    expect(said.map(({ text }) => text)).toEqual(["two", "three"]);
    expect(rest).toMatchObject({ resumed: true, last: 3 });
    // Of another history, or of more than there is, the last page is sent.
    for (const hello of [
      { log: "another", rooms: [{ room: "lobby", after: 1 }] },
      { log, rooms: [{ room: "lobby", after: 9 }] },
    ]) {
      const started = await Guest.named(port, "Bob", hello);
      expect(await started.next("joined")).toMatchObject({
        resumed: false,
        said: [{ seq: 1 }, { seq: 2 }, { seq: 3 }],
      });
    }
  });

  it("starts anew where too much was missed", async () => {
    const { port } = await start("--max-rate", "1000");
    const ada = await Guest.named(port, "Ada");
    const { log } = ada.welcome!;
    for (let i = 1; i <= 202; i++) ada.say(`message ${i}`);
    for (let i = 1; i <= 202; i++) await ada.next("stored");
    const bob = await Guest.named(port, "Bob", { log, rooms: [{ room: "lobby", after: 1 }] });
    const { said, resumed, more } = await bob.next("joined");
    expect([said.length, said[0]?.seq, resumed, more]).toEqual([50, 153, false, true]);
    const late = await Guest.named(port, "Eve", { log, rooms: [{ room: "lobby", after: 2 }] });
    expect((await late.next("joined")).said.length).toBe(200);
  });

  it("holds a message once, however often it is sent", async () => {
    const { port } = await start();
    const ada = await Guest.named(port, "Ada");
    const bob = await Guest.named(port, "Bob");
    ada.say("once", "lobby", "same");
    expect(await ada.next("stored")).toMatchObject({ re: "same", seq: 1 });
    ada.say("once", "lobby", "same");
    expect(await ada.next("stored")).toMatchObject({ re: "same", seq: 1 });
    bob.say("another's id", "lobby", "same");
    expect(await bob.next("stored")).toMatchObject({ re: "same", seq: 2 });
    const eve = await Guest.named(port, "Eve");
    expect((await eve.next("joined")).said.map(({ text }) => text)).toEqual(["once", "another's id"]);
  });
});

describe("the program", () => {
  it("says goodbye with 1001", async () => {
    const chat = await start();
    const ada = await Guest.named(chat.port, "Ada");
    const end = ada.ended();
    expect(await chat.stop()).toBe(0);
    expect((await end)[0]).toBe(1001);
  });

  it.each([
    [["--port", "http"], /--port takes a whole number from 0 to 65535, not "http"/],
    [["--max-users", "0"], /--max-users takes at least 1, not "0"/],
    [["--fly"], /--fly/],
    [["--redis-url", "redis://127.0.0.1:1"], /ECONNREFUSED/],
  ])("refuses %j in one line", async (args, reason) => {
    await expect(start(...args)).rejects.toThrow(reason);
  });

  it("does not share its history with another process", async () => {
    const folder = temporaryFolder();
    await ChatProcess.start("--data", folder);
    await expect(ChatProcess.start("--data", folder)).rejects.toThrow(
      `another chat has its history in ${folder}`,
    );
  });
});
