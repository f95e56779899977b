import { once } from "node:events";
import { describe, expect, it } from "vitest";
import type { ServerOptions, ServerSocket } from "../../src/index.ts";
import { closed, pair, transportOf } from "./meet.ts";

const MAX = 200_000;

/** A peer that does not read: the kernel has taken what it takes. */
async function full(options: ServerOptions): Promise<Awaited<ReturnType<typeof pair>>> {
  const meeting = await pair({ maxBuffered: MAX, ...options });
  transportOf(meeting.client).pause();
  const { socket } = meeting;
  // What the kernel takes does not wait.
  while (socket.bufferedAmount === 0) {
    void socket.send(new Uint8Array(60_000 - 4));
    for (let turn = 0; turn < 3; turn++) await new Promise(setImmediate);
  }
  return meeting;
}

/** Sends until so many bytes wait, to the byte. */
async function fill(socket: ServerSocket, upTo: number): Promise<void> {
  for (let left = upTo - socket.bufferedAmount; left > 0; left = upTo - socket.bufferedAmount) {
    // A header of 2 octets up to 125, of 4 above.
    const size = Math.min(left, 50_000);
    void socket.send(new Uint8Array(size <= 127 ? Math.max(size - 2, 0) : size - 4));
    await new Promise(setImmediate);
  }
}

describe("send to a peer that does not read", () => {
  it("says wait, resolves when the peer has read, and never before", async () => {
    const { socket, client } = await pair();
    transportOf(client).pause();
    let waiting: PromiseLike<void> | undefined;
    let sent = 0;
    for (; waiting === undefined; sent++) {
      waiting = socket.send(new Uint8Array(100_000));
      await new Promise(setImmediate);
    }
    let resolved = false;
    const done = waiting.then(() => (resolved = true));
    // Another one changes nothing.
    expect(socket.send("another")).toBe(waiting);
    for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate);
    expect(resolved).toBe(false);
    transportOf(client).resume();
    await done;
    expect(socket.send("more")).toBeUndefined();
  });

  it("what is waited for resolves as well when the connection is gone", async () => {
    const { socket, client } = await pair();
    transportOf(client).pause();
    let waiting: PromiseLike<void> | undefined;
    while (waiting === undefined) {
      waiting = socket.send(new Uint8Array(100_000));
      await new Promise(setImmediate);
    }
    client.terminate();
    await waiting;
  });

  it("a loop in one turn is written as it goes, and does not gather in memory", async () => {
    const { socket } = await pair();
    let most = 0;
    for (let i = 0; i < 20; i++) {
      void socket.send(new Uint8Array(4000));
      most = Math.max(most, socket.bufferedAmount);
    }
    expect(most).toBeLessThan(40_000);
  });
});

describe("maxBuffered", () => {
  it.each(["close", "wait", "drop"] as const)("%s: not one byte below it", async (whenFull) => {
    const { socket } = await full({ whenFull });
    await fill(socket, MAX - 1);
    expect(socket.bufferedAmount).toBe(MAX - 1);
    void socket.send("x");
    expect(socket.state).toBe("open");
    expect(socket.bufferedAmount).toBe(MAX + 2);
  });

  it("close (the default): at it, the connection is closed with 1013, and what waited before arrives", async () => {
    const { socket, client } = await full({});
    await fill(socket, MAX);
    expect(socket.bufferedAmount).toBe(MAX);
    const waiting = socket.send("too much");
    expect(socket.state).toBe("closing");
    expect(() => socket.send("late")).toThrow(expect.objectContaining({ code: "ERR_NOT_OPEN" }));
    let last = 0;
    client.on("message", (data: Buffer) => (last = data.length));
    transportOf(client).resume();
    expect(await closed(client)).toEqual([1013, "Messages are not taken fast enough"]);
    expect(last).not.toBe(8);
    await waiting;
  });

  it("wait: at it, send throws ERR_BUFFER_FULL, and goes on when the peer has read", async () => {
    const { socket, client } = await full({ whenFull: "wait" });
    await fill(socket, MAX);
    expect(() => socket.send("too much")).toThrow(expect.objectContaining({ code: "ERR_BUFFER_FULL" }));
    expect([socket.state, socket.bufferedAmount]).toEqual(["open", MAX]);
    transportOf(client).resume();
    while (socket.bufferedAmount > 0) await once(client, "message");
    expect(socket.send("again")).toBeUndefined();
  });

  it("drop: at it, the message is dropped, and nothing else", async () => {
    const { socket, client } = await full({ whenFull: "drop" });
    await fill(socket, MAX);
    const waiting = socket.send("dropped");
    expect([socket.state, socket.bufferedAmount]).toEqual(["open", MAX]);
    const seen: number[] = [];
    client.on("message", (data: Buffer) => seen.push(data.length));
    transportOf(client).resume();
    await waiting;
    void socket.send("last one");
    while (seen.at(-1) !== 8) await once(client, "message");
    expect(seen).not.toContain(7);
  });

  it("one message may be larger than it", async () => {
    const { socket, client } = await pair({ maxBuffered: 1000 });
    const received = once(client, "message");
    await socket.send(new Uint8Array(1_000_000));
    expect(((await received)[0] as Buffer).length).toBe(1_000_000);
    expect(socket.state).toBe("open");
  });
});
