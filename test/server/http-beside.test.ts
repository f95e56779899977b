import { once } from "node:events";
import http from "node:http";
import net, { type AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { describe, expect, it, onTestFinished } from "vitest";
import { WebSocket, WebSocketServer as Ws } from "ws";
import { type AttachOptions, type ServerOptions, WebSocketServer } from "../../src/index.ts";
import { expected, refused } from "./meet.ts";

/*
 * One HTTP server and several who take upgrades of it: WebSocketServers of ours by path, `ws`, and listeners of other
 * kinds, in every order.
 */

interface House {
  readonly pages: http.Server;
  readonly port: number;
  /** What a server of ours says to who comes. */
  readonly add: (name: string, where?: AttachOptions, options?: ServerOptions) => WebSocketServer;
  readonly visit: (path: string) => WebSocket;
  /** What is said at a path. */
  readonly ask: (path: string) => Promise<string>;
  readonly refusal: (path: string) => Promise<number | undefined>;
}

async function house(): Promise<House> {
  const pages = http.createServer((_, response) => response.end("page"));
  await once(pages.listen(0, "127.0.0.1"), "listening");
  const { port } = pages.address() as AddressInfo;
  const servers: WebSocketServer[] = [];
  const clients: WebSocket[] = [];
  onTestFinished(async () => {
    for (const client of clients) client.terminate();
    await Promise.all(servers.map((server) => server.close()));
    pages.closeAllConnections();
    await new Promise((resolve) => pages.close(resolve));
  });
  const visit = (path: string): WebSocket => {
    const client = new WebSocket(`ws://127.0.0.1:${port}${path}`);
    clients.push(client);
    return client;
  };
  return {
    pages,
    port,
    visit,
    add: (name, where, options) => {
      const server = new WebSocketServer({ open: (socket) => void socket.send(name), ...options });
      servers.push(server);
      server.attach(pages, where);
      return server;
    },
    ask: async (path) => String((await once(visit(path), "message"))[0]),
    refusal: async (path) => (await refused(visit(path))).status,
  };
}

/** An owner of `ws`, which answers 400 to paths that are not its own. */
function addWs(pages: http.Server, path?: string): Ws {
  const other = new Ws({ server: pages, ...(path !== undefined && { path }) });
  other.on("connection", (socket) => socket.send("ws"));
  onTestFinished(() => other.close());
  return other;
}

describe("several WebSocketServers on one HTTP server", () => {
  it("share it by path, whatever the order, and refuse what is nobody's with 404", async () => {
    const { add, ask, refusal } = await house();
    add("all but these", { path: (path) => path.startsWith("/x") });
    add("a", { path: "/a" });
    add("b", { path: "/b" });
    expect(await Promise.all(["/a", "/b?a=/a", "/x/y"].map(ask))).toEqual(["a", "b", "all but these"]);
    expect(await Promise.all(["/", "/a/", "/ab", "/A"].map(refusal))).toEqual([404, 404, 404, 404]);
  });

  it("give a path to who names it, before who says yes to it, before who takes all", async () => {
    const { add, ask } = await house();
    add("all");
    add("yes", { path: () => true });
    const named = add("named", { path: "/a" });
    expect(await ask("/a")).toBe("named");
    await named.close();
    expect(await ask("/a")).toBe("yes");
  });

  it("may each have several paths, and the same one twice", async () => {
    const { add, ask, pages } = await house();
    const server = add("a", { path: "/a" });
    server.attach(pages, { path: "/b" });
    server.attach(pages, { path: "/b" });
    expect([await ask("/a"), await ask("/b")]).toEqual(["a", "a"]);
  });

  it("leave the HTTP server as it was when the last one closes", async () => {
    const { add, pages, port, refusal } = await house();
    const servers = [add("a", { path: "/a" }), add("b", { path: "/b" })];
    await servers[0]!.close();
    expect(await refusal("/a")).toBe(404);
    await servers[1]!.close();
    expect(pages.listenerCount("upgrade")).toBe(0);
    expect(Object.hasOwn(pages, "emit")).toBe(false);
    // Nobody listens: node:http takes an upgrade for an ordinary request.
    expect(await refusal("/a")).toBe(200);
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe("page");
  });

  it("a path function that throws is reported and has not said yes, and so is none that promises", async () => {
    const { add, ask } = await house();
    const failure = new Error("no");
    const errors: unknown[] = [];
    const fails = (): never => {
      throw failure;
    };
    add("failing", { path: fails }, { error: (error) => void errors.push(error) });
    add("promising", { path: (() => Promise.resolve(true)) as unknown as () => boolean });
    add("all");
    expect(await ask("/a")).toBe("all");
    expect(errors).toEqual([failure]);
  });

  it.each([["chat"], [""], ["/a?b"], ["/a#b"], ["/a b"], [null], [/a/]])(
    "path %j is no path",
    async (path) => {
      const { pages } = await house();
      const server = new WebSocketServer();
      expect(() => server.attach(pages, { path: path as string })).toThrow(/path must be/);
      expect(pages.listenerCount("upgrade")).toBe(0);
    },
  );
});

describe("beside others", () => {
  it.each([
    ["before", true],
    ["after", false],
  ])("ws with a path, attached %s", async (_, first) => {
    const { pages, add, ask, refusal } = await house();
    if (first) addWs(pages, "/ws");
    add("ours", { path: "/ours" });
    if (!first) addWs(pages, "/ws");
    expect([await ask("/ours"), await ask("/ws"), await ask("/ours")]).toEqual(["ours", "ws", "ours"]);
    // ws's own answer.
    expect(await refusal("/nobody")).toBe(400);
  });

  it.each([
    ["before", true],
    ["after", false],
  ])("ws that takes all, attached %s, gets what is not ours", async (_, first) => {
    const { pages, add, ask } = await house();
    if (first) addWs(pages);
    const ours = add("ours", { path: "/ours" });
    if (!first) addWs(pages);
    expect([await ask("/ours"), await ask("/else")]).toEqual(["ours", "ws"]);
    await ours.close();
    expect(await ask("/ours")).toBe("ws");
  });

  it("where both would take all it is ours, and the other's again when we close", async () => {
    const { pages, add, ask } = await house();
    addWs(pages);
    const ours = add("ours");
    expect(await ask("/")).toBe("ours");
    await ours.close();
    expect(await ask("/")).toBe("ws");
  });

  it("another owner that goes leaves us to refuse", async () => {
    const { pages, add, ask, refusal } = await house();
    add("ours", { path: "/ours" });
    const other = addWs(pages, "/ws");
    expect(await ask("/ws")).toBe("ws");
    other.close();
    expect(await refusal("/ws")).toBe(404);
  });

  it("another protocol's upgrade is the other's, and ours to refuse where there is no other", async () => {
    const { pages, port, add } = await house();
    add("ours");
    const upgrade = async (): Promise<string> => {
      const client = net.connect(port, "127.0.0.1");
      client.write("GET / HTTP/1.1\r\nHost: a\r\nUpgrade: other\r\nConnection: Upgrade\r\n\r\n");
      return String((await once(client, "data"))[0]).split("\r\n")[0]!;
    };
    expect(await upgrade()).toBe("HTTP/1.1 426 Upgrade Required");
    pages.on("upgrade", (_, transport) => void transport.end("HTTP/1.1 101 Other\r\n\r\n"));
    expect(await upgrade()).toBe("HTTP/1.1 101 Other");
  });

  it("what each leaves to the other gets 404 when the handshake's time is over", async () => {
    const { pages, add, refusal } = await house();
    pages.on("upgrade", () => {});
    add("ours", { path: "/ours" }, { handshakeTimeout: 50 });
    expect(await refusal("/nobody")).toBe(404);
  });

  it("what another has begun to answer, or to read, is left alone when the time is over", async () => {
    const { pages, port, add } = await house();
    const transports: Duplex[] = [];
    onTestFinished(() => transports.forEach((transport) => transport.destroy()));
    pages.on("upgrade", ({ url }, transport) => {
      transports.push(transport);
      if (url === "/written") transport.write("HTTP/1.1 101 Other\r\n\r\n");
      if (url === "/read") transport.on("data", () => transport.end("gone on"));
    });
    add("ours", { path: "/ours" }, { handshakeTimeout: 50 });
    const visitRaw = async (path: string): Promise<{ client: net.Socket; received: () => string }> => {
      const client = net.connect({ port, host: "127.0.0.1", allowHalfOpen: true });
      onTestFinished(() => void client.destroy());
      let text = "";
      client.on("data", (chunk: Buffer) => (text += chunk.toString()));
      client.write(`GET ${path} HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n`);
      await once(pages, "upgrade");
      return { client, received: () => text };
    };
    const written = await visitRaw("/written");
    const read = await visitRaw("/read");
    // The time of the one that nobody touches is over after theirs.
    const untouched = await visitRaw("/untouched");
    await once(untouched.client, "end");
    expect(untouched.received()).toMatch(/^HTTP\/1\.1 404 /);
    expect([written.received(), read.received()]).toEqual(["HTTP/1.1 101 Other\r\n\r\n", ""]);
    read.client.write("on");
    await once(read.client, "end");
    expect(read.received()).toBe("gone on");
  });

  it("a client that resets what is left to others takes nobody with it", async () => {
    const { pages, port, add, ask } = await house();
    const seen = expected<net.Socket>();
    pages.on("upgrade", (_, transport) => seen.resolve(transport as net.Socket));
    add("ours", { path: "/ours" });
    const client = net.connect(port, "127.0.0.1");
    client.write("GET /x HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n");
    const transport = await seen.promise;
    const gone = once(transport.resume(), "close").catch(() => {});
    client.resetAndDestroy();
    await gone;
    expect(await ask("/ours")).toBe("ours");
  });
});

describe("handleUpgrade", () => {
  it("takes one upgrade, with the first frame behind the head", async () => {
    const { pages, port } = await house();
    const server = new WebSocketServer({ message: (socket, message) => void socket.send(message) });
    onTestFinished(() => void server.close());
    pages.on("upgrade", (request, transport, head) => server.handleUpgrade(request, transport, head));
    const client = net.connect(port, "127.0.0.1");
    client.write(
      "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n" +
        "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n\x81\x81\0\0\0\0a\x88\x80\0\0\0\0",
      "latin1",
    );
    const answer = Buffer.concat((await client.toArray()) as Buffer[]).toString("latin1");
    expect(answer).toMatch(/^HTTP\/1\.1 101 /);
    expect(answer.slice(-5)).toBe("\x81\x01a\x88\0");
  });

  it("of a server that is closed refuses with 503, and of one that is destroyed does nothing", async () => {
    const { pages, visit } = await house();
    const server = new WebSocketServer();
    await server.close();
    pages.on("upgrade", (request, transport, head) => {
      if (request.url === "/gone") transport.destroy();
      server.handleUpgrade(request, transport, head);
    });
    expect((await refused(visit("/"))).status).toBe(503);
    const [error] = (await once(visit("/gone"), "error")) as [Error];
    expect(error.message).toMatch(/socket hang up|ECONNRESET/);
    expect(server.stats().handshakes).toBe(0);
  });
});
