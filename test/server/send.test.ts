import { once } from "node:events";
import { describe, expect, it } from "vitest";
import type { Message, SendData } from "../../src/index.ts";
import { expected, pair, transportOf } from "./meet.ts";

describe("send", () => {
  const octets = new Uint8Array([9, 1, 2, 3, 4, 5, 6, 7, 9]);
  const middle = Buffer.from([1, 2, 3, 4, 5, 6, 7]);
  it.each<[string, SendData, Buffer]>([
    ["a view into a larger buffer", octets.subarray(1, 8), middle],
    ["a Buffer", Buffer.from(octets).subarray(1, 8), middle],
    ["a DataView", new DataView(octets.buffer, 1, 7), middle],
    ["an Int16Array", new Int16Array(octets.buffer, 2, 3), middle.subarray(1)],
    ["an ArrayBuffer", octets.buffer.slice(1, 8), middle],
    ["nothing", new Uint8Array(0), Buffer.alloc(0)],
  ])("%s leaves as its octets", async (_, data, expectation) => {
    const { socket, client } = await pair();
    socket.send(data);
    const [received, binary] = (await once(client, "message")) as [Buffer, boolean];
    expect([received, binary]).toEqual([expectation, true]);
  });

  it("a string leaves as text, lone surrogates as U+FFFD", async () => {
    const { socket, client } = await pair();
    socket.send("a\ud800ß😀");
    const [received, binary] = (await once(client, "message")) as [Buffer, boolean];
    expect([received.toString(), binary]).toEqual(["a\ufffdß😀", false]);
  });

  it.each([5, null, undefined, true, {}, [1, 2], Symbol("x")])("%o is refused", async (data) => {
    const { socket } = await pair();
    expect(() => socket.send(data as never)).toThrow(expect.objectContaining({ code: "ERR_INVALID_DATA" }));
  });

  it("after close throws ERR_NOT_OPEN, never silence", async () => {
    const { socket } = await pair();
    socket.close(1000);
    expect(socket.state).toBe("closing");
    expect(() => socket.send("late")).toThrow(expect.objectContaining({ code: "ERR_NOT_OPEN" }));
    expect(() => socket.ping()).toThrow(expect.objectContaining({ code: "ERR_NOT_OPEN" }));
    expect(() => socket.close()).not.toThrow();
  });

  it("keeps the order of texts, large binaries and pings made in one turn", async () => {
    const { socket, client } = await pair();
    const seen: string[] = [];
    const { promise, resolve } = expected();
    client.on("ping", (data: Buffer) => seen.push(`ping ${data.length}`));
    client.on("message", (data: Buffer) => seen.push(`message ${data.length}`) === 4 && resolve());
    socket.send("a");
    socket.send(new Uint8Array(100_000));
    socket.ping(new Uint8Array(2));
    socket.send("bc");
    await promise;
    expect(seen).toEqual(["message 1", "message 100000", "ping 2", "message 2"]);
  });

  it("says stop while the peer does not read, and everything arrives when it does", async () => {
    const { socket, client } = await pair();
    const transport = transportOf(client);
    transport.pause();
    const chunk = new Uint8Array(256 * 1024).fill(7);
    let sent = 0;
    // The kernel's own buffers take some; then what waits is ours, and told.
    do {
      sent++;
      await new Promise(setImmediate);
    } while (socket.send(chunk) === undefined && sent < 1000);
    expect(sent).toBeLessThan(1000);
    expect(socket.bufferedAmount).toBeGreaterThan(0);
    let received = 0;
    const { promise, resolve } = expected();
    client.on("message", (data: Buffer) => {
      expect(data.equals(chunk)).toBe(true);
      if (++received === sent) resolve();
    });
    transport.resume();
    await promise;
    expect(socket.bufferedAmount).toBe(0);
  });

  it("small messages keep their octets when the output's memory is used again under a slow peer", async () => {
    const { socket, client } = await pair({ maxBuffered: 64 * 1024 * 1024 });
    const transport = transportOf(client);
    transport.pause();
    // More than the kernel's buffers take.
    const total = 10_000;
    const text = (i: number): string => String(i).padEnd(3500, String(i % 7));
    for (let i = 0; i < total; i++) {
      socket.send(text(i));
      if (i % 5 === 0) await new Promise(setImmediate);
    }
    expect(socket.bufferedAmount).toBeGreaterThan(0);
    let received = 0;
    let wrong = 0;
    const { promise, resolve } = expected();
    client.on("message", (data: Buffer) => {
      if (data.toString() !== text(received)) wrong++;
      if (++received === total) resolve();
    });
    transport.resume();
    await promise;
    expect(wrong).toBe(0);
  });
});

describe("a peer that sends and does not read", () => {
  it("is not read any more once its echoes fill the output, and is served in full when it reads", async () => {
    const { socket, client } = await pair({
      message: (peer, message) => void peer.send(message),
    });
    const transport = transportOf(client);
    transport.pause();
    const total = 400;
    const chunk = new Uint8Array(100_000).fill(5);
    let most = 0;
    for (let i = 0; i < total; i++) {
      client.send(chunk);
      await new Promise(setImmediate);
      most = Math.max(most, socket.bufferedAmount);
    }
    expect(most).toBeGreaterThan(100_000);
    // What one read can bring, beyond the mark at which reading stops.
    expect(most).toBeLessThan(1_000_000);
    let received = 0;
    const { promise, resolve } = expected();
    client.on("message", () => ++received === total && resolve());
    transport.resume();
    await promise;
  });
});

describe("what a message keeps", () => {
  it("messages that are kept do not change when others arrive", async () => {
    const kept: Message[] = [];
    const { promise, resolve } = expected();
    const { client } = await pair({
      message: (_, message) => void (kept.push(message) === 300 && resolve()),
    });
    for (let i = 0; i < 300; i++) client.send(i % 2 === 0 ? `text ${i}` : new Uint8Array(i).fill(i));
    await promise;
    expect(
      kept.every((message, i) =>
        message.type === "text"
          ? message.text === `text ${i}`
          : message.bytes.length === i && message.bytes.every((octet) => octet === (i & 0xff)),
      ),
    ).toBe(true);
  });

  it("a small message holds a few KiB at most, whatever chunk it came in", async () => {
    const kept: number[] = [];
    const { promise, resolve } = expected();
    const { client } = await pair({
      message: (_, message) => {
        kept.push(message.bytes.buffer.byteLength);
        if (kept.length === 100) resolve();
      },
    });
    for (let i = 0; i < 100; i++) client.send(new Uint8Array(600));
    await promise;
    expect(Math.max(...kept)).toBeLessThanOrEqual(16_384);
  });
});
