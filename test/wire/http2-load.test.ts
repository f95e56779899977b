import { describe, expect, it } from "vitest";
import { http2Doors } from "./http2.ts";
import { clientFrame, hex, serverFrames } from "./octets.ts";

/* Streams of one session and what they cost each other: flow control, peers that do not read, much data. */

const MEBIBYTE = Buffer.alloc(1024 * 1024, "octets");
const echoed = Buffer.concat([hex("82 7f 0000000000100000"), MEBIBYTE]);

describe.each(http2Doors)("%s", (_, start) => {
  it("HTTP/2: a message larger than all windows comes back whole", async () => {
    const { connect } = await start();
    const client = await (await connect()).open();
    await client.send(clientFrame(0x82, MEBIBYTE));
    const received = await client.untilSize(echoed.length);
    expect(received.equals(echoed)).toBe(true);
  });

  it("HTTP/2: a stream that nobody reads does not starve the others", async () => {
    const { connect, server } = await start();
    const session = await connect();
    const deaf = await session.open();
    // It asks for far more than it takes: its window is full, the server stops reading it.
    deaf.stream.pause();
    for (let i = 0; i < 8; i++) deaf.stream.write(clientFrame(0x82, MEBIBYTE));
    const other = await session.open();
    await other.send(clientFrame(0x82, MEBIBYTE));
    const received = await other.untilSize(echoed.length);
    expect(received.equals(echoed)).toBe(true);
    // What waits for the deaf one is no more than what is echoed at once and read ahead.
    const [waiting] = [...server.sockets].map((socket) => socket.bufferedAmount);
    expect(waiting).toBeLessThan(4 * MEBIBYTE.length);
    deaf.stream.resume();
    await deaf.untilSize(8 * echoed.length);
    expect(deaf.received.length).toBe(8 * echoed.length);
  });

  it("HTTP/2: a stream whose handler is busy does not starve the others", async () => {
    let release!: () => void;
    const busy = new Promise<void>((resolve) => (release = resolve));
    const { connect } = await start({
      message: (socket, message) => {
        if (message.type === "text") return busy;
        void socket.send(message);
        return undefined;
      },
    });
    const session = await connect();
    const slow = await session.open();
    await slow.send(clientFrame(0x81, Buffer.from("wait")));
    for (let i = 0; i < 8; i++) slow.stream.write(clientFrame(0x82, MEBIBYTE));
    const other = await session.open();
    await other.send(clientFrame(0x82, MEBIBYTE));
    await other.untilSize(echoed.length);
    expect(slow.received.length).toBe(0);
    release();
    await slow.untilSize(8 * echoed.length);
  });

  it("HTTP/2: a hundred WebSockets in one session", async () => {
    const { connect, server } = await start();
    const session = await connect();
    const clients = await Promise.all(Array.from({ length: 100 }, () => session.open()));
    expect(server.sockets.size).toBe(100);
    await Promise.all(
      clients.map(async (client, i) => {
        await client.send(clientFrame(0x81, Buffer.from(`text ${i}`)));
        await client.send(hex("88 82 00000000 03e8"));
        const frames = serverFrames(await client.untilEnded());
        expect(frames.map(({ payload }) => payload.toString("latin1"))).toEqual([`text ${i}`, "\x03\xe8"]);
        client.end();
      }),
    );
  });

  it("HTTP/2: permessage-deflate as over HTTP/1.1", async () => {
    const { connect } = await start({ perMessageDeflate: true });
    const client = (await connect()).request({ "sec-websocket-extensions": "permessage-deflate" });
    expect(await client.answer).toMatchObject({
      ":status": 200,
      "sec-websocket-extensions":
        "permessage-deflate; server_no_context_takeover; client_no_context_takeover",
    });
    // RFC 7692 section 7.2.3.1: Hello in a compressed block.
    await client.send(clientFrame(0xc1, hex("f2 48 cd c9 c9 07 00")));
    expect(await client.untilSize(7)).toEqual(hex("81 05 48656c6c6f"));
  });
});
