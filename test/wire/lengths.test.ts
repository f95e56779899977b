import { describe, expect } from "vitest";
import { ACCEPTED } from "./heads.ts";
import { hex, serverFrames } from "./octets.ts";
import { itEach } from "./rows.ts";
import { startListening } from "./servers.ts";

/*
 * Every length that is a border, declared in every encoding that can hold it. Only the octets up to the length are
 * sent, never the key, so what is decided is decided there; what is lawful is followed by an unlawful frame.
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
const LIMIT = 70_000n;

const digits = (value: bigint, octets: number): string => value.toString(16).padStart(octets * 2, "0");

const expectedCode = (length: bigint, shortest: bigint): number => {
  if (length < shortest || length >= 2n ** 63n) return 1002;
  return length > LIMIT ? 1009 : 0;
};

const rows = lengths.flatMap((length) => [
  ...(length < 126n
    ? [{ name: `${length} in 7 bits`, header: `82 ${digits(0x80n | length, 1)}`, code: 0 }]
    : []),
  ...(length < 65536n
    ? [
        {
          name: `${length} in 16 bits`,
          header: `82 fe ${digits(length, 2)}`,
          code: expectedCode(length, 126n),
        },
      ]
    : []),
  { name: `${length} in 64 bits`, header: `82 ff ${digits(length, 8)}`, code: expectedCode(length, 65536n) },
]);

describe("declared lengths", () => {
  itEach(rows, async ({ header, code }) => {
    const { open, log } = await startListening({ maxPayload: Number(LIMIT) });
    const client = await open();
    await client.send(hex(header));
    if (code === 0) {
      // The header is lawful: the payload is waited for, and the connection's end cuts it off.
      await client.send(hex("00000000 61"));
      client.end();
      expect((await client.untilEnded()).length).toBe(ACCEPTED.length);
      expect(log.entries).toEqual(["open /chat", "close 1006"]);
    } else {
      const frames = serverFrames((await client.untilEnded()).subarray(ACCEPTED.length));
      expect(frames.map(({ first, payload }) => [first, payload.readUInt16BE(0)])).toEqual([[0x88, code]]);
    }
  });
});
