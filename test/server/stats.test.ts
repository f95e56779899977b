import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import type { ServerSocket } from "../../src/index.ts";
import { closed, expected, meet, refused, transportOf } from "./meet.ts";

/** Resolves when the server has no connection left. */
async function empty(server: { readonly sockets: ReadonlySet<unknown> }): Promise<void> {
  while (server.sockets.size > 0) await new Promise(setImmediate);
}

describe("socket.stats()", () => {
  it("counts messages and the octets of their frames", async () => {
    const opened = expected<ServerSocket>();
    const { connect } = await meet({
      open: (socket) => opened.resolve(socket),
      message: (socket, message) => void socket.send(message),
    });
    const client = connect();
    await once(client, "open");
    const socket = await opened.promise;
    const nothing = {
      messagesReceived: 0,
      bytesReceived: 0,
      messagesSent: 0,
      bytesSent: 0,
      messagesDropped: 0,
      buffered: 0,
      latency: undefined,
      compression: undefined,
    };
    expect(socket.stats()).toEqual(nothing);
    for (const text of ["12345", "x".repeat(200)]) {
      client.send(text);
      await once(client, "message");
    }
    void socket.sendStream(["1234", "5"]);
    await once(client, "message");
    // Masked frames have a header of 6 and 8 octets, ours of 2 and 4; the stream is three fragments.
    const counted = { messagesReceived: 2, bytesReceived: 219, messagesSent: 3, bytesSent: 222 };
    expect(socket.stats()).toEqual({ ...nothing, ...counted });
    client.close();
    await socket.closed;
    // The Close frames: 8 octets and, with the code, 4.
    expect(socket.stats()).toMatchObject({ ...counted, bytesReceived: 225, bytesSent: 224 });
  });

  it("counts messages as pieces once, and pings not at all", async () => {
    const opened = expected<ServerSocket>();
    const got = expected();
    const { connect } = await meet({
      open: (socket) => opened.resolve(socket),
      stream: async (_, message) => {
        for await (const piece of message) void piece;
        got.resolve();
      },
    });
    const client = connect();
    await once(client, "open");
    client.ping();
    client.send("a", { fin: false });
    client.send("b", { fin: false });
    client.send("c");
    await got.promise;
    expect((await opened.promise).stats()).toMatchObject({ messagesReceived: 1, bytesReceived: 27 });
  });

  it("tells what compression saves", async () => {
    const { server, port } = await meet({
      perMessageDeflate: true,
      message: (socket, message) => void socket.send(message),
    });
    const client = new WebSocket(`ws://127.0.0.1:${port}/`, { perMessageDeflate: { threshold: 0 } });
    await once(client, "open");
    const [socket] = server.sockets;
    client.send("a".repeat(10_000));
    await once(client, "message");
    const { compression, bytesReceived, bytesSent } = socket!.stats();
    expect(compression).toEqual({ payloadReceived: 10_000, payloadSent: 10_000 });
    expect([bytesReceived < 100, bytesSent < 100]).toEqual([true, true]);
    expect(server.stats().compression).toEqual({
      bytesReceived,
      bytesSent,
      payloadReceived: 10_000,
      payloadSent: 10_000,
    });
    client.close();
    await closed(client);
    await empty(server);
    expect(server.stats().compression).toMatchObject({ payloadReceived: 10_000, payloadSent: 10_000 });
  });

  it("counts what was dropped, and what waits", async () => {
    const opened = expected<ServerSocket>();
    const { server, connect } = await meet({
      maxBuffered: 1000,
      whenFull: "drop",
      open: (socket) => opened.resolve(socket),
    });
    const client = connect();
    await once(client, "open");
    transportOf(client).pause();
    const socket = await opened.promise;
    let sent = 0;
    while (socket.stats().messagesDropped === 0) {
      void socket.send(new Uint8Array(100_000));
      sent++;
      await new Promise(setImmediate);
    }
    void socket.send("one more");
    server.broadcast("and another");
    const { messagesSent, messagesDropped, buffered } = socket.stats();
    expect({ messagesSent, messagesDropped }).toEqual({ messagesSent: sent - 1, messagesDropped: 3 });
    expect(buffered).toBeGreaterThan(1000);
    expect(server.stats()).toMatchObject({ overflows: 3, messagesDropped: 3, buffered });
  });
});

describe("server.stats()", () => {
  it("adds up the connections that are there and those that are over", async () => {
    const { server, connect } = await meet({
      upgrade: ({ path }) => (path === "/no" ? { status: 403 } : undefined),
      message: (socket, message) => void socket.send(message),
    });
    const clients: WebSocket[] = [];
    for (let i = 0; i < 3; i++) {
      const client = connect();
      clients.push(client);
      await once(client, "open");
      client.send("hello");
      await once(client, "message");
    }
    expect(server.stats()).toMatchObject({ connections: 3, opened: 3, messagesReceived: 3, messagesSent: 3 });
    expect(server.stats()).toMatchObject({ bytesReceived: 33, bytesSent: 21, closed: {}, refused: {} });
    clients[0]!.close(4000);
    clients[1]!.terminate();
    await Promise.all([closed(clients[0]!), closed(clients[1]!)]);
    while (server.sockets.size > 1) await new Promise(setImmediate);
    await refused(connect("/no"));
    await refused(connect("/no"));
    expect(server.stats()).toMatchObject({
      connections: 1,
      opened: 3,
      messagesReceived: 3,
      messagesSent: 3,
      bytesReceived: 33 + 8,
      bytesSent: 21 + 4,
      closed: { 4000: 1, 1006: 1 },
      refused: { 403: 2 },
    });
  });
});
