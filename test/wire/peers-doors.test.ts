import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { Agent, createServer, get, type IncomingMessage } from "node:http";
import { createServer as createHttpsServer, get as httpsGet } from "node:https";
import { type AddressInfo, connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { WebSocketServer } from "../../src/index.ts";
import { connectWs } from "./peers/clients.ts";
import { host, type Host } from "./peers/host.ts";

/*
 * Every way to reach a server, with a real client at the other end: TLS, unix sockets, and beside ordinary requests.
 */

const fixture = (name: string): Buffer => readFileSync(join(import.meta.dirname, "../fixtures", name));
// Valid for localhost, signed by itself, known to nobody.
const identity = { key: fixture("localhost.key"), cert: fixture("localhost.crt") };
const trust = { ca: identity.cert };

let cleanUp: (() => unknown)[] = [];
afterEach(async () => {
  for (const step of cleanUp.toReversed()) await step();
  cleanUp = [];
});
const started = async (running: Promise<Host>): Promise<Host> => {
  const current = await running;
  cleanUp.push(() => current.stop());
  return current;
};

async function read(response: IncomingMessage): Promise<{ status: number | undefined; body: string }> {
  let body = "";
  for await (const chunk of response.setEncoding("utf8")) body += chunk;
  return { status: response.statusCode, body };
}

const page = (): ReturnType<typeof createServer> =>
  createServer((request, response) => response.end(`the page ${request.url}`));

async function converse(url: string, options?: Parameters<typeof connectWs>[2]): Promise<void> {
  const peer = await connectWs(url, [], options);
  peer.sendText("grüezi");
  expect(await peer.events.next()).toEqual({ type: "text", text: "grüezi" });
  const mebibyte = Buffer.alloc(1024 * 1024, "octets");
  peer.sendBinary(mebibyte);
  const event = await peer.events.next();
  expect(event.type === "binary" && mebibyte.equals(event.bytes)).toBe(true);
  peer.close(1000, "done");
  expect(await peer.events.next()).toMatchObject({ type: "close", code: 1000 });
}

describe("TLS", () => {
  it("serves wss with a listener of its own", async () => {
    const secure: boolean[] = [];
    const { url } = await started(
      host(
        "own listener",
        { open: (_, request) => secure.push(request.secure) },
        { port: 0, host: "127.0.0.1", tls: identity },
      ),
    );
    await converse(url.replace("ws:", "wss:"), trust);
    expect(secure).toEqual([true]);
  });

  it("survives a client that does not trust it, one that speaks no TLS, and one that says nothing", async () => {
    const { url } = await started(
      host("own listener", { handshakeTimeout: 200 }, { port: 0, host: "127.0.0.1", tls: identity }),
    );
    await expect(connectWs(url.replace("ws:", "wss:"))).rejects.toThrow(/self-signed/);
    await expect(connectWs(url)).rejects.toThrow(/socket hang up|ECONNRESET/);
    const silent = connect(Number(new URL(url).port), "127.0.0.1");
    await once(silent.resume(), "close");
    await converse(url.replace("ws:", "wss:"), trust);
  });

  it("serves wss attached to node:https, beside pages", async () => {
    const https = createHttpsServer(identity, (_, response) => response.end("a page"));
    const server = new WebSocketServer({ message: (socket, message) => void socket.send(message) });
    server.attach(https);
    await once(https.listen(0, "127.0.0.1"), "listening");
    const { port } = https.address() as AddressInfo;
    cleanUp.push(
      () => https.close(),
      () => server.close(),
    );
    await converse(`wss://127.0.0.1:${port}/`, trust);
    const [response] = await once(httpsGet({ port, host: "127.0.0.1", agent: false, ...trust }), "response");
    expect(await read(response)).toEqual({ status: 200, body: "a page" });
  });
});

describe("a unix socket", () => {
  it("serves as a port does", async () => {
    const folder = mkdtempSync(join(tmpdir(), "handfast-"));
    cleanUp.push(() => rmSync(folder, { recursive: true }));
    const path = join(folder, "echo.sock");
    await started(host("own listener", {}, { path }));
    await converse(`ws+unix://${path}:/chat`);
  });
});

describe("beside ordinary requests", () => {
  it("hands them to the application's server, or answers 426 where there is none", async () => {
    const where = { port: 0, host: "127.0.0.1" };
    const withPage = await started(host("own listener", {}, { ...where, http: page() }));
    const without = await started(host("own listener", {}, where));
    const ask = async (url: string): ReturnType<typeof read> => {
      const [response] = await once(get(url.replace("ws:", "http:"), { agent: false }), "response");
      return read(response);
    };
    await converse(withPage.url);
    expect(await ask(`${withPage.url}a?b`)).toEqual({ status: 200, body: "the page /a?b" });
    expect(await ask(without.url)).toMatchObject({ status: 426 });
    const attached = await started(host("attached to node:http"));
    expect(await ask(attached.url)).toEqual({ status: 200, body: "an ordinary page" });
  });

  it("upgrades a kept connection that has carried ordinary requests to node:http", async () => {
    const http = page();
    const server = new WebSocketServer({ message: (socket, message) => void socket.send(message) });
    server.attach(http);
    let connections = 0;
    http.on("connection", () => connections++);
    await once(http.listen(0, "127.0.0.1"), "listening");
    const { port } = http.address() as AddressInfo;
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    cleanUp.push(
      () => http.close(),
      () => server.close(),
      () => agent.destroy(),
    );
    for (const path of ["/1", "/2"]) {
      const [response] = await once(get({ port, host: "127.0.0.1", path, agent }), "response");
      expect(await read(response)).toEqual({ status: 200, body: `the page ${path}` });
    }
    const peer = await connectWs(`ws://127.0.0.1:${port}/`, [], { agent });
    expect(connections).toBe(1);
    peer.sendText("on the same connection");
    expect(await peer.events.next()).toEqual({ type: "text", text: "on the same connection" });
  });

  it("ends a request that nobody answers when the close timeout is over", async () => {
    const silent = createServer(() => {});
    const { server, url } = await host(
      "own listener",
      { closeTimeout: 50 },
      { port: 0, host: "127.0.0.1", http: silent },
    );
    const socket = connect(Number(new URL(url).port), "127.0.0.1");
    const asked = once(silent, "request");
    socket.write("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    await asked;
    const closed = once(socket.resume(), "close");
    await server.close();
    await closed;
  });
});
