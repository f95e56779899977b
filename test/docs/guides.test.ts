import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createHash } from "node:crypto";
import type { IncomingMessage, Server } from "node:http";
import type { AddressInfo } from "node:net";
import { join, resolve } from "node:path";
import { afterAll, afterEach, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import type { WebSocketServer } from "../../src/index.ts";

/*
 * The examples of the guides are programs. Each is run as it stands in its page, but for the port, and used by a client.
 */

const root = resolve(import.meta.dirname, "../..");
const folder = mkdtempSync(join(import.meta.dirname, ".guides-"));
afterAll(() => rmSync(folder, { recursive: true }));

interface Example {
  readonly server: WebSocketServer;
  readonly port: number;
}

const running: WebSocketServer[] = [];
afterEach(async () => {
  for (const server of running.splice(0)) {
    for (const socket of server.sockets) socket.terminate();
    await server.close();
  }
});

/** The nth example of a page as a module: what it `names` is exported, and it listens on any port that is free. */
async function load(page: string, n: number, names: string): Promise<Record<string, unknown>> {
  const text = readFileSync(join(root, "docs/guides", `${page}.md`), "utf8");
  const code = [...text.matchAll(/^```js\n([\s\S]*?)^```/gm)][n - 1]![1]!;
  const anywhere = code
    .replace(/port: 80\d\d/, 'port: 0, host: "127.0.0.1"')
    .replace(/listen\(80\d\d\)/, 'listen(0, "127.0.0.1")');
  expect(anywhere).not.toBe(code);
  const file = join(folder, `${page}-${n}.js`);
  writeFileSync(file, `${anywhere}\nexport { ${names} };\n`);
  return (await import(file)) as Record<string, unknown>;
}

const clientOf =
  (port: number) =>
  (path = "/"): WebSocket =>
    new WebSocket(`ws://127.0.0.1:${port}${path}`);

/** Runs the nth example of a page. */
async function run(page: string, n: number): Promise<(path?: string) => WebSocket> {
  const { server, port } = (await load(page, n, "server, port")) as unknown as Example;
  running.push(server);
  return clientOf(port);
}

/** The next so many messages. */
function take(client: WebSocket, count: number): Promise<string[]> {
  const messages: string[] = [];
  return new Promise((done) => {
    const onMessage = (data: Buffer): void => {
      if (messages.push(data.toString()) < count) return;
      client.off("message", onMessage);
      done(messages);
    };
    client.on("message", onMessage);
  });
}

describe("taking messages", () => {
  it("by a hook: in order, though the first takes longest", async () => {
    const client = (await run("consuming", 1))();
    await once(client, "open");
    const answers = take(client, 3);
    for (const length of [60, 1, 20]) client.send("x".repeat(length));
    expect((await answers).map((text) => text.length)).toEqual([60, 1, 20]);
  });

  it("by a loop", async () => {
    const client = (await run("consuming", 2))();
    await once(client, "open");
    const answers = take(client, 2);
    client.send("20");
    client.send("22");
    expect(await answers).toEqual(["20", "42"]);
    client.close();
    await once(client, "close");
  });

  it("as streams", async () => {
    const client = (await run("consuming", 3))();
    await once(client, "open");
    const answer = take(client, 1);
    const large = Buffer.alloc(20_000_000, "streams");
    client.send(large);
    expect(await answer).toEqual([createHash("sha256").update(large).digest("hex")]);
  });
});

describe("sending", () => {
  it("as fast as the peer reads", async () => {
    const client = (await run("sending", 1))();
    const lines = await take(client, 5000);
    expect([lines[0], lines[4999]]).toEqual(["line 0", "line 4999"]);
  });

  it("while it is made", async () => {
    const client = (await run("sending", 2))();
    await once(client, "open");
    const answer = take(client, 1);
    client.send("send me the license");
    expect(await answer).toEqual([readFileSync(join(root, "LICENSE"), "utf8")]);
  });
});

describe("to many", () => {
  it("topics", async () => {
    const connect = await run("publishing", 1);
    const [a, b, other] = [connect("/a"), connect("/a"), connect("/b")];
    await Promise.all([a, b, other].map((client) => once(client, "open")));
    const [heard, silent] = [take(b, 1), take(other, 1)];
    a.send("to a");
    expect(await heard).toEqual(["to a"]);
    const another = connect("/b");
    await once(another, "open");
    another.send("to b");
    expect(await silent).toEqual(["to b"]);
  });

  it("prepared", async () => {
    const connect = await run("publishing", 2);
    for (let i = 0; i < 2; i++) expect(await take(connect(), 1)).toEqual(["welcome ".repeat(1000)]);
  });
});

describe("who may come in", () => {
  it("a token, or a refusal with its status and body", async () => {
    const connect = await run("upgrade", 1);
    expect(await take(connect("/?token=token-of-ada"), 1)).toEqual(["hello Ada"]);
    const refused = connect("/");
    refused.on("error", () => {});
    const [, response] = (await once(refused, "unexpected-response")) as [unknown, IncomingMessage];
    expect([response.statusCode, response.headers["x-hint"]]).toEqual([401, "token"]);
    refused.terminate();
  });
});

describe("limits", () => {
  it("what is sent too fast comes later, and all of it", async () => {
    const client = (await run("limits", 1))();
    await once(client, "open");
    const answers = take(client, 45);
    for (let i = 0; i < 45; i++) client.send(`${i}`);
    expect(await answers).toEqual(Array.from({ length: 45 }, (_, i) => `${i}`));
  });

  it("a peer that talks is not asked for a sign of life", async () => {
    const client = (await run("limits", 2))();
    await once(client, "open");
    const answer = take(client, 1);
    client.send("when was I asked?");
    expect(await answer).toEqual(["not asked yet"]);
    client.close();
    await once(client, "close");
  });
});

describe("shutting down", () => {
  it("a signal says goodbye to everybody", async () => {
    const before = process.listeners("SIGTERM");
    const client = (await run("shutdown", 1))();
    await once(client, "open");
    const handler = process.listeners("SIGTERM").find((listener) => !before.includes(listener))!;
    const closed = once(client, "close") as Promise<[number, Buffer]>;
    handler("SIGTERM");
    const [code, reason] = await closed;
    expect([code, reason.toString()]).toEqual([1012, "deploying"]);
  });
});

describe("where a server listens", () => {
  it("on an HTTP server that exists already, by path", async () => {
    const { http, chat, news } = (await load("listening", 2, "http, chat, news")) as unknown as {
      http: Server;
      chat: WebSocketServer;
      news: WebSocketServer;
    };
    running.push(chat, news);
    if (!http.listening) await once(http, "listening");
    const { port } = http.address() as AddressInfo;
    const connect = clientOf(port);
    const talking = connect("/chat");
    await once(talking, "open");
    const answer = take(talking, 1);
    talking.send("hello");
    expect(await answer).toEqual(["hello"]);
    expect(await take(connect("/news/today"), 1)).toEqual(["nothing new"]);
    const elsewhere = connect("/elsewhere");
    elsewhere.on("error", () => {});
    const [, response] = (await once(elsewhere, "unexpected-response")) as [unknown, IncomingMessage];
    expect(response.statusCode).toBe(404);
    elsewhere.terminate();
    http.close();
  });
});
