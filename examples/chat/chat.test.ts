import { once } from "node:events";
import { request } from "node:http";
import { afterEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { startChat } from "./server.js";

interface Told {
  readonly type: string;
  readonly name?: string;
  readonly text?: string;
  readonly names?: readonly string[];
  readonly recent?: readonly Told[];
}

/** Somebody in the chat, who reads what is told one by one. */
class Guest {
  readonly socket: WebSocket;
  readonly #told: Told[] = [];
  #awaited: (() => void) | undefined;

  constructor(port: number, name: string) {
    this.socket = new WebSocket(`ws://127.0.0.1:${port}/chat?name=${encodeURIComponent(name)}`);
    this.socket.on("message", (data: Buffer) => {
      this.#told.push(JSON.parse(data.toString()) as Told);
      this.#awaited?.();
    });
  }

  async next(type: string): Promise<Told> {
    for (;;) {
      const told = this.#told.shift();
      if (told?.type === type) return told;
      if (told === undefined) await new Promise<void>((resolve) => (this.#awaited = resolve));
    }
  }
}

describe("the chat", () => {
  let chat: Awaited<ReturnType<typeof startChat>> | undefined;
  const start = async (): Promise<number> => (chat = await startChat({ port: 0, host: "127.0.0.1" })).port;
  afterEach(() => chat?.close());

  it("lets two people talk, and says who is here", async () => {
    const port = await start();
    const ada = new Guest(port, "Ada");
    expect(await ada.next("welcome")).toMatchObject({ name: "Ada", recent: [] });
    expect(await ada.next("here")).toMatchObject({ names: ["Ada"] });
    const bob = new Guest(port, "Bob");
    expect(await ada.next("here")).toMatchObject({ names: ["Ada", "Bob"] });
    await bob.next("welcome");
    bob.socket.send("grüezi 👋");
    for (const each of [ada, bob]) {
      expect(await each.next("said")).toMatchObject({ name: "Bob", text: "grüezi 👋" });
    }
    ada.socket.send("hello");
    for (const each of [ada, bob]) {
      expect(await each.next("said")).toMatchObject({ name: "Ada", text: "hello" });
    }
    ada.socket.close();
    expect(await bob.next("here")).toMatchObject({ names: ["Bob"] });
  });

  it("shows a newcomer what was said, and gives each a name of their own", async () => {
    const port = await start();
    const ada = new Guest(port, "  Ada ");
    await ada.next("welcome");
    ada.socket.send("first");
    await ada.next("said");
    const other = await new Guest(port, "Ada").next("welcome");
    expect(other).toMatchObject({ name: "Ada 2", recent: [{ name: "Ada", text: "first" }] });
    expect(await new Guest(port, "").next("welcome")).toMatchObject({ name: "Guest" });
  });

  it("hands markup on as the text it is", async () => {
    const port = await start();
    const ada = new Guest(port, "<b>Ada</b>");
    await ada.next("welcome");
    ada.socket.send("<img src=x onerror=alert(1)>");
    const said = { name: "<b>Ada</b>", text: "<img src=x onerror=alert(1)>" };
    expect(await ada.next("said")).toMatchObject(said);
  });

  it("says nothing for binary and empty messages, and closes on one that is too large", async () => {
    const port = await start();
    const ada = new Guest(port, "Ada");
    await ada.next("welcome");
    ada.socket.send(Buffer.from("binary"));
    ada.socket.send("  ");
    ada.socket.send("heard");
    expect(await ada.next("said")).toMatchObject({ text: "heard" });
    ada.socket.send("x".repeat(8001));
    expect((await once(ada.socket, "close"))[0]).toBe(1009);
  });

  it("closes every connection with 1001", async () => {
    const ada = new Guest(await start(), "Ada");
    await ada.next("welcome");
    const closed = once(ada.socket, "close");
    await chat?.close();
    expect((await closed)[0]).toBe(1001);
  });

  it.each([
    ["GET", "/", 200, "text/html; charset=utf-8"],
    ["GET", "/chat.js?v=1", 200, "text/javascript; charset=utf-8"],
    ["HEAD", "/chat.css", 200, "text/css; charset=utf-8"],
    ["GET", "/../server.js", 404, "text/plain"],
    ["POST", "/", 405, undefined],
  ])("answers %s %s with %i", async (method, path, status, type) => {
    const port = await start();
    const [response] = await once(
      request({ port, host: "127.0.0.1", method, path, agent: false }).end(),
      "response",
    );
    response.resume();
    expect(response.statusCode).toBe(status);
    expect(response.headers["content-type"]).toBe(type);
    expect(response.headers["content-security-policy"]).toContain("default-src 'none'; script-src 'self'");
  });
});
