import { once } from "node:events";
import http from "node:http";
import { describe, expect, it, onTestFinished } from "vitest";
import { WebSocketServer } from "../../src/index.ts";
import { http2Doors } from "./http2.ts";
import { CLOSE } from "./octets.ts";
import { GOOD } from "./heads.ts";
import { expectRefusal } from "./refusal.ts";
import { doors } from "./servers.ts";

/* maxConnectionsPerAddress, at the limit and one past it. All of these clients have the address of this machine. */

const because = /too many connections from this address/;

describe.each(doors)("over HTTP/1.1, %s", (_, start) => {
  it("connections past the limit of an address get 429 until one is over", async () => {
    const { connect, open, log } = await start({ maxConnectionsPerAddress: 2 });
    const first = await open();
    await open();
    const third = await connect();
    await third.send(GOOD);
    await expectRefusal(third, { status: 429, because });
    await first.send(CLOSE);
    first.end();
    await first.untilClosed();
    await log.until("close");
    await open();
  });

  it("a handshake that a hook thinks about counts", async () => {
    const { connect, log } = await start({
      maxConnectionsPerAddress: 1,
      upgrade: () => {
        log.add("thinking");
        return new Promise(() => {});
      },
    });
    const first = await connect();
    await first.send(GOOD);
    await log.until("thinking");
    const second = await connect();
    await second.send(GOOD);
    await expectRefusal(second, { status: 429, because });
    first.reset();
  });
});

describe("over HTTP/1.1, listening by itself", () => {
  const [, start] = doors[0]!;

  it("a head that has not come yet counts, and the refusal waits for none", async () => {
    const { connect } = await start({ maxConnectionsPerAddress: 1 });
    const first = await connect();
    await first.send("GET /");
    const second = await connect();
    expect((await second.untilEnded()).toString()).toMatch(/^HTTP\/1\.1 429 Too Many Requests\r\n/);
    first.end();
    await first.untilClosed();
  });

  it("ordinary requests that are handed over do not count", async () => {
    const pages = http.createServer(() => {});
    const server = new WebSocketServer({ maxConnectionsPerAddress: 1, closeTimeout: 50 });
    onTestFinished(() => void server.close());
    const { port } = await server.listen({ port: 0, host: "127.0.0.1", http: pages });
    for (let i = 0; i < 3; i++) {
      const request = http.get({ port, host: "127.0.0.1", agent: false });
      request.on("error", () => {});
      await once(pages, "request");
    }
  });
});

describe.each(http2Doors)("over HTTP/2, %s", (_, start) => {
  it("each WebSocket counts, in one session or in several", async () => {
    const { connect, log } = await start({ maxConnectionsPerAddress: 2 });
    const session = await connect();
    const first = await session.open();
    await session.open();
    const third = session.request();
    expect(await third.answer).toMatchObject({ ":status": 429 });
    expect((await third.untilClosed()).toString()).toMatch(because);
    first.stream.close(8);
    await log.until("close");
    await session.open();
  });
});
