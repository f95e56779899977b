import { Buffer } from "node:buffer";
import { randomFillSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import type { ServerSocket } from "../../src/index.ts";
import { DEFLATE, DeflatingClient, deflated, inflated, OFFER } from "./deflating.ts";
import { clientFrame, CLOSE, hex } from "./octets.ts";
import { startListening } from "./servers.ts";

/* Compressed messages that are more work than a turn of the event loop has, and those that are meant to hurt. */

const MIB = 1024 * 1024;
const BEGIN = clientFrame(0x81, Buffer.from("begin"));
const AFTER = clientFrame(0x81, Buffer.from("after"));
const zeros = (size: number): Buffer => clientFrame(0xc2, deflated(Buffer.alloc(size), { level: 9 }));
const BOMB = zeros(64 * MIB);

/** What to do when a connection has said "begin": what is behind it in the same chunk is being inflated from then on. */
const whenBegun = (act: (socket: ServerSocket) => void): object => ({
  ...DEFLATE,
  maxPayload: 64 * MIB,
  // With shared memory a socket that is not read hears of no reset; nothing is read while a message is inflated.
  sharedRead: false,
  message: (socket: ServerSocket, message: { type: string; bytes: Uint8Array }) => {
    if (Buffer.from(message.bytes).equals(Buffer.from("begin"))) act(socket);
  },
});

describe("a large compressed message", () => {
  it("keeps its place, and input behind it waits", async () => {
    const { log, ...running } = await startListening({ ...DEFLATE, maxPayload: 8 * MIB });
    const client = await DeflatingClient.open(running, OFFER);
    await client.raw.send(Buffer.concat([BEGIN, zeros(8 * MIB), AFTER, zeros(3 * MIB)]));
    await client.raw.send(Buffer.concat([AFTER, CLOSE]));
    const frames = await client.framesToTheEnd();
    expect(frames.at(-1)!.first).toBe(0x88);
    const told = ["text 5", "binary 8388608", "text 5", "binary 3145728", "text 5", "close 1005"];
    expect(log.entries.slice(1)).toEqual(told);
    expect(frames.length).toBe(6);
  });

  it("leaves others their turn", async () => {
    const others: DeflatingClient[] = [];
    const { log, ...running } = await startListening(
      whenBegun(() => others[0]!.raw.socket.write(clientFrame(0x82, Buffer.from("other")))),
    );
    const client = await DeflatingClient.open(running, OFFER);
    others.push(await DeflatingClient.open(running, OFFER));
    await client.raw.send(Buffer.concat([BEGIN, BOMB]));
    await log.until("binary 67108864");
    expect(log.entries.slice(2)).toEqual(["text 5", "binary 5", "binary 67108864"]);
  });

  it("is told before the end of the transport that came behind it", async () => {
    const { log, ...running } = await startListening(whenBegun(() => {}));
    const client = await DeflatingClient.open(running, OFFER);
    await client.raw.send(Buffer.concat([BEGIN, zeros(16 * MIB)]));
    client.raw.end();
    await log.until("close");
    expect(log.entries.slice(1)).toEqual(["text 5", "binary 16777216", "close 1006"]);
  });

  it("is dropped by a reset in the middle, and by the server's own terminate()", async () => {
    let act: (socket: ServerSocket) => void = () => {};
    const { log, ...running } = await startListening(whenBegun((socket) => act(socket)));
    for (const way of ["reset", "terminate"] as const) {
      const client = await DeflatingClient.open(running, OFFER);
      act = (socket) => (way === "reset" ? client.raw.reset() : socket.terminate());
      log.entries.length = 0;
      await client.raw.send(Buffer.concat([BEGIN, BOMB]));
      expect(await log.until("close")).toBe("close 1006");
      expect(log.entries).toEqual(["text 5", "close 1006"]);
    }
    expect(running.server.stats()).toMatchObject({ connections: 0 });
  });

  it("may be followed by the server's close in the middle of it", async () => {
    const { log, ...running } = await startListening(whenBegun((socket) => socket.close(4000, "enough")));
    const client = await DeflatingClient.open(running, OFFER);
    await client.raw.send(Buffer.concat([BEGIN, zeros(8 * MIB), hex("88 82 00000000 0fa0")]));
    expect(await client.framesToTheEnd()).toEqual([
      { first: 0x88, payload: Buffer.concat([hex("0fa0"), Buffer.from("enough")]) },
    ]);
    await log.until("close");
    expect(log.entries.slice(1)).toEqual(["text 5", "binary 8388608", "close 4000"]);
  });

  it("is not inflated further for a peer that does not take the answers", async () => {
    // A hundred messages of 512 KiB in one chunk, each answered with as many octets.
    const chunk = Buffer.concat(Array.from({ length: 100 }, () => zeros(MIB / 2)));
    expect(chunk.length).toBeLessThan(64 * 1024);
    let most = 0;
    const running = await startListening({
      perMessageDeflate: { threshold: 2 ** 40 },
      message: (socket, message) => {
        socket.send(message);
        most = Math.max(most, socket.bufferedAmount);
      },
    });
    const client = await DeflatingClient.open(running, OFFER);
    client.raw.socket.pause();
    await client.raw.flush(chunk);
    // What the system takes is not ours to bound; what waits in the server is.
    await running.log.until("binary 524288");
    for (let turn = 0; turn < 300; turn++) await new Promise((resolve) => void setImmediate(resolve));
    expect(most).toBeLessThan(4 * MIB);
    client.raw.socket.resume();
    await client.raw.send(CLOSE);
    expect((await client.framesToTheEnd()).length).toBe(101);
  });
});

describe("a bomb of 64 MiB in 64 KB", () => {
  const arrayBuffers = (): number => process.memoryUsage().arrayBuffers;

  it("is over with its socket in the middle, 1,000 times in a row", async () => {
    let client: DeflatingClient;
    const { log, ...running } = await startListening(whenBegun(() => client.raw.reset()));
    let most = 0;
    const before = arrayBuffers();
    for (let round = 0; round < 1000; round++) {
      client = await DeflatingClient.open(running, OFFER);
      log.entries.length = 0;
      await client.raw.send(Buffer.concat([BEGIN, BOMB]));
      await log.until("close");
      expect(log.entries).toEqual(["text 5", "close 1006"]);
      most = Math.max(most, arrayBuffers());
    }
    expect(running.server.stats()).toMatchObject({ connections: 0, takeoverBytes: 0 });
    expect(most - before).toBeLessThan(128 * MIB);
    // Two seconds, where the machine has nothing else to do.
  }, 120_000);
});

it("noise of many sizes comes back as it went", async () => {
  const running = await startListening({ perMessageDeflate: { threshold: 0, contextTakeover: true } });
  const client = await DeflatingClient.open(running, "permessage-deflate; client_no_context_takeover");
  const sizes = [0, 1, 125, 126, 4095, 4096, 16_384, 65_535, 65_536, MIB];
  const noise = sizes.map((size) => randomFillSync(Buffer.alloc(size)));
  await client.raw.send(Buffer.concat(noise.map((bytes) => clientFrame(0xc2, Buffer.from(deflated(bytes))))));
  const frames = await client.frames(sizes.length);
  const stream = frames.map(({ first, payload }) => {
    expect(first).toBe(0xc2);
    return Buffer.concat([payload, hex("0000ffff")]);
  });
  expect(inflated(Buffer.concat(stream).subarray(0, -4)).equals(Buffer.concat(noise))).toBe(true);
});
