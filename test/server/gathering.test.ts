import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { afterEach, describe, expect, it, vi } from "vitest";
import { WebSocket } from "ws";
import { type ServerOptions, type ServerSocket, WebSocketServer } from "../../src/index.ts";
import { expected, meet, pair, transportOf } from "./meet.ts";

/* Large pieces of a message that are sent in one turn of the event loop leave in one write, within bounds. */

const KB = 1000;
const piece = new Uint8Array(100 * KB);
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("the pieces of one turn", () => {
  const ends: (() => void)[] = [];
  afterEach(() => {
    for (const end of ends.splice(0)) end();
  });

  /** A connection, and how often its server has written to it. */
  async function counted(
    options: ServerOptions,
  ): Promise<{ client: WebSocket; socket: ServerSocket; count: () => number }> {
    const http = createServer();
    const accepted = expected<Socket>();
    const opened = expected<ServerSocket>();
    http.on("connection", accepted.resolve);
    const server = new WebSocketServer({ ...options, open: (socket) => opened.resolve(socket) });
    server.attach(http);
    await once(http.listen(0, "127.0.0.1"), "listening");
    const client = new WebSocket(`ws://127.0.0.1:${(http.address() as AddressInfo).port}`);
    ends.push(() => (client.terminate(), http.close(), void server.close()));
    await once(client, "open");
    const transport = await accepted.promise;
    const one = vi.spyOn(transport, "_write");
    const several = vi.spyOn(transport, "_writev" as "_write");
    const count = (): number => one.mock.calls.length + several.mock.calls.length;
    return { client, socket: await opened.promise, count };
  }

  /** How often is written when pieces of these sizes are sent. */
  async function writes(sizes: readonly number[], options: ServerOptions = {}): Promise<number> {
    const { client, socket, count } = await counted(options);
    const message = once(client, "message") as Promise<[Buffer]>;
    await socket.sendStream(sizes.map((size) => new Uint8Array(size)));
    expect((await message)[0].length).toBe(sizes.reduce((a, b) => a + b, 0));
    return count();
  }

  it("leave in one write, with what ends the message", async () => {
    expect(await writes(Array.from({ length: 5 }, () => 100 * KB))).toBe(1);
  });

  it("leave when they are more than 512 KiB", async () => {
    expect(await writes(Array.from({ length: 12 }, () => 100 * KB))).toBe(3);
  });

  it("leave at once where they are more than may wait", async () => {
    const maxBuffered = 250 * KB;
    expect(
      await writes(
        Array.from({ length: 5 }, () => 100 * KB),
        { maxBuffered },
      ),
    ).toBe(2);
  });

  it("leave in few writes where they are sent on as they come", async () => {
    const { client, count } = await counted({ stream: (socket, message) => socket.sendStream(message) });
    const each: number[] = [];
    for (let i = 0; i < 10; i++) {
      const before = count();
      client.send(new Uint8Array(500 * KB));
      await once(client, "message");
      each.push(count() - before);
    }
    // Each write behind each read would be four.
    expect(Math.min(...each)).toBeLessThan(4);
  });

  it("are not gathered where they are small", async () => {
    expect(await writes(Array.from({ length: 100 }, () => 4 * KB))).toBeGreaterThan(20);
  });
});

/** Until nothing more is written. */
async function still(socket: ServerSocket): Promise<void> {
  for (let before = -1; before !== socket.stats().bytesSent;) {
    before = socket.stats().bytesSent;
    for (let i = 0; i < 50; i++) await turn();
  }
}

describe("what a peer that does not read has let gather", () => {
  /** Sends pieces as long as `more` says so; gives what waits at the most meanwhile. */
  async function most(socket: ServerSocket, more: () => boolean): Promise<number> {
    let waiting = 0;
    const pieces = function* (): Generator<Uint8Array> {
      for (; more(); waiting = Math.max(waiting, socket.bufferedAmount)) yield piece;
    };
    await socket.sendStream(pieces());
    return waiting;
  }
  it("is not more than it was when it stopped to read", async () => {
    const { socket, client } = await pair();
    transportOf(client).pause();
    const pieces = async function* (): AsyncGenerator<Uint8Array> {
      for (;;) {
        yield piece;
        await turn();
      }
    };
    const sent = socket.sendStream(pieces()).catch(() => {});
    await still(socket);
    expect(socket.bufferedAmount).toBeLessThan(250 * KB);
    client.terminate();
    await sent;
  });

  const ten = (socket: ServerSocket): Promise<number> => {
    let count = 10;
    return most(socket, () => count-- > 0);
  };

  it.each<[string, (client: WebSocket, stop: () => void, over: Promise<unknown>) => unknown]>([
    ["it reads", (client, stop) => (stop(), transportOf(client).resume())],
    ["it is gone", (client, _, over) => (client.terminate(), over)],
  ])("counts for all others, until %s", async (_, how) => {
    const sockets: ServerSocket[] = [];
    const over = expected();
    const { connect } = await meet({
      maxBuffered: 600 * KB,
      open: (socket) => void sockets.push(socket),
      close: () => over.resolve(),
    });
    const open = async (): Promise<WebSocket> => {
      const client = connect().on("error", () => {});
      await once(client, "open");
      return client;
    };
    const stalled = await open();
    await open();
    const [first, second] = sockets as [ServerSocket, ServerSocket];
    expect(await ten(second)).toBeGreaterThan(400 * KB);
    transportOf(stalled).pause();
    let more = true;
    const sent = most(first, () => more).catch(() => 0);
    await still(first);
    expect(first.bufferedAmount).toBeLessThan(700 * KB);
    expect(await ten(second)).toBeLessThan(250 * KB);
    await how(stalled, () => (more = false), over.promise);
    expect(await sent).toBeLessThan(700 * KB);
    expect(await ten(second)).toBeGreaterThan(400 * KB);
  });
});
