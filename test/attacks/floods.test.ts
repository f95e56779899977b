import { Buffer } from "node:buffer";
import { describe, expect, it } from "vitest";
import { clientFrame, CLOSE, CLOSE_ANSWER, hex, serverFrames } from "../wire/octets.ts";
import { startTarget } from "./child.ts";
import { answers, open } from "./raw.ts";
import { MIB, mib, scale, tell } from "./scale.ts";

/* Frames that are cheap to send. What they can make the server hold is bounded in octets. */

describe("floods", () => {
  it("a million pings at a peer that never reads", async () => {
    const { server, port } = await startTarget("echo");
    const client = await open(port);
    client.socket.pause();
    const count = 1_000_000;
    const payload = Buffer.alloc(125, "a");
    const pings = Buffer.concat(Array.from({ length: 1000 }, () => clientFrame(0x89, payload)));
    for (let sent = 0; sent < count; sent += 1000) await client.flush(pings);
    // The last one is another, and its answer is the last that comes.
    await client.send(clientFrame(0x89, Buffer.from("the last")));
    await client.flush(clientFrame(0x81, Buffer.from("a")));
    await server.ask("messages", 1);
    const { peak, held } = await server.ask("figures");
    client.socket.resume();
    await client.send(CLOSE);
    const frames = serverFrames(await answers(client));
    tell("1,000,000 pings, no answer read", {
      "answers in the end": frames.length - 2,
      "peak memory +": mib(peak),
      "in use +": mib(held),
    });
    expect(held).toBeLessThan(4 * MIB);
    expect(peak).toBeLessThan(48 * MIB);
    const told = frames.slice(-3).map(({ first, payload: octets }) => [first, octets.toString()]);
    expect(told).toContainEqual([0x8a, "the last"]);
    expect(told.at(-1)).toEqual([CLOSE_ANSWER[0], ""]);
    // Those that the system's own buffers took, and not all of them.
    expect(frames.length).toBeLessThan(count / 2);
    expect((await server.ask("counts")).closed).toEqual({ 1005: 1 });
  });

  it("fragments of no octet and of one octet, with pings between them", async () => {
    const count = scale(500_000, 10_000_000);
    const { server, port } = await startTarget("echo", { maxPayload: 2 ** 24, maxFragments: 2 * count + 2 });
    const client = await open(port);
    // Two fragments and now and then a ping.
    const pair = hex("00 80 00000000  00 81 00000000 61");
    const ping = hex("89 80 00000000");
    const batch = 10_000;
    const many = Buffer.concat(
      Array.from({ length: batch }, (_, at) => (at % 100 === 0 ? Buffer.concat([pair, ping]) : pair)),
    );
    await client.flush(hex("02 80 00000000"));
    for (let sent = 0; sent < count; sent += batch) await client.flush(many);
    // The answer to the last ping says that all was read.
    await client.until(
      (received) => received.subarray(-2).equals(hex("8a 00")) && received.length > count / 100,
    );
    const { peak, held } = await server.ask("figures");
    tell(`${count} fragments of no octet, ${count} of one`, {
      octets: mib(count * 13),
      "peak memory +": mib(peak),
      "in use +": mib(held),
    });
    // Memory for the message at most doubles; a fragment has no cost of its own.
    expect(held).toBeLessThan(4 * count + 4 * MIB);
    expect(peak).toBeLessThan(8 * count + 48 * MIB);
    await client.send(Buffer.concat([hex("80 80 00000000"), CLOSE]));
    const frames = serverFrames(await answers(client));
    expect(frames.length).toBe(count / 100 + 2);
    expect(frames.at(-2)!.payload.equals(Buffer.alloc(count, "a"))).toBe(true);
  });

  it("hundreds of messages in chunks of one octet, none of which ends", async () => {
    const { server, port } = await startTarget("echo");
    const clients = await Promise.all(Array.from({ length: 300 }, () => open(port)));
    const [first, rest] = [hex("02 fe 0400 00000000"), Buffer.alloc(32, "a")];
    for (const octet of Buffer.concat([first, rest]))
      await Promise.all(clients.map((client) => client.flush(Buffer.of(octet))));
    const { peak, held } = await server.ask("figures");
    tell("300 messages begun in chunks of one octet", {
      "peak memory +": mib(peak),
      "in use +": mib(held),
    });
    // No chunk is kept: each of them would be 64 KiB of the system's reading.
    expect(held).toBeLessThan(8 * MIB);
    expect(peak).toBeLessThan(48 * MIB);
  });
});
