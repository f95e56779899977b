import { Buffer, constants } from "node:buffer";
import { describe, expect, it } from "vitest";
import { ACCEPTED } from "../wire/heads.ts";
import { hex, serverFrames } from "../wire/octets.ts";
import { startTarget } from "./child.ts";
import { open } from "./raw.ts";
import { MIB, mib, tell } from "./scale.ts";

/*
 * Every length that is a border, declared in every encoding that can hold it. Only the octets up to the length are
 * sent, never the key, so what is decided is decided there; what is lawful waits for its payload.
 */

const lengths = [
  125n,
  126n,
  127n,
  65535n,
  65536n,
  2n ** 31n - 1n,
  2n ** 31n,
  2n ** 32n - 1n,
  2n ** 32n,
  2n ** 53n - 1n,
  2n ** 53n,
  2n ** 63n,
  2n ** 64n - 1n,
];
const encodings = [
  { bits: 7, below: 126n, shortest: 0n, header: (length: bigint) => `82 ${digits(0x80n | length, 1)}` },
  { bits: 16, below: 65536n, shortest: 126n, header: (length: bigint) => `82 fe ${digits(length, 2)}` },
  { bits: 64, below: 2n ** 64n, shortest: 65536n, header: (length: bigint) => `82 ff ${digits(length, 8)}` },
];

const digits = (value: bigint, octets: number): string => value.toString(16).padStart(octets * 2, "0");

/** The close code by which a length is refused; 0 where it is lawful. */
function decision(length: bigint, shortest: bigint, limit: bigint): number {
  if (length < shortest || length >= 2n ** 63n) return 1002;
  return length > limit ? 1009 : 0;
}

describe("declared lengths", () => {
  it.each([70_000n, BigInt(constants.MAX_LENGTH)])(
    "a declared length is decided at its header, and nothing is reserved for it: limit %d",
    async (limit) => {
      const { server, port } = await startTarget("echo", { maxPayload: Number(limit) });
      const expected: Record<number, number> = {};
      for (const length of lengths) {
        for (const { bits, below, shortest, header } of encodings) {
          if (length >= below) continue;
          const code = decision(length, shortest, limit);
          expected[code || 1006] = (expected[code || 1006] ?? 0) + 1;
          const client = await open(port);
          await client.send(hex(header(length)));
          const name = `${length} in ${bits} bits`;
          if (code === 0) {
            // The header is lawful: the payload is waited for, and the connection's end cuts it off.
            await client.send(hex("00000000 61"));
            client.end();
            expect([name, (await client.untilEnded()).length]).toEqual([name, ACCEPTED.length]);
          } else {
            const frames = serverFrames((await client.untilEnded()).subarray(ACCEPTED.length));
            expect([name, ...frames.map(({ first, payload }) => [first, payload.readUInt16BE(0)])]).toEqual([
              name,
              [0x88, code],
            ]);
          }
          client.end();
          await client.untilClosed();
        }
      }
      await server.ask("idle");
      const { closed } = await server.ask("counts");
      const { peak, held } = await server.ask("figures");
      tell(`declared lengths up to 2^64 - 1 with a limit of ${limit}`, {
        "close codes": JSON.stringify(closed),
        "peak memory +": mib(peak),
        "in use afterwards +": mib(held),
      });
      expect(closed).toEqual(expected);
      expect(peak).toBeLessThan(32 * MIB);
    },
  );

  it("the declared length is not reserved while its payload arrives", async () => {
    const { server, port } = await startTarget("echo", { maxPayload: constants.MAX_LENGTH });
    const clients = await Promise.all(Array.from({ length: 100 }, () => open(port)));
    // 4 GiB and 1 GiB, by turns, of which a KiB comes.
    const headers = [hex("82 ff 00000000ffffffff 00000000"), hex("82 ff 0000000040000000 00000000")];
    for (const [number, client] of clients.entries()) {
      await client.flush(headers[number % 2]!);
      await client.flush(Buffer.alloc(1024));
    }
    await (await open(port)).send(hex("81 80 00000000"));
    await server.ask("messages", 1);
    const { peak, held } = await server.ask("figures");
    tell("100 messages of 1 GiB and more begun", { "peak memory +": mib(peak), "in use +": mib(held) });
    expect(peak).toBeLessThan(32 * MIB);
    expect(held).toBeLessThan(8 * MIB);
  });
});
