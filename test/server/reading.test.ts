import { once } from "node:events";
import net from "node:net";
import { afterEach, describe, expect, it } from "vitest";
import type { ServerOptions, ServerSocket } from "../../src/index.ts";
import { listenTo, type Owner } from "../../src/server/transport.ts";
import { clientFrame } from "../wire/octets.ts";
import { expected, pair, stuck, transportOf } from "./meet.ts";

/* How much is read at a time, and what that may make a connection hold. */

const KIB = 1024;
const able = process.platform !== "win32" && Number(process.versions.node.split(".")[0]) <= 26;

/** Hears of a transport, and notes what it is read into. */
class Reader implements Owner {
  readonly memories: number[] = [];
  listening = true;
  awaited = 0;
  size = 0;
  received = 0;

  receive(_: Uint8Array, size: number): void {
    this.received++;
    this.size += size;
  }
  receiveBorrowed(memory: Uint8Array, size: number): number {
    this.memories.push(memory.length / KIB);
    this.size += size;
    return this.awaited;
  }
  receiveEnd(): void {}
  transportDrained(): void {}
  gone(): void {}
}

describe.runIf(able)("the shared memory", () => {
  let listener: net.Server;
  let client: net.Socket;
  afterEach(() => {
    client.destroy();
    listener.close();
  });

  async function read(): Promise<{
    reader: Reader;
    transport: net.Socket;
    send: (size: number) => Promise<void>;
  }> {
    const accepted = expected<net.Socket>();
    listener = net.createServer(accepted.resolve).listen(0, "127.0.0.1");
    await once(listener, "listening");
    client = net.connect((listener.address() as net.AddressInfo).port, "127.0.0.1");
    const transport = await accepted.promise;
    const reader = new Reader();
    listenTo(transport, reader, true);
    transport.resume();
    const send = async (size: number): Promise<void> => {
      const until = reader.size + size;
      client.write(Buffer.alloc(size));
      while (reader.size < until) await new Promise(setImmediate);
    };
    return { reader, transport, send };
  }

  it("is 64 KiB, and more by what is awaited, up to 256", async () => {
    const { reader, send } = await read();
    for (const awaited of [0, 64 * KIB - 1, 64 * KIB, 200 * KIB, 2 ** 53, Infinity, -1]) {
      reader.awaited = awaited;
      await send(1);
    }
    await send(1);
    expect(reader.memories).toEqual([64, 64, 64, 128, 256, 256, 256, 64]);
  });

  it("takes as much at once", async () => {
    const { reader, send } = await read();
    reader.awaited = 256 * KIB;
    await send(1);
    await send(1000 * KIB);
    expect(reader.memories.length).toBeLessThan(20);
    expect(new Set(reader.memories.slice(1))).toEqual(new Set([256]));
  });

  it("is 64 KiB again behind what nobody listened to", async () => {
    const { reader, transport, send } = await read();
    reader.awaited = 256 * KIB;
    await send(1);
    await send(1);
    reader.listening = false;
    client.write(Buffer.alloc(300 * KIB));
    while (reader.received === 0) await new Promise(setImmediate);
    reader.listening = true;
    transport.resume();
    while (reader.size < 2 + 300 * KIB) await new Promise(setImmediate);
    await send(1);
    expect(reader.memories.slice(0, 3)).toEqual([64, 256, 64]);
  });
});

describe("what a consumer that is busy makes a connection read", () => {
  const small = clientFrame(0x82, Buffer.alloc(1000));
  const behind = Buffer.concat(Array.from({ length: 2000 }, () => small));

  /** Octets that are read of what is sent to a server whose hook is never through. */
  async function received(options: ServerOptions, octets: Buffer): Promise<number> {
    const { socket, client } = await pair(options);
    const transport = transportOf(client);
    transport.write(octets);
    expect(await stuck(transport)).toBeGreaterThan(0);
    return socket.stats().bytesReceived;
  }
  const never = new Promise<void>(() => {});
  const flood = Buffer.alloc(16_000 * KIB);

  it("is 64 KiB behind a long message, and what is read ahead", async () => {
    for (const size of [74, 130, 1000]) {
      const octets = Buffer.concat([clientFrame(0x82, Buffer.alloc(size * KIB)), behind, flood]);
      const most = (size + 64 + 64 + 1) * KIB;
      expect(await received({ message: () => never }, octets)).toBeLessThan(most);
      expect(await received({ readAhead: 0, message: () => never }, octets)).toBeLessThan(most - 64 * KIB);
    }
  });

  it("is 64 KiB of a stream, and what is read ahead", async () => {
    const rest = clientFrame(0x80, Buffer.alloc(16_000 * KIB));
    // A first piece that is short leaves less room in the read-ahead for what comes with it.
    for (const [first, most] of [
      [2, 64],
      [70, 128],
    ] as const) {
      for (const readAhead of [0, 1, 64 * KIB, 100 * KIB]) {
        const options = {
          maxPayload: 2 ** 30,
          readAhead,
          // The first piece is taken, and then no other.
          stream: (_: ServerSocket, stream: AsyncIterator<Uint8Array>) => stream.next().then(() => never),
        };
        const octets = Buffer.concat([clientFrame(0x02, Buffer.alloc(first * KIB)), rest]);
        expect(await received(options, octets)).toBeLessThan(readAhead + (most + 4) * KIB);
      }
    }
  });

  it("is more at a time where it is ready", async () => {
    let longest = 0;
    const { client } = await pair({
      maxPayload: 2 ** 30,
      stream: async (socket, message) => {
        for await (const piece of message) longest = Math.max(longest, piece.length);
        void socket.send("read");
      },
    });
    client.send(flood);
    await once(client, "message");
    expect(longest > 64 * KIB).toBe(able);
    expect(longest).toBeLessThanOrEqual(128 * KIB);
  });

  it("is a chunk of 64 KiB beyond its rate", async () => {
    const rateLimit = { bytes: 70 * KIB, burst: 1, messages: 1 };
    const began = performance.now();
    const read = await received(
      { rateLimit, maxPayload: 2 ** 30, message: () => {} },
      clientFrame(0x82, Buffer.alloc(16_000 * KIB)),
    );
    const seconds = (performance.now() - began) / 1000;
    expect(read).toBeLessThan((70 * (1 + seconds) + 64) * KIB);
  });
});
