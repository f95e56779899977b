import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, rmSync } from "node:fs";
import net from "node:net";
import { join } from "node:path";
import { createInterface } from "node:readline";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { WebSocket } from "ws";
import { install, type Installed, root, write } from "./installed.ts";

/*
 * The command under the hands of an operator: stopped, interrupted, and with clients that are killed. It is a process of
 * its own, so that it is seen to end by itself.
 */

let installed: Installed;
beforeAll(async () => {
  installed = await install();
});
afterAll(() => rmSync(installed.folder, { recursive: true, force: true }));

type Line = Record<string, unknown> & { readonly event: string };

interface Echo {
  readonly child: ChildProcess;
  readonly url: string;
  /** Resolves with the next line that `done` accepts. */
  readonly line: (done: (line: Line) => boolean) => Promise<Line>;
  readonly exit: Promise<unknown[]>;
}

async function start(...args: string[]): Promise<Echo> {
  const command = join(installed.folder, "node_modules/.bin/handfast");
  const child = spawn(command, ["echo", "--port", "0", "--json", ...args], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  const lines = createInterface(child.stdout);
  const line = (done: (line: Line) => boolean): Promise<Line> =>
    new Promise((resolve) => {
      const hear = (text: string): void => {
        const parsed = JSON.parse(text) as Line;
        if (!done(parsed)) return;
        lines.off("line", hear);
        resolve(parsed);
      };
      lines.on("line", hear);
    });
  const exit = once(child, "exit");
  const { url } = await line(({ event }) => event === "listening");
  return { child, url: String(url), line, exit };
}

async function connect(url: string): Promise<WebSocket> {
  const client = new WebSocket(url, { perMessageDeflate: false });
  client.on("error", () => {});
  onTestFinished(() => client.terminate());
  await once(client, "open");
  return client;
}

async function connectMany(url: string, count: number): Promise<WebSocket[]> {
  const clients: WebSocket[] = [];
  while (clients.length < count) {
    const batch = Array.from({ length: Math.min(50, count - clients.length) }, () => connect(url));
    clients.push(...(await Promise.all(batch)));
  }
  return clients;
}

const until = async (done: () => boolean): Promise<void> => {
  while (!done()) await new Promise((resolve) => void setTimeout(resolve, 10));
};

const stats = ({ line }: Echo, done: (line: Line) => boolean = () => true): Promise<Line> =>
  line((each) => each.event === "stats" && done(each));

describe("an interrupt", () => {
  it("closes 1,000 connections under load within the deadline, and the process ends by itself", async () => {
    const echo = await start("--spread", "1000", "--deadline", "20000", "--stats", "3600");
    const clients = await connectMany(echo.url, 1000);
    // Each sends again whenever its message has come back.
    let echoed = 0;
    for (const client of clients) {
      client.on("message", (data) => {
        echoed++;
        if (client.readyState === client.OPEN) client.send(data);
      });
      client.send("x".repeat(200));
    }
    const ends = Promise.all(clients.map(async (client) => (await once(client, "close"))[0] as number));
    await until(() => echoed >= 5000);
    const [closed, last] = [echo.line(({ event }) => event === "closed"), stats(echo)];
    echo.child.kill("SIGTERM");
    const codes = await ends;
    expect(codes.filter((code) => code === 1001).length).toBe(1000);
    const report = await closed;
    console.log(`1,000 connections, ${echoed} messages: ${JSON.stringify(report)}`);
    expect(report).toMatchObject({ connections: 1000, closed: 1000, destroyed: 0, lost: 0 });
    expect(report["duration"]).toBeLessThan(20_000);
    expect(await last).toMatchObject({ connections: 0, handshakes: 0, buffered: 0, opened: 1000 });
    expect(await echo.exit).toEqual([0, null]);
  });

  it("destroys at the deadline who does not answer, half a handshake included", async () => {
    const echo = await start("--deadline", "500");
    const deaf = await connect(echo.url);
    deaf.pause();
    (deaf as unknown as { _socket: net.Socket })._socket.pause();
    const half = net.connect({
      port: Number(new URL(echo.url).port),
      host: "127.0.0.1",
      allowHalfOpen: true,
    });
    half.on("error", () => {});
    onTestFinished(() => void half.destroy());
    await once(half, "connect");
    half.write("GET / HTTP/1.1\r\n");
    // The answer to this one says that the half was accepted before.
    (await connect(echo.url)).close();
    await echo.line(({ event }) => event === "close");
    const closed = echo.line(({ event }) => event === "closed");
    echo.child.kill("SIGINT");
    expect(await closed).toMatchObject({ destroyed: 1, refused: 1 });
    expect(await echo.exit).toEqual([0, null]);
  });
});

describe("a server process that was stopped", () => {
  it("kills nobody when it goes on", async () => {
    const echo = await start("--heartbeat", "300", "--heartbeat-timeout", "300", "--stats", "0.2");
    const clients = await connectMany(echo.url, 20);
    let pings = 0;
    for (const client of clients) client.on("ping", () => pings++);
    await until(() => pings >= 20);
    echo.child.kill("SIGSTOP");
    // Three times what a peer may take to answer, in which the system alone is there for them.
    await new Promise((resolve) => void setTimeout(resolve, 2000));
    echo.child.kill("SIGCONT");
    const before = pings;
    await until(() => pings >= before + 40);
    expect(await stats(echo)).toMatchObject({ connections: 20, heartbeatTimeouts: 0, closed: {} });
  });
});

describe("clients that are gone without a word", () => {
  it("are killed in the middle of sending, and counters return to zero", async () => {
    const echo = await start("--stats", "0.2");
    const program = write(
      installed.folder,
      "client.cjs",
      `const net = require("net");
      const { port } = new URL(process.argv[2]);
      const head = "GET / HTTP/1.1\\r\\nHost: a\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\n" +
        "Sec-WebSocket-Version: 13\\r\\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\\r\\n\\r\\n";
      const frame = Buffer.concat([Buffer.from([0x82, 0xfe, 0x40, 0, 0, 0, 0, 0]), Buffer.alloc(0x4000)]);
      let open = 0;
      for (let i = 0; i < 50; i++) {
        const socket = net.connect(port, "127.0.0.1", () => socket.write(head));
        socket.once("data", () => {
          // It takes none of the echoes, so the server's output is full when it is killed.
          socket.pause();
          if (++open === 50) console.log("open");
          const send = () => { while (socket.write(frame)); socket.once("drain", send); };
          send();
        });
      }`,
    );
    for (let round = 1; round <= 3; round++) {
      const child = spawn(process.execPath, [program, echo.url], { stdio: ["ignore", "pipe", "inherit"] });
      await once(createInterface(child.stdout), "line");
      await stats(echo, ({ connections }) => connections === 50);
      child.kill("SIGKILL");
      const after = await stats(echo, ({ connections }) => connections === 0);
      expect(after).toMatchObject({ handshakes: 0, buffered: 0, opened: 50 * round });
      expect(after["closed"]).toEqual({ 1006: 50 * round });
    }
  });

  it("reset by the hundred, at any moment, and counters return to zero", async () => {
    const echo = await start("--stats", "0.2");
    const { port } = new URL(echo.url);
    const head =
      "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n" +
      "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    const frame = Buffer.from([0x82, 0x84, 0, 0, 0, 0, 1, 2, 3, 4]);
    const storm = async (index: number): Promise<void> => {
      const socket = net.connect(Number(port), "127.0.0.1");
      socket.on("error", () => {});
      await once(socket, "connect");
      if (index % 5 > 0) socket.write(index % 5 === 1 ? head.slice(0, 60) : head);
      if (index % 5 > 2) socket.write(frame);
      if (index % 5 === 4) await once(socket, "data");
      socket.resetAndDestroy();
      await once(socket, "close");
    };
    for (let i = 0; i < 500; i += 50) await Promise.all(Array.from({ length: 50 }, (_, j) => storm(i + j)));
    const quiet = await stats(echo, (line) => line["connections"] === 0 && line["handshakes"] === 0);
    expect(quiet).toMatchObject({ buffered: 0, takeoverBytes: 0 });
    const closes = Object.values(quiet["closed"] as Record<string, number>);
    expect(closes.reduce((a, b) => a + b, 0)).toBe(quiet["opened"]);
    (await connect(echo.url)).terminate();
  });
});

describe("each way to consume", () => {
  it.each(["handlers", "iterate", "stream"])("%s echoes, in order", async (way) => {
    const echo = await start("--consume", way);
    const client = await connect(echo.url);
    const seen: string[] = [];
    const all = new Promise<void>((resolve) => {
      client.on("message", (data: Buffer, binary) => {
        seen.push(`${binary ? "binary" : "text"} ${data.length}`);
        if (seen.length === 4) resolve();
      });
    });
    client.send("a");
    client.send(Buffer.alloc(100_000));
    client.send("");
    client.send("é");
    await all;
    expect(seen).toEqual(["text 1", "binary 100000", "text 0", "text 2"]);
    // The lines of the messages before may still be on their way.
    const message = echo.line(({ event, bytes }) => event === "message" && bytes === 4);
    client.send("last");
    expect(await message).toMatchObject({ type: "text" });
    const exit = echo.exit;
    echo.child.kill("SIGINT");
    expect(await exit).toEqual([0, null]);
  });
});

describe("the example for Prometheus in the docs", () => {
  it("is scraped: each line is in the text format, and the figures are those of the clients", async () => {
    const page = readFileSync(join(root, "docs/guides/observability.md"), "utf8");
    const snippet = /<!-- prometheus -->\s*```ts\n([\s\S]*?)```/.exec(page)![1]!;
    const program = ts.transpile(snippet, { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2022 });
    const child = spawn(process.execPath, [write(installed.folder, "metrics.mjs", program)], {
      stdio: ["ignore", "pipe", "inherit"],
      env: { ...process.env, PORT: "0" },
    });
    onTestFinished(() => void child.kill("SIGKILL"));
    const [line] = (await once(createInterface(child.stdout), "line")) as [string];
    const url = new URL(line);
    const client = await connect(`ws://localhost:${url.port}/`);
    const second = await connect(`ws://localhost:${url.port}/`);
    for (let i = 0; i < 3; i++) {
      client.send("hello");
      await once(client, "message");
    }
    const scrape = async (): Promise<string[]> => {
      const response = await fetch(url);
      expect(response.headers.get("content-type")).toMatch(/^text\/plain; version=0\.0\.4/);
      return (await response.text()).trimEnd().split("\n");
    };
    const sample = /^[a-zA-Z_:][\w:]*(?:\{[a-z]+="[^"]*"(?:,[a-z]+="[^"]*")*\})? \d+$/;
    const lines = await scrape();
    expect(lines.filter((each) => !each.startsWith("# TYPE ") && !sample.test(each))).toEqual([]);
    expect(lines).toContain("websocket_connections 2");
    expect(lines).toContain('websocket_messages_total{direction="received"} 3');
    expect(lines).toContain('websocket_bytes_total{direction="received"} 33');
    expect(lines).toContain('websocket_bytes_total{direction="sent"} 21');
    second.close(4000);
    await once(second, "close");
    expect(await scrape()).toContain('websocket_closed_total{code="4000"} 1');
  });
});
