import { describe, expect, it } from "vitest";
import { CLOSE, hex, serverFrames } from "../wire/octets.ts";
import { startLoad, startTarget } from "./child.ts";
import { answers, open } from "./raw.ts";
import { MIB, mib, scale, tell } from "./scale.ts";

/* Peers that take less than they are sent, and peers that send more than is taken. */

const KIB = 1024;

describe("a peer that stops reading while 256 MiB are sent to it, by a sender that does not wait", () => {
  const maxBuffered = 4 * MIB;
  const [count, size] = [64 * KIB, 4 * KIB];

  it.each([
    { whenFull: "close", error: undefined, state: { 1013: 1 }, code: 1013 },
    { whenFull: "wait", error: "ERR_BUFFER_FULL", state: { 1005: 1 }, code: 1005 },
    { whenFull: "drop", error: undefined, state: { 1005: 1 }, code: 1005 },
  ] as const)("$whenFull", async ({ whenFull, error, state, code }) => {
    const { server, port } = await startTarget("echo", { maxBuffered, whenFull, closeTimeout: 60_000 });
    const client = await open(port);
    client.socket.pause();
    const flood = await server.ask("flood", count, size);
    const { peak, held } = await server.ask("figures");
    client.socket.resume();
    // The answer: to ours, where the server has closed.
    await client.flush(code === 1013 ? hex("88 82 00000000 03f5") : CLOSE);
    const frames = serverFrames(await answers(client));
    client.end();
    await server.ask("idle");
    tell(`a peer that does not read, whenFull ${whenFull}`, {
      "messages sent": flood.sent,
      "received in the end": frames.length - 1,
      "waiting at the most": mib(flood.buffered),
      "peak memory +": mib(peak),
      "in use +": mib(held),
    });
    expect(flood.error).toBe(error);
    expect(flood.sent === count).toBe(whenFull === "drop");
    expect(flood.buffered).toBeLessThan(maxBuffered + 2 * size + 256 * KIB);
    expect(held).toBeLessThan(maxBuffered + 4 * MIB);
    // Garbage included; kept it would be twice that.
    expect(peak).toBeLessThan(maxBuffered + 128 * MIB);
    // What was taken arrives when the peer reads, in order and whole, and the Close frame behind it.
    expect(frames.length).toBeGreaterThan(maxBuffered / size);
    expect(frames.slice(0, -1).every(({ payload }) => payload.length === size)).toBe(true);
    expect(frames.at(-1)!.first).toBe(0x88);
    expect((await server.ask("counts")).closed).toEqual(state);
  });
});

describe("clients that send 100,000 messages without waiting", () => {
  const readAhead = 64 * KIB;

  interface Flood {
    readonly clients?: number;
    /** Messages of each client, and their size. */
    readonly each: number;
    readonly size?: number;
    /** Milliseconds that a handler takes; 0 for a turn of the event loop. */
    readonly delay?: number;
    /** Octets of what the engine may not have collected yet. */
    readonly most?: number;
  }

  /** Each client's share of the messages is in order, and none is lost; memory does not depend on how many they are. */
  async function attack({
    clients = 1,
    each,
    delay = 0,
    size = 2 * KIB,
    most = 128 * MIB,
  }: Flood): Promise<void> {
    const { server, port } = await startTarget("slow", { readAhead }, { delay });
    const load = startLoad();
    expect(await load.ask("sendNumbered", port, clients, each, size)).toBe(clients);
    await server.ask("idle");
    const { messages, disorder, closed } = await server.ask("counts");
    const { peak, held } = await server.ask("figures");
    tell(`${clients} clients, a handler that takes ${delay === 0 ? "a turn" : `${delay} ms`}`, {
      messages,
      octets: mib(messages * size),
      "out of order": disorder,
      "peak memory +": mib(peak),
      "in use afterwards +": mib(held),
    });
    expect([messages, disorder]).toEqual([clients * each, 0]);
    expect(closed).toEqual({ 1005: clients });
    // The read-ahead, the chunk that is being read, and garbage.
    expect(peak).toBeLessThan(clients * (readAhead + 64 * KIB) + most);
    expect(held).toBeLessThan(8 * MIB);
  }

  it("one client, at a handler that takes a turn of the event loop for each", () =>
    attack({ each: 100_000 }));

  it("one client with smaller ones, of which many are read at once", () =>
    attack({ each: scale(20_000, 4_000_000), size: 8, most: 48 * MIB }));

  it("several clients, at a handler that takes 50 ms for each", { timeout: 1_200_000 }, async () => {
    // As long as the whole takes: 2 seconds here, and 100,000 times 50 ms shared by twenty clients.
    await attack({ clients: scale(50, 20), each: scale(40, 5000), delay: 50 });
  });

  it("one client whose messages nobody takes is not read", async () => {
    const { server, port } = await startTarget("stuck", { readAhead });
    const client = await open(port);
    const message = Buffer.concat([hex("82 fe 0800 00000000"), Buffer.alloc(2 * KIB)]);
    const many = Buffer.concat(Array.from({ length: 32 }, () => message));
    // Until the system takes no more.
    let written = 0;
    while (client.socket.write(many) || client.socket.writableLength < 64 * MIB) written += many.length;
    await server.ask("messages", 1);
    const { peak, held } = await server.ask("figures");
    tell("a handler that never ends", {
      "octets that the system took": mib(written - client.socket.writableLength),
      "peak memory +": mib(peak),
      "in use +": mib(held),
    });
    expect((await server.ask("counts")).messages).toBe(1);
    expect(held).toBeLessThan(readAhead + 4 * MIB);
    expect(peak).toBeLessThan(32 * MIB);
  });
});

describe("a peer that sends and never reads the answers", () => {
  const size = 2 * KIB;

  it("is not read any more", async () => {
    const { server, port } = await startTarget("echo");
    const client = await open(port);
    client.socket.pause();
    const message = Buffer.concat([hex("82 fe 0800 00000000"), Buffer.alloc(size)]);
    const many = Buffer.concat(Array.from({ length: 32 }, () => message));
    const total = 2048;
    for (let sent = 0; sent < total; sent++) client.socket.write(many);
    await server.ask("still");
    const { messages } = await server.ask("counts");
    const { peak, held } = await server.ask("figures");
    tell("128 MiB to an echo whose answers nobody reads", {
      "messages read": messages,
      "peak memory +": mib(peak),
      "in use +": mib(held),
    });
    expect(messages).toBeLessThan((total * 32) / 2);
    expect(held).toBeLessThan(4 * MIB);
    expect(peak).toBeLessThan(64 * MIB);
    client.socket.resume();
    await client.send(CLOSE);
    expect(serverFrames(await answers(client)).length).toBe(total * 32 + 1);
  });
});
