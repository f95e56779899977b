import { Buffer } from "node:buffer";
import { afterEach, describe, expect, it } from "vitest";
import type { ServerOptions } from "../../src/index.ts";
import { clients } from "./peers/clients.ts";
import { type Door, host, type Host } from "./peers/host.ts";
import type { Ability, PeerKind } from "./peers/peer.ts";
import { pythonClient } from "./peers/python.ts";

/*
 * Whole conversations with clients of other people's making: one suite for all of them, through both doors.
 */

const MEBIBYTE = 1024 * 1024;
const doors: readonly Door[] = ["own listener", "attached to node:http"];

const texts: readonly string[] = [
  "",
  "hello",
  "Grüezi, κόσμε, 世界, 👋🏽",
  "\u0000 and \uFEFF a byte order mark",
  "x".repeat(125),
  "x".repeat(126),
  "é".repeat(32_768),
  "€".repeat(MEBIBYTE / 3),
];
const sizes: readonly number[] = [0, 1, 125, 126, 65_535, 65_536, MEBIBYTE];

const pattern = (size: number): Buffer =>
  Buffer.alloc(
    size,
    Uint8Array.from({ length: 251 }, (_, i) => i),
  );

function converse(kind: PeerKind, door: Door): void {
  let current: Host | undefined;
  const start = async (options?: ServerOptions): Promise<Host> => (current = await host(door, options));
  afterEach(() => current?.stop());
  const can = (ability: Ability): boolean => kind.abilities.includes(ability);
  const where = (ability: Ability, define: () => void): void => (can(ability) ? define() : undefined);

  it("takes texts and gives them back", async () => {
    const peer = await kind.connect((await start()).url);
    for (const text of can("empty texts") ? texts : texts.slice(1)) {
      peer.sendText(text);
      expect(await peer.events.next()).toEqual({ type: "text", text });
    }
  });

  it("takes binaries and gives them back", async () => {
    const peer = await kind.connect((await start()).url);
    for (const size of sizes) {
      const bytes = pattern(size);
      peer.sendBinary(bytes);
      const event = await peer.events.next();
      expect(event.type === "binary" && bytes.equals(event.bytes), `${size} bytes`).toBe(true);
    }
  });

  it("keeps the order of what is sent at once", async () => {
    const peer = await kind.connect((await start()).url);
    for (let i = 0; i < 200; i++) {
      if (i % 2 === 0) peer.sendText(`message ${i}`);
      else peer.sendBinary(Buffer.of(i));
    }
    for (let i = 0; i < 200; i++) {
      const expected = i % 2 === 0 ? { text: `message ${i}` } : { bytes: Buffer.of(i) };
      expect(await peer.events.next()).toMatchObject(expected);
    }
  });

  it("hears what the server says of itself, and its pings do not disturb", async () => {
    const { url, opened } = await start();
    const peer = await kind.connect(url);
    const socket = await opened.next();
    socket.send("first");
    socket.ping(Buffer.from("are you there"));
    socket.send(pattern(70_000));
    socket.send("last");
    const ping = can("hears pings") ? [{ type: "ping", payload: "are you there" }] : [];
    const told = [{ text: "first" }, ...ping, { type: "binary" }, { text: "last" }];
    for (const expected of told) expect(await peer.events.next()).toMatchObject(expected);
    peer.sendText("still here");
    expect(await peer.events.next()).toEqual({ type: "text", text: "still here" });
  });

  where("fragments", () =>
    it("joins fragments to one message", async () => {
      const peer = await kind.connect((await start()).url);
      const pieces = ["in ", "", "five ", "pieces ", "👋"];
      peer.sendFragments!(pieces);
      expect(await peer.events.next()).toEqual({ type: "text", text: pieces.join("") });
    }),
  );

  where("ping", () =>
    it("gets its pings answered", async () => {
      const peer = await kind.connect((await start()).url);
      peer.ping!("ping 1");
      expect(await peer.events.next()).toEqual({ type: "pong", payload: "ping 1" });
      peer.sendText("between");
      expect(await peer.events.next()).toEqual({ type: "text", text: "between" });
      peer.ping!("x".repeat(125));
      expect(await peer.events.next()).toEqual({ type: "pong", payload: "x".repeat(125) });
    }),
  );

  it.each([
    { code: 1000, reason: "done" },
    { code: 3000, reason: "" },
    { code: 4999, reason: "grüezi 👋" },
    { code: 4000, reason: "r".repeat(123) },
  ])("closes with $code and a reason", async ({ code, reason }) => {
    const { url, closed } = await start();
    const peer = await kind.connect(url);
    peer.close(code, reason);
    expect(await closed.next()).toEqual({ code, reason });
    expect(await peer.events.next()).toMatchObject({ type: "close", code });
  });

  it("closes without a code", async () => {
    const { url, closed } = await start();
    const peer = await kind.connect(url);
    peer.close();
    expect(await closed.next()).toEqual(kind.bareClose);
    expect(await peer.events.next()).toMatchObject({ type: "close" });
  });

  it.each([
    { code: 1000, reason: "done" },
    { code: 1001, reason: "going home" },
    { code: 1011, reason: "grüezi 👋" },
    { code: 4321, reason: "r".repeat(123) },
  ])("hears the server close with $code", async ({ code, reason }) => {
    const { url, opened, closed } = await start();
    const peer = await kind.connect(url);
    (await opened.next()).close(code, reason);
    expect(await peer.events.next()).toEqual({ type: "close", code, reason });
    expect(await closed.next()).toMatchObject({ code: kind.closeAnswer ?? code });
  });

  it("hears what was sent before the server closed, and 1001 where it goes away", async () => {
    const { url, server, opened } = await start();
    const peer = await kind.connect(url);
    (await opened.next()).send(pattern(300_000));
    await server.close({ reason: "maintenance" });
    expect(await peer.events.next()).toMatchObject({ type: "binary" });
    expect(await peer.events.next()).toEqual({ type: "close", code: 1001, reason: "maintenance" });
  });

  it("hears 1009 for a message over the limit", async () => {
    const { url, closed } = await start({ maxPayload: 1000 });
    const peer = await kind.connect(url);
    peer.sendText("x".repeat(1000));
    expect(await peer.events.next()).toMatchObject({ type: "text" });
    peer.sendText("x".repeat(1001));
    expect(await closed.next()).toMatchObject({ code: 1009 });
    expect(await peer.events.next()).toMatchObject({ type: "close", code: 1009 });
  });

  it("agrees on the server's favourite subprotocol", async () => {
    const { url, opened } = await start({ subprotocols: ["chat.v2", "chat.v1"] });
    const peer = await kind.connect(url, ["chat.v1", "chat.v2", "other"]);
    expect(peer.subprotocol).toBe("chat.v2");
    expect((await opened.next()).subprotocol).toBe("chat.v2");
  });

  it("is told when the server refuses", async () => {
    const { url } = await start({ upgrade: () => ({ status: 401, body: "who are you?" }) });
    await expect(kind.connect(url)).rejects.toThrow(/refused|401/);
  });

  where("crowd", () =>
    it("comes two hundred at once", { timeout: 60_000 }, async () => {
      const { url, server, closed } = await start();
      const peers = await Promise.all(Array.from({ length: 200 }, () => kind.connect(url)));
      expect(server.sockets.size).toBe(200);
      for (const [i, peer] of peers.entries()) peer.sendText(`I am ${i}`);
      for (const [i, peer] of peers.entries()) {
        expect(await peer.events.next()).toEqual({ type: "text", text: `I am ${i}` });
      }
      for (const peer of peers) peer.close(1000);
      for (const _ of peers) expect(await closed.next()).toMatchObject({ code: 1000 });
    }),
  );
}

for (const kind of [...clients, pythonClient]) {
  if (kind.missing !== undefined) console.warn(`skipped: ${kind.name}: ${kind.missing}`);
  describe.skipIf(kind.missing !== undefined)(kind.name, () => {
    describe.each(kind.abilities.includes("crowd") ? doors : doors.slice(0, 1))("%s", (door) => {
      converse(kind, door);
    });
  });
}
