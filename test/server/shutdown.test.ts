import { once } from "node:events";
import net from "node:net";
import { describe, expect, it } from "vitest";
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
    const answer = expected();
    const { server, port, connect } = await meet({
      upgrade: () => {
        asked.resolve();
        return answer.promise;
      },
    });
    const half = net.connect(port, "127.0.0.1");
    half.write("GET / HTTP/1.1\r\nHost: a\r\n");
    const thinking = connect();
    await asked.promise;
    await server.close();
    answer.resolve();
    expect(await refused(thinking)).toMatchObject({ status: 503 });
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
