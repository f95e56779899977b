import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { prepare, type ServerOptions, type ServerSocket, type WebSocketServer } from "../../src/index.ts";
import { WebSocket } from "ws";
import { expected, meet, transportOf } from "./meet.ts";

interface Crowd {
  readonly server: WebSocketServer;
  readonly sockets: ServerSocket[];
  readonly clients: WebSocket[];
}

async function crowd(count: number, options: ServerOptions = {}): Promise<Crowd> {
  const sockets: ServerSocket[] = [];
  const { server, connect } = await meet({
    open: (socket) => void sockets.push(socket),
    message: () => {},
    ...options,
  });
  const clients: WebSocket[] = [];
  for (let i = 0; i < count; i++) {
    const client = connect();
    await once(client, "open");
    clients.push(client);
  }
  while (sockets.length < count) await new Promise(setImmediate);
  return { server, sockets, clients };
}

/** What a client hears, up to a message that says end. */
function heard(client: WebSocket): Promise<string[]> {
  const messages: string[] = [];
  const { promise, resolve } = expected<string[]>();
  client.on("message", (data: Buffer, binary: boolean) => {
    if (data.toString() === "end") resolve(messages);
    else messages.push(`${binary ? "binary" : "text"} ${data.toString()}`);
  });
  return promise;
}

describe("topics", () => {
  it("publish reaches who has subscribed, once, but for whom it is not meant", async () => {
    const { server, sockets, clients } = await crowd(4);
    const hearing = Promise.all(clients.map(heard));
    for (const socket of sockets.slice(0, 3)) socket.subscribe("news");
    sockets[0]!.subscribe("news");
    sockets[3]!.subscribe("sport");
    sockets[2]!.unsubscribe("news");
    expect(server.publish("news", "a", { except: sockets[1] })).toBe(1);
    expect(server.publish("news", Buffer.from("b"))).toBe(2);
    expect(server.publish("sport", "c")).toBe(1);
    expect(server.publish("nothing", "d")).toBe(0);
    expect(server.broadcast("end")).toBe(4);
    expect(await hearing).toEqual([["text a", "binary b"], ["binary b"], [], ["text c"]]);
    expect([...sockets[0]!.topics, ...sockets[2]!.topics]).toEqual(["news"]);
    expect([...server.subscribers("news")]).toEqual(sockets.slice(0, 2));
  });

  it("who is gone has no topics any more, and a topic without subscribers is not held", async () => {
    const { server, sockets, clients } = await crowd(1);
    sockets[0]!.subscribe("news");
    clients[0]!.close();
    await sockets[0]!.closed;
    while (server.sockets.size > 0) await new Promise(setImmediate);
    expect(server.subscribers("news").size).toBe(0);
    sockets[0]!.subscribe("news");
    expect([server.subscribers("news").size, sockets[0]!.topics.size]).toEqual([0, 0]);
    expect(server.publish("news", "x")).toBe(0);
  });

  it("a peer that does not read misses messages, and delays nobody", async () => {
    const { server, sockets, clients } = await crowd(3, { maxBuffered: 300_000 });
    for (const socket of sockets) socket.subscribe("news");
    transportOf(clients[1]!).pause();
    const total = 400;
    const counts = [0, 0];
    const all = expected();
    [clients[0]!, clients[2]!].forEach((client, i) => {
      client.on("message", () => {
        counts[i]!++;
        if (counts[0] === total && counts[1] === total) all.resolve();
      });
    });
    let missed = 0;
    for (let i = 0; i < total; i++) {
      missed += 3 - server.publish("news", new Uint8Array(100_000));
      while (sockets[0]!.bufferedAmount + sockets[2]!.bufferedAmount > 0) await new Promise(setImmediate);
    }
    await all.promise;
    expect(missed).toBeGreaterThan(0);
    expect(sockets[1]!.state).toBe("open");
    expect(sockets[1]!.bufferedAmount).toBeLessThan(400_100);
  });

  it("whenFull: close ends a peer that does not read with 1013", async () => {
    const { server, sockets, clients } = await crowd(1, { maxBuffered: 300_000, closeTimeout: 200 });
    clients[0]!.on("error", () => {});
    transportOf(clients[0]!).pause();
    while (server.broadcast(new Uint8Array(100_000), { whenFull: "close" }) > 0)
      await new Promise(setImmediate);
    expect(sockets[0]!.state).toBe("closing");
  });
});

describe("a prepared message", () => {
  it.each([undefined, true])(
    "arrives as what it was made from (compressed: %s)",
    async (perMessageDeflate) => {
      const { port } = await meet({
        ...(perMessageDeflate && { perMessageDeflate: { threshold: 0 } }),
        message: (socket, message) => socket.send(prepare(message)),
      });
      const client = new WebSocket(`ws://127.0.0.1:${port}`);
      await once(client, "open");
      expect(client.extensions).toBe(perMessageDeflate ? "permessage-deflate" : "");
      const hearing = heard(client);
      const long = "compressible ".repeat(500);
      client.send("short");
      client.send(long);
      client.send(Buffer.from("octets"));
      client.send("end");
      expect(await hearing).toEqual(["text short", `text ${long}`, "binary octets"]);
      client.terminate();
    },
  );

  it("under context takeover is compressed for each connection, and arrives as it was", async () => {
    const text = "never the same octets twice ".repeat(100);
    const message = prepare(text);
    const { server, port } = await meet({
      perMessageDeflate: { threshold: 0, contextTakeover: true },
      message: () => {},
    });
    const clients = [0, 1].map(() => new WebSocket(`ws://127.0.0.1:${port}`));
    await Promise.all(clients.map((client) => once(client, "open")));
    const hearing = Promise.all(clients.map(heard));
    while (server.sockets.size < 2) await new Promise(setImmediate);
    for (const copy of [message, "between", message, message, `${text}!`, "end"]) server.broadcast(copy);
    const expectation = ["between", text, text, `${text}!`].map((each) => `text ${each}`);
    expect(await hearing).toEqual(clients.map(() => [`text ${text}`, ...expectation]));
    for (const client of clients) client.terminate();
  });

  it("is compressed once for all connections that compress alike", () => {
    const message = prepare("text");
    let times = 0;
    const deflate = (): Uint8Array => new Uint8Array([++times]);
    expect([
      message.deflated(1, deflate),
      message.deflated(1, deflate),
      message.deflated(2, deflate),
    ]).toEqual([new Uint8Array([1]), new Uint8Array([1]), new Uint8Array([2])]);
  });

  it("of a prepared message is itself; of anything but text and bytes it is refused", () => {
    const message = prepare("text");
    expect(prepare(message)).toBe(message);
    expect([message.type, message.bytes]).toEqual(["text", Buffer.from("text")]);
    expect(() => prepare(5 as never)).toThrow(expect.objectContaining({ code: "ERR_INVALID_DATA" }));
  });
});
