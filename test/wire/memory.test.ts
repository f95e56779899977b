import { Buffer, constants } from "node:buffer";
import { describe, expect, it } from "vitest";
import { ACCEPTED } from "./heads.ts";
import { CLOSE, CLOSE_ANSWER, hex } from "./octets.ts";
import { startListening } from "./servers.ts";

/*
 * What a peer can make us hold. The client lives in the same process, so every bound has room for its own buffers;
 * they are far below what the attack would cost without the rule.
 */

const MIB = 1024 * 1024;

const held = (): number => {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
};

describe("memory", () => {
  it("a million pings at a peer that never reads", async () => {
    const { open, server } = await startListening();
    const client = await open();
    client.socket.pause();
    const pings = Buffer.concat(
      Array.from({ length: 1000 }, () => hex(`89 fd 00000000 ${"61".repeat(125)}`)),
    );
    const [socket] = server.sockets;
    let most = 0;
    for (let sent = 0; sent < 1_000_000; sent += 1000) {
      await client.flush(pings);
      most = Math.max(most, socket!.bufferedAmount);
    }
    expect(most).toBeLessThan(64 * 1024);
    expect(socket!.state).toBe("open");
    client.socket.resume();
    await client.send(CLOSE);
    const received = await client.untilEnded();
    expect(received.subarray(-2)).toEqual(CLOSE_ANSWER);
    // All that the system's own buffers could take, and the last one of those that came after.
    expect(received.length).toBeLessThan(64 * MIB);
  });

  it("fragments of no octet and of one octet", async () => {
    const { open } = await startListening({ maxFragments: 2 ** 21 });
    const client = await open();
    const pair = hex("00 80 00000000  00 81 00000000 61");
    const many = Buffer.concat(Array.from({ length: 50_000 }, () => pair));
    await client.flush(hex("02 80 00000000"));
    const before = held();
    for (let i = 0; i < 10; i++) await client.flush(many);
    expect(held() - before).toBeLessThan(64 * MIB);
    await client.send(Buffer.concat([hex("80 80 00000000"), CLOSE]));
    const received = await client.untilEnded();
    expect(received.length - ACCEPTED.length).toBe(10 + 500_000 + CLOSE_ANSWER.length);
  });

  it("the declared length is not reserved", async () => {
    const { open } = await startListening({ maxPayload: constants.MAX_LENGTH });
    const before = process.memoryUsage().arrayBuffers;
    const client = await open();
    await client.send(hex("82 ff 00000000ffffffff 00000000 61"));
    const another = await open();
    await another.send(hex("82 ff 0000000040000000 00000000 61"));
    await another.send(hex("61"));
    const third = await open();
    await third.send(CLOSE);
    await third.untilEnded();
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(16 * MIB);
  });
});
