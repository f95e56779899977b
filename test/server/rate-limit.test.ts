import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { type ServerSocket, WebSocketServer } from "../../src/index.ts";
import { closed, expected, meet, sendTogether, transportOf } from "./meet.ts";

const texts = (count: number): string[] => Array.from({ length: count }, (_, i) => String(i));

/** Resolves with what was handed out, once it is `count` messages. */
function collect(count: number): {
  message: (socket: ServerSocket, m: { bytes: Uint8Array }) => void;
  all: Promise<string[]>;
  seen: string[];
} {
  const { promise, resolve } = expected<string[]>();
  const seen: string[] = [];
  const message = (_: ServerSocket, { bytes }: { bytes: Uint8Array }): void => {
    seen.push(String(Buffer.from(bytes)));
    if (seen.length === count) resolve(seen);
  };
  return { message, all: promise, seen };
}

describe("rateLimit", () => {
  it("messages up to the burst come at once, the one past it when there is a token", async () => {
    const { message, all, seen } = collect(13);
    const { server, connect } = await meet({ message, rateLimit: { messages: 10, burst: 1 } });
    const client = connect();
    await once(client, "open");
    const start = performance.now();
    sendTogether(client, ...texts(13));
    while (seen.length < 10) await new Promise(setImmediate);
    expect(seen.length).toBe(10);
    expect(server.stats().rateLimited).toBe(1);
    expect(await all).toEqual(texts(13));
    // Three tokens at ten a second; a timer is never early by more than a millisecond.
    expect(performance.now() - start).toBeGreaterThan(295);
    expect(client.readyState).toBe(client.OPEN);
  });

  it("nothing is lost, pings behind it and the end included", async () => {
    const over = expected<number>();
    const { message, all } = collect(40);
    const { connect } = await meet({
      message,
      rateLimit: { messages: 100, burst: 0.05 },
      close: (_, code) => over.resolve(code),
    });
    const client = connect();
    await once(client, "open");
    const pong = once(client, "pong");
    sendTogether(client, ...texts(40));
    client.ping("x");
    client.close(4001);
    expect(await all).toEqual(texts(40));
    expect(String((await pong)[0])).toBe("x");
    expect(await over.promise).toBe(4001);
  });

  it("is waited out where the transport ends meanwhile", async () => {
    const over = expected<number>();
    const { message, all } = collect(5);
    const { connect } = await meet({
      message,
      rateLimit: { messages: 20, burst: 0.05 },
      close: (_, code) => over.resolve(code),
    });
    const client = connect();
    await once(client, "open");
    sendTogether(client, ...texts(5));
    transportOf(client).end();
    expect(await all).toEqual(texts(5));
    expect(await over.promise).toBe(1006);
  });

  it("a message in fragments is one, whole or as a stream", async () => {
    for (const way of ["message", "stream"]) {
      const done = expected();
      let count = 0;
      const got = (): void => void (++count === 2 && done.resolve());
      const { server, connect } = await meet({
        rateLimit: { messages: 0.5, burst: 4 },
        ...(way === "message"
          ? { message: got }
          : {
              stream: async (_: ServerSocket, message: AsyncIterable<Uint8Array>) => {
                for await (const piece of message) void piece;
                got();
              },
            }),
      });
      const client = connect();
      await once(client, "open");
      for (let i = 0; i < 2; i++) {
        for (let j = 0; j < 5; j++) client.send("a", { fin: j === 4 });
      }
      await done.promise;
      expect(server.stats().messagesReceived).toBe(2);
    }
  });

  it("bytes past the burst are a debt, and the transport is not read until it is paid", async () => {
    const { message, all, seen } = collect(30);
    const { server, connect } = await meet({ message, rateLimit: { bytes: 1_000_000, burst: 0.1 } });
    const client = connect();
    await once(client, "open");
    const start = performance.now();
    for (let i = 0; i < 30; i++) client.send(Buffer.alloc(20_000 - 8, String.fromCharCode(65 + i)));
    await all;
    // 600,000 bytes, of which 100,000 come at once and one chunk on credit.
    expect(performance.now() - start).toBeGreaterThan(400);
    expect(seen.map((text) => text.charCodeAt(0) - 65)).toEqual(seen.map((_, i) => i));
    expect(server.stats().rateLimited).toBeGreaterThan(0);
  });

  it("onExceeded close: at the limit all is taken, the message past it is answered with 1008", async () => {
    const { message, seen } = collect(100);
    const { server, connect } = await meet({
      message,
      rateLimit: { messages: 0.01, burst: 500, onExceeded: "close" },
    });
    const client = connect();
    await once(client, "open");
    sendTogether(client, ...texts(5));
    client.ping();
    await once(client, "pong");
    expect(seen).toEqual(texts(5));
    client.send("one past it");
    client.send("and more");
    expect(await closed(client)).toEqual([1008, "More than the rate limit"]);
    expect(seen).toEqual(texts(5));
    expect(server.stats()).toMatchObject({ rateLimited: 1, messagesReceived: 5 });
  });

  it.each([
    [0, "open"],
    [1, "closed"],
  ])("onExceeded close: %i bytes past the limit, it is %s", async (past, state) => {
    const { message, seen } = collect(1);
    const { connect } = await meet({
      message,
      rateLimit: { bytes: 0.001, burst: 1_000_000, onExceeded: "close" },
    });
    const client = connect();
    await once(client, "open");
    const pong = once(client, "pong");
    const end = closed(client);
    // With its header and that of the Ping, 1,000 bytes.
    client.send(Buffer.alloc(1000 - 8 - 6 + past));
    client.ping();
    if (state === "closed") expect((await end)[0]).toBe(1008);
    else {
      await pong;
      expect([seen.length, client.readyState]).toEqual([1, client.OPEN]);
    }
  });

  it("one connection's debt is not another's", async () => {
    const { connect } = await meet({
      message: (socket, message) => void socket.send(message),
      rateLimit: { messages: 0.01, burst: 100 },
    });
    const [greedy, other] = [connect(), connect()];
    await Promise.all([once(greedy, "open"), once(other, "open")]);
    sendTogether(greedy, "1", "2", "3");
    await once(greedy, "message");
    other.send("a");
    await once(other, "message");
  });

  it.each([
    {},
    null,
    5,
    { messages: 0 },
    { messages: -1 },
    { bytes: NaN },
    { bytes: Infinity },
    { messages: "5" },
    { messages: 5, burst: 0 },
    { messages: 5, burst: 0.1 },
    { messages: 5, onExceeded: "drop" },
  ])("%j is refused as an option", (rateLimit) => {
    expect(() => new WebSocketServer({ rateLimit: rateLimit as object })).toThrow(
      expect.objectContaining({ code: "ERR_INVALID_OPTION", message: expect.stringContaining("rateLimit") }),
    );
  });
});
