import { once } from "node:events";
import { createServer } from "node:http";
import net, { type AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { WebSocket } from "ws";
import { WebSocketServer } from "../../src/index.ts";
import { closed, expected, meet, refused, transportOf } from "./meet.ts";

describe("close", () => {
  it("closes every connection with 1001 and resolves when all are gone", async () => {
    const codes: number[] = [];
    const { server, connect } = await meet({ close: (_, code) => void codes.push(code) });
    const clients = [connect(), connect(), connect()];
    await Promise.all(clients.map((client) => once(client, "open")));
    const seen = Promise.all(clients.map(closed));
    await server.close({ reason: "bye" });
    expect(server.sockets.size).toBe(0);
    expect(codes).toEqual([1001, 1001, 1001]);
    expect(await seen).toEqual(clients.map(() => [1001, "bye"]));
  });

  it("rejects a code that cannot be sent, and goes on as before", async () => {
    const { server, connect } = await meet({});
    await expect(server.close({ code: 1006 })).rejects.toMatchObject({ code: "ERR_INVALID_CLOSE_CODE" });
    await expect(server.close({ reason: "x".repeat(124) })).rejects.toMatchObject({
      code: "ERR_CLOSE_REASON_TOO_LONG",
    });
    await once(connect(), "open");
  });

  it("takes another code", async () => {
    const { server, connect } = await meet({});
    const client = connect();
    await once(client, "open");
    const seen = closed(client);
    await server.close({ code: 1012 });
    expect(await seen).toEqual([1012, ""]);
  });

  it("gives up its port, and may listen again", async () => {
    const { server, port, connect } = await meet({});
    await server.close();
    const refusal = net.connect(port, "127.0.0.1");
    expect((await once(refusal, "error"))[0]).toMatchObject({ code: "ECONNREFUSED" });
    await server.listen({ port, host: "127.0.0.1" });
    await once(connect(), "open");
  });

  it("refuses with 503 whose handshake is under way", async () => {
    const asked = expected();
    const { server, port, connect } = await meet({
      upgrade: () => {
        asked.resolve();
        return new Promise(() => {});
      },
    });
    const half = net.connect(port, "127.0.0.1");
    half.write("GET / HTTP/1.1\r\nHost: a\r\n");
    const thinking = connect();
    const answer503 = refused(thinking);
    await asked.promise;
    await server.close();
    expect(await answer503).toMatchObject({ status: 503 });
    const [answered] = (await once(half, "data")) as [Buffer];
    expect(answered.toString()).toMatch(/^HTTP\/1.1 503 /);
    half.destroy();
  });

  it("destroys a peer that does not answer, after closeTimeout", async () => {
    const codes: number[] = [];
    const { server, connect } = await meet({ closeTimeout: 50, close: (_, code) => void codes.push(code) });
    const client = connect();
    await once(client, "open");
    client.pause();
    transportOf(client).pause();
    await server.close();
    expect(codes).toEqual([1006]);
  });
});

describe("a close that takes its time", () => {
  it("tells what became of everybody", async () => {
    // Without the deadline it would take a minute.
    const { server, connect } = await meet({ heartbeat: false, closeTimeout: 60_000 });
    const clients = [connect(), connect(), connect(), connect()];
    await Promise.all(clients.map((client) => once(client, "open")));
    const [deaf, dead, ...answering] = clients;
    deaf!.pause();
    transportOf(deaf!).pause();
    const ends = Promise.all(answering.map(closed));
    const report = server.close({ deadline: 300, code: 1012 });
    expect(server.close({ code: 4000 })).toBe(report);
    dead!.on("error", () => {});
    transportOf(dead!).resetAndDestroy();
    const { duration, ...counts } = await report;
    expect(counts).toEqual({ connections: 4, closed: 2, destroyed: 1, lost: 1, refused: 0 });
    expect(duration).toBeGreaterThan(295);
    expect((await ends).map(([code]) => code)).toEqual([1012, 1012]);
    expect(server.stats()).toMatchObject({ connections: 0, handshakes: 0 });
    expect(server.close()).toBe(report);
  });

  it("spreads the Close frames", async () => {
    const { server, connect } = await meet({});
    const clients = Array.from({ length: 10 }, () => connect());
    await Promise.all(clients.map((client) => once(client, "open")));
    const start = performance.now();
    const times: number[] = [];
    for (const client of clients) client.on("close", () => times.push(performance.now() - start));
    const { duration, ...counts } = await server.close({ spread: 500 });
    expect(counts).toEqual({ connections: 10, closed: 10, destroyed: 0, lost: 0, refused: 0 });
    // The tenth is told nine tenths on; none is told before its time.
    expect(duration).toBeGreaterThan(445);
    expect(times.length).toBe(10);
    times.forEach((time, i) => expect(time).toBeGreaterThan(i * 50 - 5));
  });

  it.each(["its own listener", "an HTTP server"])(
    "refuses newcomers at %s with 503 meanwhile",
    async (door) => {
      const { server, port, connect } = await meet({});
      const http = createServer();
      server.attach(http);
      await once(http.listen(0, "127.0.0.1"), "listening");
      onTestFinished(() => void http.close());
      const client = connect();
      await once(client, "open");
      client.pause();
      transportOf(client).pause();
      const report = server.close({ deadline: 5000 });
      const where = door === "an HTTP server" ? (http.address() as AddressInfo).port : port;
      const newcomer = new WebSocket(`ws://127.0.0.1:${where}/`);
      const answer = await refused(newcomer);
      expect(answer).toMatchObject({ status: 503, headers: { connection: "close" } });
      transportOf(client).resume();
      client.resume();
      expect(await report).toMatchObject({ connections: 1, closed: 1, refused: 1 });
      expect(http.listening).toBe(true);
      const late = net.connect(port, "127.0.0.1");
      expect((await once(late, "error"))[0]).toMatchObject({ code: "ECONNREFUSED" });
    },
  );

  it("does not listen while it closes, and does afterwards", async () => {
    const { server, connect } = await meet({});
    const client = connect();
    await once(client, "open");
    const report = server.close({ spread: 50 });
    await expect(server.listen({ port: 0, host: "127.0.0.1" })).rejects.toMatchObject({
      code: "ERR_CLOSING",
    });
    expect(() => server.attach(createServer())).toThrow(expect.objectContaining({ code: "ERR_CLOSING" }));
    await report;
    const { port } = await server.listen({ port: 0, host: "127.0.0.1" });
    const visitor = net.connect(port, "127.0.0.1");
    await once(visitor, "connect");
    visitor.destroy();
    expect(await server.close()).toMatchObject({ connections: 0 });
  });

  it("closes what was about to listen", async () => {
    const server = new WebSocketServer();
    const listening = server.listen({ port: 0, host: "127.0.0.1" });
    await server.close();
    await expect(listening).rejects.toMatchObject({ code: "ERR_CLOSING" });
  });

  it.each([
    { deadline: 100, spread: 101 },
    { deadline: -1 },
    { spread: 0.5 },
    { deadline: 2 ** 31 },
    { spread: "1" },
  ])("%j is refused, and nothing has happened", async (options) => {
    const { server, connect } = await meet({});
    await expect(server.close(options as object)).rejects.toMatchObject({ code: "ERR_INVALID_OPTION" });
    await once(connect(), "open");
    expect(await server.close({ deadline: 100, spread: 100 })).toMatchObject({ connections: 1 });
  });

  it("may come from an AbortSignal", async () => {
    const stop = new AbortController();
    const { server, connect } = await meet({ signal: stop.signal });
    const client = connect();
    await once(client, "open");
    stop.abort(new Error("stopped"));
    expect((await closed(client))[0]).toBe(1001);
    await server.close();
    await expect(server.listen({ port: 0 })).rejects.toThrow("stopped");
  });

  it("comes at the end of the block that uses the server", async () => {
    let end: Promise<[number, string]>;
    {
      await using server = new WebSocketServer();
      const { port } = await server.listen({ port: 0, host: "127.0.0.1" });
      const client = new WebSocket(`ws://127.0.0.1:${port}/`);
      await once(client, "open");
      end = closed(client);
    }
    expect((await end)[0]).toBe(1001);
  });
});

describe("maxConnections", () => {
  it("counts connections and handshakes; the one past it gets 503", async () => {
    const { port, connect } = await meet({ maxConnections: 2 });
    const first = connect();
    await once(first, "open");
    const half = net.connect(port, "127.0.0.1");
    half.on("error", () => {});
    await once(half, "connect");
    half.write("GET / HTTP/1.1\r\n");
    const answer = await refused(connect());
    expect(answer).toMatchObject({ status: 503, body: "The server has as many connections as it may\n" });
    const gone = once(half, "close");
    half.destroy();
    await gone;
  });

  it("a connection that is gone makes room", async () => {
    const gone = expected();
    const { server, connect } = await meet({ maxConnections: 1, close: () => gone.resolve() });
    const first = connect();
    await once(first, "open");
    expect(await refused(connect())).toMatchObject({ status: 503 });
    first.close();
    await closed(first);
    await gone.promise;
    // The connection is counted until its transport is closed, which follows the hook.
    while (server.sockets.size > 0) await new Promise(setImmediate);
    await once(connect(), "open");
  });
});
