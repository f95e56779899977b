import { once } from "node:events";
import http from "node:http";
import http2, { type IncomingHttpHeaders } from "node:http2";
import { request as httpsRequest } from "node:https";
import tls from "node:tls";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { WebSocket, WebSocketServer as Ws } from "ws";
import { WebSocketServer } from "../../src/index.ts";
import { attachedTo, identity, type Session, startListening } from "./http2.ts";
import { CLOSE, CLOSE_ANSWER, hex } from "./octets.ts";

/* HTTP/2 and HTTP/1.1 on one port, beside pages, other streams and other owners. */

const HELLO = hex("81 85 37fa213d 7f9f4d5158");

async function get(session: Session, path: string): Promise<[status: unknown, body: string]> {
  const stream = session.http2.request({ ":path": path });
  const [headers] = (await once(stream, "response")) as [IncomingHttpHeaders];
  const chunks = (await stream.toArray()) as Buffer[];
  return [headers[":status"], Buffer.concat(chunks).toString()];
}

async function getOverHttp1(url: string): Promise<[status: unknown, body: string]> {
  const request = httpsRequest(url, { agent: false, rejectUnauthorized: false }).end();
  const [response] = (await once(request, "response")) as [http.IncomingMessage];
  return [response.statusCode, Buffer.concat((await response.toArray()) as Buffer[]).toString()];
}

async function echoOverHttp1(url: string, text: string): Promise<void> {
  const client = new WebSocket(url.replace("https:", "wss:"), { rejectUnauthorized: false });
  await once(client, "open");
  client.send(text);
  expect(String((await once(client, "message"))[0])).toBe(text);
  client.close();
  await once(client, "close");
}

describe("listening by itself", () => {
  const pages = (): http.Server =>
    http.createServer((request, response) => response.end(`${request.httpVersion} ${request.url}`));

  it("speaks both versions of HTTP on one port, WebSockets and pages", async () => {
    const versions: string[] = [];
    const { connect, url } = await startListening(
      { upgrade: ({ httpVersion }) => void versions.push(httpVersion) },
      { http: pages() },
    );
    const session = await connect();
    const client = await session.open();
    expect(await get(session, "/a?b")).toEqual([200, "2.0 /a?b"]);
    await client.send(Buffer.concat([HELLO, CLOSE]));
    expect(await client.untilEnded()).toEqual(Buffer.concat([hex("81 05 48656c6c6f"), CLOSE_ANSWER]));
    await echoOverHttp1(url, "over HTTP/1.1");
    expect(await getOverHttp1(`${url}/c`)).toEqual([200, "1.1 /c"]);
    expect(versions).toEqual(["2.0", "1.1"]);
  });

  it("without pages requests get 404, and 426 over HTTP/1.1", async () => {
    const { connect, url } = await startListening();
    expect(await get(await connect(), "/")).toEqual([404, "This is a WebSocket server\n"]);
    expect((await getOverHttp1(url))[0]).toBe(426);
  });

  it("an ordinary CONNECT gets 405", async () => {
    const { connect } = await startListening();
    const session = await connect();
    const stream = session.http2.request({ ":method": "CONNECT", ":authority": "a.example:1" });
    const [headers] = (await once(stream, "response")) as [IncomingHttpHeaders];
    expect(headers[":status"]).toBe(405);
    stream.close();
  });

  it("needs TLS", async () => {
    const server = new WebSocketServer();
    await expect(server.listen({ port: 0, http2: true })).rejects.toThrow(/http2 needs tls/);
  });

  it("without the option does not offer it", async () => {
    const { url } = await startListening({}, { http2: false });
    const client = tls.connect({
      port: Number(new URL(url).port),
      rejectUnauthorized: false,
      ALPNProtocols: ["h2", "http/1.1"],
    });
    onTestFinished(() => void client.destroy());
    await once(client, "secureConnect");
    expect(client.alpnProtocol).toBe(false);
  });

  it("a session that opens no stream is over when the handshake's time is, one with a stream is not", async () => {
    const { connect, server } = await startListening({ handshakeTimeout: 100 });
    const busy = await connect();
    const client = await busy.open();
    const idle = await connect();
    expect(server.stats()).toMatchObject({ connections: 1, handshakes: 1 });
    await once(idle.http2, "close");
    await vi.waitFor(() => expect(server.stats()).toMatchObject({ connections: 1, handshakes: 0 }));
    await client.send(Buffer.concat([HELLO, CLOSE]));
    await client.untilEnded();
    client.end();
    // Now this one is idle, too.
    await once(busy.http2, "close");
    await vi.waitFor(() => expect(server.stats()).toMatchObject({ connections: 0, handshakes: 0 }));
  });

  it("sessions without streams count as connections", async () => {
    const { connect, url } = await startListening({ maxConnections: 2 });
    await connect();
    await connect();
    const { port } = new URL(url);
    const third = http2.connect(`https://127.0.0.1:${port}`, { rejectUnauthorized: false });
    third.on("error", () => {});
    await once(third, "goaway");
    await once(third, "close");
  });

  it("a server that closes says 1001 on every stream and ends the sessions", async () => {
    const { connect, server } = await startListening();
    const [one, other] = [await connect(), await connect()];
    const clients = [await one.open(), await one.open()];
    const closed = server.close();
    for (const client of clients) {
      expect(await client.untilSize(4)).toEqual(hex("88 02 03e9"));
      await client.send(hex("88 82 00000000 03e9"));
      client.end();
    }
    await closed;
    if (!one.http2.closed) await once(one.http2, "close");
    if (!other.http2.destroyed) await once(other.http2, "close");
  });

  it("a server that closes does not wait for a page that never comes, beyond the time for closing", async () => {
    const { connect, server } = await startListening(
      { closeTimeout: 100 },
      { http: http.createServer(() => {}) },
    );
    const session = await connect();
    const page = session.http2.request({ ":path": "/" });
    page.on("error", () => {});
    // Its answer comes when the page has been asked for.
    await session.open();
    const gone = once(session.transport, "close");
    await server.close({ deadline: 60_000 });
    await gone;
  });

  it("a client that ends its half of TCP ends the session", async () => {
    const { connect } = await startListening();
    const { transport } = await connect();
    transport.end();
    await once(transport, "close");
  });

  it("says how many streams a session may have", async () => {
    const { connect } = await startListening();
    expect((await connect()).http2.remoteSettings.maxConcurrentStreams).toBe(256);
  });
});

describe("attached to node:http2", () => {
  it("leaves requests to the server's own listener, and takes WebSockets from it", async () => {
    const paths: (string | undefined)[] = [];
    const start = attachedTo(
      () =>
        http2.createServer((request, response) => {
          paths.push(request.url);
          response.end("page");
        }),
      "http",
    );
    const { connect } = await start();
    const session = await connect();
    const client = await session.open();
    expect(await get(session, "/page")).toEqual([200, "page"]);
    client.stream.close();
    expect(paths).toEqual(["/page"]);
  });

  it("by path; what is nobody's gets 404, or goes to who else takes streams", async () => {
    const httpServer = http2.createServer((_, response) => response.end("page"));
    const server = new WebSocketServer({ open: (socket) => void socket.send("b") });
    const start = attachedTo(() => httpServer, "http");
    server.attach(httpServer, { path: "/b" });
    const other = new WebSocketServer();
    other.attach(httpServer, { path: (path) => path === "/chat" });
    const { connect, server: all } = await start();
    await all.close();
    onTestFinished(() => Promise.all([server.close(), other.close()]).then(() => {}));
    const session = await connect();
    const client = await session.open({ ":path": "/b?x" });
    expect(await client.untilSize(3)).toEqual(hex("81 01 62"));
    (await session.open()).stream.close();
    const nobody = session.request({ ":path": "/c" });
    expect(await nobody.answer).toMatchObject({ ":status": 404 });
    await nobody.untilClosed();
    httpServer.on("stream", (stream, headers) => {
      if (headers[":protocol"] === undefined) return;
      stream.respond({ ":status": 299 });
      stream.end();
    });
    // node:http2 itself would answer 405 to a CONNECT that nobody listens for.
    httpServer.on("connect", () => {});
    for (const fields of [{ ":path": "/c" }, { ":path": "/b", ":protocol": "other" }]) {
      const foreign = session.request(fields);
      expect(await foreign.answer).toMatchObject({ ":status": 299 });
    }
    client.stream.close();
  });

  it("takes HTTP/1.1 upgrades of the same server, beside ws", async () => {
    const secure = http2.createSecureServer({ ...identity, allowHTTP1: true });
    const { connect, url, server } = await attachedTo(() => secure, "https")();
    const ws = new Ws({ server: secure as never, path: "/ws" });
    onTestFinished(() => ws.close());
    await echoOverHttp1(url, "over HTTP/1.1");
    (await (await connect()).open()).stream.close();
    await server.close();
    const client = new WebSocket(`${url.replace("https:", "wss:")}/ws`, { rejectUnauthorized: false });
    await once(client, "open");
    client.terminate();
  });
});
