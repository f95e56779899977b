import { once } from "node:events";
import http from "node:http";
import net, { type AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { afterEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { type ServerOptions, WebSocketServer } from "../../src/index.ts";
import { closed, expected, meet } from "./meet.ts";

const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

/** All that a server answers to `request` until it ends the connection. */
async function answerTo(port: number, request: string, halfClose = false): Promise<string> {
  const client = net.connect({ port, host: "127.0.0.1", allowHalfOpen: true });
  if (halfClose) client.end(request);
  else client.write(request);
  const chunks = (await client.toArray()) as Buffer[];
  client.destroy();
  return Buffer.concat(chunks).toString();
}

describe("a listener with an HTTP server", () => {
  async function both(): Promise<{ port: number; connect: () => WebSocket }> {
    const pages = http.createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on("data", (chunk: Buffer) => chunks.push(chunk));
      request.on("end", () => {
        // Later, as most applications answer.
        setImmediate(() =>
          response.end(`${request.method} ${request.url} ${Buffer.concat(chunks).toString()}`),
        );
      });
    });
    const server = new WebSocketServer({ message: (socket, message) => void socket.send(message) });
    cleanups.push(() => server.close());
    const { port } = await server.listen({ port: 0, host: "127.0.0.1", http: pages });
    return { port, connect: () => new WebSocket(`ws://127.0.0.1:${port}/`) };
  }

  it("hands ordinary requests over, whole and on a connection that ends", async () => {
    const { port } = await both();
    const answer = await answerTo(port, "POST /form HTTP/1.1\r\nHost: a\r\nContent-Length: 5\r\n\r\nhello");
    expect(answer).toMatch(/^HTTP\/1.1 200 OK\r\n/);
    expect(answer).toContain("Connection: close\r\n");
    expect(answer.endsWith("POST /form hello")).toBe(true);
  });

  it("hands over a request that came in pieces, its body in the packet of its last line", async () => {
    const { port } = await both();
    const client = net.connect(port, "127.0.0.1");
    client.setNoDelay(true);
    for (const piece of ["PO", "ST /x HTTP/1.1\r\nHost: a\r", "\nContent-Length: 4\r\n\r\nab", "cd"]) {
      await new Promise<void>((resolve) => client.write(piece, () => resolve()));
      await new Promise(setImmediate);
    }
    const chunks = (await client.toArray()) as Buffer[];
    expect(Buffer.concat(chunks).toString().endsWith("POST /x abcd")).toBe(true);
  });

  it("answers a client that has ended its half", async () => {
    const { port } = await both();
    expect(await answerTo(port, "GET /half HTTP/1.1\r\nHost: a\r\n\r\n", true)).toContain("GET /half");
  });

  it("serves many at once, beside WebSockets", async () => {
    const { port, connect } = await both();
    const texts = await Promise.all(
      Array.from({ length: 50 }, (_, i) => fetch(`http://127.0.0.1:${port}/${i}`).then((r) => r.text())),
    );
    expect(texts).toEqual(Array.from({ length: 50 }, (_, i) => `GET /${i} `));
    const client = connect();
    await once(client, "open");
    client.send("hello");
    expect(String((await once(client, "message"))[0])).toBe("hello");
    client.terminate();
  });
});

describe("attached to an HTTP server", () => {
  async function attach(
    options: ServerOptions,
    prepare: (server: http.Server) => void = () => {},
  ): Promise<{ server: WebSocketServer; port: number; connect: () => WebSocket }> {
    const pages = http.createServer((_, response) => response.end("page"));
    prepare(pages);
    const server = new WebSocketServer({ closeTimeout: 1000, ...options });
    server.attach(pages);
    server.attach(pages);
    pages.listen(0, "127.0.0.1");
    await once(pages, "listening");
    cleanups.push(async () => {
      await server.close();
      pages.closeAllConnections();
      await new Promise((resolve) => pages.close(resolve));
    });
    const { port } = pages.address() as AddressInfo;
    return { server, port, connect: () => new WebSocket(`ws://127.0.0.1:${port}/`) };
  }

  it("takes upgrades once, however often it is attached, and leaves pages alone", async () => {
    let opened = 0;
    const { port, connect } = await attach({ open: () => void opened++ });
    const client = connect();
    await once(client, "open");
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe("page");
    expect(opened).toBe(1);
    client.terminate();
  });

  it("after close takes no upgrades", async () => {
    const { server, port, connect } = await attach({});
    const client = connect();
    await once(client, "open");
    const seen = closed(client);
    await server.close();
    expect(await seen).toEqual([1001, ""]);
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe("page");
  });

  it.each([
    ["by its own limit", { maxHeaders: 20 }, 21, () => {}],
    ["where node:http may have dropped some", {}, 1000, () => {}],
    [
      "where the HTTP server's limit may have dropped some",
      {},
      30,
      (s: http.Server) => void (s.maxHeadersCount = 30),
    ],
  ])("refuses too many header fields with 431: %s", async (_, options, count, prepare) => {
    const { port } = await attach(options, prepare);
    const fields = ["Host: a", "Upgrade: websocket", "Connection: Upgrade", "Sec-WebSocket-Version: 13"];
    fields.push("Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==");
    while (fields.length < count) fields.push("A: b");
    const answer = await answerTo(port, `GET / HTTP/1.1\r\n${fields.join("\r\n")}\r\n\r\n`);
    expect(answer).toMatch(/^HTTP\/1.1 431 /);
  });

  it("a transport that is destroyed during the upgrade hook opens nothing", async () => {
    const asked = expected();
    const answer = expected();
    const calls: string[] = [];
    let transport: Duplex | undefined;
    const { server, connect } = await attach(
      {
        upgrade: () => {
          asked.resolve();
          return answer.promise;
        },
        open: () => void calls.push("open"),
        close: () => void calls.push("close"),
      },
      (pages) => pages.on("connection", (socket) => (transport = socket)),
    );
    const client = connect();
    const gone = closed(client);
    await asked.promise;
    transport!.destroy();
    await gone;
    answer.resolve();
    await new Promise(setImmediate);
    expect(calls).toEqual([]);
    expect(server.sockets.size).toBe(0);
  });
});

describe("time-outs", () => {
  it("a connection outlives the handshake's time-out; a head that does not come in time gets 408", async () => {
    const { port, connect } = await meet({
      handshakeTimeout: 40,
      message: (socket, message) => void socket.send(message),
    });
    const client = connect();
    await once(client, "open");
    // This time-out began later than the one of the connection, so that one would have struck before.
    expect(await answerTo(port, "GET / HTTP/1.1\r\nHost: a\r\n")).toMatch(/^HTTP\/1.1 408 /);
    client.send("still here");
    expect(String((await once(client, "message"))[0])).toBe("still here");
  });
});
