import { describe, expect, it } from "vitest";
import type { ServerSocket } from "../../src/index.ts";
import { http2Doors, type StreamClient } from "./http2.ts";
import { CLOSE, CLOSE_ANSWER, hex, serverFrames } from "./octets.ts";

/*
 * WebSockets over HTTP/2 (RFC 8441), over real sessions, to the octet. END_STREAM is told apart from RST_STREAM by the
 * stream's code: 0 is the end, 8 is CANCEL.
 */

const HELLO = hex("81 85 37fa213d 7f9f4d5158");
const HELLO_ECHOED = hex("81 05 48656c6c6f");

const finished = async (client: StreamClient): Promise<number | undefined> => {
  await client.untilClosed();
  return client.stream.rstCode;
};

describe.each(http2Doors)("%s", (_, start) => {
  it("HTTP/2: the settings have ENABLE_CONNECT_PROTOCOL", async () => {
    const { connect } = await start();
    expect((await connect()).http2.remoteSettings.enableConnectProtocol).toBe(true);
  });

  it("HTTP/2: success is 200, without Upgrade, Connection and Accept", async () => {
    const { connect } = await start({
      subprotocols: ["chat"],
      upgrade: () => ({ headers: { "X-Room": "bl\xe5", "Keep-Alive": "timeout=5", Date: "today" } }),
    });
    const client = (await connect()).request({
      "sec-websocket-protocol": "superchat, chat",
      "sec-websocket-extensions": "x-unknown",
    });
    expect(Object.fromEntries(Object.entries(await client.answer))).toEqual({
      ":status": 200,
      "sec-websocket-protocol": "chat",
      "x-room": "bl\xe5",
      date: "today",
    });
  });

  it("HTTP/2: a field that is there twice is one with two values, and Set-Cookie is two", async () => {
    const { connect } = await start({
      upgrade: () => ({ headers: { "Set-Cookie": "a=1", "set-cookie": "b=2", "X-A": "1", "x-a": "2" } }),
    });
    const answer = await (await connect()).request().answer;
    expect(answer).toMatchObject({ "set-cookie": ["a=1", "b=2"], "x-a": "1, 2" });
  });

  it("HTTP/2: frames as over TCP, masked on the way in", async () => {
    const { connect } = await start();
    const client = await (await connect()).open();
    await client.send(HELLO, 1);
    expect(await client.untilSize(HELLO_ECHOED.length)).toEqual(HELLO_ECHOED);
    await client.send(hex("81 01 61"));
    const [, close] = serverFrames(await client.untilEnded());
    expect([close?.first, close?.payload.readUInt16BE(0)]).toEqual([0x88, 1002]);
    client.end();
    expect(await finished(client)).toBe(0);
  });

  it("HTTP/2: frames in the packet of the head", async () => {
    const { connect, log } = await start({ upgrade: async () => Promise.resolve() });
    const client = (await connect()).request();
    await client.send(Buffer.concat([HELLO, CLOSE]));
    expect(await client.untilEnded()).toEqual(Buffer.concat([HELLO_ECHOED, CLOSE_ANSWER]));
    expect(log.entries).toEqual(["open /chat", "text 5", "close 1005"]);
  });

  it("HTTP/2: END_STREAM comes from the server at once after both Close frames", async () => {
    const { connect, log } = await start();
    const client = await (await connect()).open();
    await client.send(hex("88 82 00000000 03e8"));
    expect(await client.untilEnded()).toEqual(hex("88 02 03e8"));
    client.end();
    expect(await finished(client)).toBe(0);
    expect(log.entries).toEqual(["open /chat", "close 1000"]);
  });

  it("HTTP/2: END_STREAM without a Close frame is told as 1006", async () => {
    const { connect, log } = await start();
    const client = await (await connect()).open();
    client.end();
    expect(await finished(client)).toBe(0);
    expect(await log.until("close")).toBe("close 1006");
  });

  it("HTTP/2: RST_STREAM without a Close frame is told as 1006, and the session goes on", async () => {
    const { connect, log } = await start();
    const session = await connect();
    const client = await session.open();
    client.stream.close(8);
    expect(await log.until("close")).toBe("close 1006");
    const other = await session.open();
    await other.send(HELLO);
    await other.untilSize(HELLO_ECHOED.length);
  });

  it("HTTP/2: terminate is RST_STREAM with CANCEL", async () => {
    const { connect, log } = await start({ message: (socket) => socket.terminate() });
    const client = await (await connect()).open();
    await client.send(HELLO);
    expect(await finished(client)).toBe(8);
    expect(await log.until("close")).toBe("close 1006");
  });

  it("HTTP/2: a peer that never answers our Close frame is cancelled at the deadline", async () => {
    const { connect } = await start({ closeTimeout: 50, message: (socket) => socket.close(4000) });
    const client = await (await connect()).open();
    await client.send(HELLO);
    expect(await finished(client)).toBe(8);
    expect(client.received).toEqual(hex("88 02 0fa0"));
  });

  it("HTTP/2: a session that breaks ends all of its WebSockets", async () => {
    const { connect, log, server } = await start();
    const session = await connect();
    await Promise.all([session.open(), session.open(), session.open()]);
    expect(server.sockets.size).toBe(3);
    session.transport.resetAndDestroy();
    await log.until("close", 3);
    expect(server.sockets.size).toBe(0);
  });

  it("HTTP/2: a WebSocket that is reset may take the others of its session with it", async () => {
    const all = new Set<ServerSocket>();
    const { connect, log } = await start({
      open: (socket) => void all.add(socket),
      close: () => {
        for (const socket of all) socket.terminate();
      },
    });
    const session = await connect();
    const clients = await Promise.all([session.open(), session.open(), session.open()]);
    clients[1].stream.close(8);
    await log.until("close", 3);
    expect(await Promise.all(clients.map(finished))).toEqual([8, 8, 8]);
    const next = await session.open();
    await next.send(HELLO);
    await next.untilSize(HELLO_ECHOED.length);
  });

  it("HTTP/2: the request tells hooks where it came from", async () => {
    const requests: unknown[] = [];
    const { connect, url } = await start({
      upgrade: ({ path, host, origin: from, remoteAddress, secure, httpVersion, headers }) => {
        requests.push({
          path,
          host,
          from,
          remoteAddress,
          secure,
          httpVersion,
          cookie: headers.get("Cookie"),
        });
      },
    });
    const { host, protocol } = new URL(url);
    const client = await (
      await connect()
    ).open({
      ":path": "/chat?a=b",
      origin: `https://${host}`,
      cookie: ["a=1", "b=2"],
    });
    client.stream.close();
    expect(requests).toEqual([
      {
        path: "/chat?a=b",
        host,
        from: `https://${host}`,
        remoteAddress: "127.0.0.1",
        secure: protocol === "https:",
        httpVersion: "2.0",
        cookie: "a=1; b=2",
      },
    ]);
  });
});
