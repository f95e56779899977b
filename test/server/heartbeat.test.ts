import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { describe, expect, it, onTestFinished } from "vitest";
import type { WebSocket } from "ws";
import type { ServerSocket } from "../../src/index.ts";
import { closed, expected, meet, transportOf } from "./meet.ts";

const QUICK = { interval: 60, timeout: 60 };

const until = async (done: () => boolean): Promise<void> => {
  while (!done()) await new Promise((resolve) => void setTimeout(resolve, 5));
};

/** Keeps the event loop from turning. */
function block(milliseconds: number): void {
  const end = performance.now() + milliseconds;
  while (performance.now() < end);
}

/** A client that reads nothing, and so answers nothing. */
function mute(client: WebSocket): void {
  client.pause();
  transportOf(client).pause();
}

/** A client in a process of its own, which can be stopped and killed; it speaks to the port it is given. */
async function startClient(port: number): Promise<ChildProcess> {
  const program = `
    const { WebSocket } = require("ws");
    const client = new WebSocket("ws://127.0.0.1:${port}/");
    client.on("open", () => console.log("open"));`;
  const child = spawn(process.execPath, ["-e", program], { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  await once(createInterface(child.stdout), "line");
  return child;
}

describe("heartbeat", { timeout: 20_000 }, () => {
  it("asks who is silent, and the answer tells the latency", async () => {
    const { server, connect } = await meet({ heartbeat: { interval: 60, timeout: 20_000 } });
    const client = connect();
    const pings: Buffer[] = [];
    client.on("ping", (payload: Buffer) => pings.push(payload));
    await once(client, "open");
    const [socket] = server.sockets;
    expect(socket!.latency).toBeUndefined();
    await until(() => pings.length === 3);
    await until(() => socket!.latency !== undefined);
    expect(socket!.latency).toBeGreaterThan(0);
    expect(socket!.stats().latency).toBe(socket!.latency);
    // Each has a number of its own.
    expect(new Set(pings.map(String)).size).toBe(3);
    expect(socket!.state).toBe("open");
  });

  it("takes no other Pong for the answer", async () => {
    const { server, connect } = await meet({ heartbeat: { interval: 60, timeout: 20_000 } });
    const client = connect();
    let pings = 0;
    client.on("ping", () => pings++);
    await once(client, "open");
    (client as unknown as { _autoPong: boolean })._autoPong = false;
    client.pong("1234");
    client.pong("12345");
    const [socket] = server.sockets;
    await until(() => pings > 0);
    client.pong("nope");
    await until(() => socket!.stats().bytesReceived >= 10 + 11 + 10);
    expect(socket!.latency).toBeUndefined();
  });

  it("does not ask who is heard, by any octet", async () => {
    const { server, connect } = await meet({ heartbeat: { interval: 400, timeout: 400 }, message() {} });
    const client = connect();
    let pings = 0;
    client.on("ping", () => pings++);
    await once(client, "open");
    const transport = transportOf(client);
    // A message of 100 octets, one at a time: for two seconds, five intervals, it is never whole.
    transport.write(Buffer.from([0x82, 0x80 | 100, 0, 0, 0, 0]));
    for (let i = 0; i < 99; i++) {
      transport.write(Buffer.from([i]));
      await new Promise((resolve) => void setTimeout(resolve, 20));
    }
    expect(pings).toBe(0);
    expect([...server.sockets][0]!.stats().bytesReceived).toBeGreaterThan(90);
  });

  it("destroys who stays silent: 1006, and it is counted", async () => {
    const over = expected<number>();
    const { server, connect } = await meet({ heartbeat: QUICK, close: (_, code) => over.resolve(code) });
    const client = connect();
    await once(client, "open");
    mute(client);
    expect(await over.promise).toBe(1006);
    expect(server.stats()).toMatchObject({ heartbeatTimeouts: 1, closed: { 1006: 1 } });
    await until(() => server.sockets.size === 0);
  });

  it("finds the process that was stopped, and not the one beside it", async () => {
    const over = expected<ServerSocket>();
    const { server, port } = await meet({ heartbeat: QUICK, close: (socket) => over.resolve(socket) });
    const stopped = await startClient(port);
    const [socket] = server.sockets;
    await startClient(port);
    stopped.kill("SIGSTOP");
    expect(await over.promise).toBe(socket);
    const [other] = server.sockets;
    await until(() => other!.latency !== undefined);
    expect(other!.state).toBe("open");
  });

  it("hands out what came before the silence", async () => {
    const seen: string[] = [];
    const over = expected();
    const { server, connect } = await meet({
      heartbeat: QUICK,
      async message(_, message) {
        if (message.type === "text") seen.push(message.text);
        if (seen.length === 1) await until(() => server.stats().heartbeatTimeouts === 1);
      },
      close(_, code) {
        seen.push(`close ${code}`);
        over.resolve();
      },
    });
    const client = connect();
    await once(client, "open");
    client.send("a");
    client.send("b");
    mute(client);
    await over.promise;
    expect(seen).toEqual(["a", "b", "close 1006"]);
  });

  it("may be off", async () => {
    const { server, connect } = await meet({ heartbeat: false, idleTimeout: 200 });
    const client = connect();
    let pings = 0;
    client.on("ping", () => pings++);
    await once(client, "open");
    expect((await closed(client))[0]).toBe(1001);
    expect([pings, server.stats().heartbeatTimeouts]).toEqual([0, 0]);
  });
});

describe("the heartbeat kills nobody", { timeout: 20_000 }, () => {
  it("for a blocked event loop of our own", async () => {
    const { server, port } = await meet({ heartbeat: { interval: 200, timeout: 200 } });
    await startClient(port);
    await startClient(port);
    for (let round = 0; round < 2; round++) {
      const before = server.stats().bytesSent;
      // Just when a Ping is out, so that its answer has to wait for us.
      while (server.stats().bytesSent === before) await new Promise(setImmediate);
      block(600);
      await new Promise(setImmediate);
      block(600);
      await new Promise((resolve) => void setTimeout(resolve, 100));
    }
    expect(server.stats()).toMatchObject({ connections: 2, heartbeatTimeouts: 0 });
  });

  it("while the consumer is busy and the transport is not read", async () => {
    const release = expected();
    const all = expected();
    let handled = 0;
    const { server, connect } = await meet({
      heartbeat: QUICK,
      readAhead: 1000,
      async message() {
        await release.promise;
        if (++handled === 20) all.resolve();
      },
    });
    const client = connect();
    const pings: number[] = [];
    client.on("ping", () => pings.push(0));
    await once(client, "open");
    for (let i = 0; i < 20; i++) client.send(Buffer.alloc(10_000));
    // It is asked all the same, though nobody reads the answers.
    await until(() => pings.length === 5);
    expect(server.stats()).toMatchObject({ connections: 1, heartbeatTimeouts: 0 });
    expect(server.stats().bytesReceived).toBeLessThan(200_000);
    release.resolve();
    await all.promise;
    expect(client.readyState).toBe(client.OPEN);
  });

  it("which takes its output, however slowly", async () => {
    const { server, connect } = await meet({
      heartbeat: { interval: 300, timeout: 300 },
      maxBuffered: 2 ** 30,
    });
    const client = connect();
    await once(client, "open");
    const transport = transportOf(client);
    transport.pause();
    const [socket] = server.sockets;
    const large = new Uint8Array(60 * 1024 * 1024);
    void socket!.send(large);
    const received = once(client, "message");
    // For longer than a peer may take nothing it reads a little now and then, and sees no Ping behind that message.
    let waited = 0;
    for (let i = 0; i < 40; i++) {
      const enough = transport.bytesRead + 300_000;
      transport.resume();
      while (transport.bytesRead < enough) await once(transport, "data");
      transport.pause();
      if (socket!.bufferedAmount > 0) waited++;
      await new Promise((resolve) => void setTimeout(resolve, 100));
    }
    expect(waited).toBe(40);
    expect(server.stats().heartbeatTimeouts).toBe(0);
    transport.resume();
    expect(((await received)[0] as Buffer).length).toBe(large.length);
    await until(() => socket!.latency !== undefined);
  });
});

describe("a peer that takes nothing of its output", () => {
  it.each(["and is not read for it", "and has nothing to say"])("%s, is found in the end", async (way) => {
    const over = expected<number>();
    const { server, connect } = await meet({
      heartbeat: QUICK,
      message: (socket, message) => void socket.send(message),
      close: (_, code) => over.resolve(code),
    });
    const client = connect();
    await once(client, "open");
    mute(client);
    const [socket] = server.sockets;
    void socket!.send(new Uint8Array(15 * 1024 * 1024));
    if (way === "and is not read for it") {
      for (let i = 0; i < 40; i++) client.send(Buffer.alloc(10_000));
    }
    await until(() => socket!.bufferedAmount > 0);
    expect(await over.promise).toBe(1006);
    expect(server.stats().heartbeatTimeouts).toBe(1);
  });
});

describe("idleTimeout", { timeout: 20_000 }, () => {
  it("closes with 1001 where no message comes or goes, whatever Pings there are", async () => {
    const { server, connect } = await meet({
      idleTimeout: 300,
      heartbeat: { interval: 50, timeout: 10_000 },
    });
    const client = connect();
    let pings = 0;
    client.on("ping", () => pings++);
    await once(client, "open");
    client.ping();
    expect(await closed(client)).toEqual([1001, "No message for 300 ms"]);
    expect(pings).toBeGreaterThan(0);
    await until(() => server.sockets.size === 0);
  });

  it.each(["in", "out"])("messages that go %s keep it open", async (way) => {
    const { server, connect } = await meet({ idleTimeout: 1000, message() {} });
    const client = connect();
    let code = 0;
    client.on("close", (given) => (code = given));
    await once(client, "open");
    const [socket] = server.sockets;
    for (let i = 0; i < 20; i++) {
      if (way === "in") client.send("a");
      else void socket!.send("a");
      await new Promise((resolve) => void setTimeout(resolve, 100));
    }
    expect([code, socket!.state]).toEqual([0, "open"]);
    expect(await closed(client)).toEqual([1001, "No message for 1000 ms"]);
  });

  it("a message that is being handled keeps it open, and one that comes slowly", async () => {
    const release = expected();
    const { server, connect } = await meet({ idleTimeout: 200, message: () => release.promise });
    const [handled, slow] = [connect(), connect()];
    let over = 0;
    for (const client of [handled, slow]) client.on("close", () => over++);
    await Promise.all([once(handled, "open"), once(slow, "open")]);
    handled.send("a");
    const transport = transportOf(slow);
    transport.write(Buffer.from([0x82, 0x80 | 100, 0, 0, 0, 0]));
    for (let i = 0; i < 20; i++) {
      transport.write(Buffer.from([i]));
      await new Promise((resolve) => void setTimeout(resolve, 50));
    }
    expect([over, ...[...server.sockets].map(({ state }) => state)]).toEqual([0, "open", "open"]);
    release.resolve();
    expect((await Promise.all([closed(handled), closed(slow)])).map(([code]) => code)).toEqual([1001, 1001]);
  });
});
