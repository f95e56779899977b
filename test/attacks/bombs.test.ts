import { Buffer } from "node:buffer";
import { describe, expect, it } from "vitest";
import { deflated, DeflatingClient, OFFER } from "../wire/deflating.ts";
import { clientFrame, CLOSE } from "../wire/octets.ts";
import { itEach } from "../wire/rows.ts";
import { startTarget, type Target } from "./child.ts";
import { connect } from "./raw.ts";
import { MIB, mib, scale, tell } from "./scale.ts";

/* Small messages that inflate to large ones. */

const LIMIT = MIB;
const zeros = (size: number): Buffer => deflated(Buffer.alloc(size), { level: 9 });
const payload = zeros(64 * MIB);
const BOMB = clientFrame(0xc2, payload);
const fragments = [
  clientFrame(0x42, payload.subarray(0, 300)),
  clientFrame(0x00, payload.subarray(300, 30_000)),
  clientFrame(0x80, payload.subarray(30_000)),
];

const start = (): Promise<Target> =>
  startTarget("silent", { maxPayload: LIMIT, perMessageDeflate: true, closeTimeout: 60_000 });
const openOne = (port: number): Promise<DeflatingClient> =>
  DeflatingClient.open({ connect: () => connect(port) }, OFFER);

const rows: readonly { readonly name: string; readonly octets: Buffer; readonly code: number }[] = [
  { name: "alone stops at the limit with 1009", octets: BOMB, code: 1009 },
  { name: "in fragments stops at the limit with 1009", octets: Buffer.concat(fragments), code: 1009 },
  {
    name: "followed by a close stops at the limit with 1009",
    octets: Buffer.concat([BOMB, CLOSE]),
    code: 1009,
  },
  {
    name: "of one octet more than the limit stops there with 1009",
    octets: clientFrame(0xc2, zeros(LIMIT + 1)),
    code: 1009,
  },
  {
    name: "of just the limit is a message",
    octets: Buffer.concat([clientFrame(0xc2, zeros(LIMIT)), CLOSE]),
    code: 1005,
  },
];

describe("a bomb", () => {
  itEach(rows, async ({ name, octets, code }) => {
    expect(BOMB.length).toBeLessThan(66_000);
    const { server, port } = await start();
    const count = scale(20, 1000);
    for (let round = 0; round < count; round++) {
      const client = await openOne(port);
      await client.raw.send(octets);
      const [close, ...others] = await client.framesToTheEnd();
      const told = close!.payload.length === 0 ? 1005 : close!.payload.readUInt16BE();
      expect([close!.first, told, others.length]).toEqual([0x88, code, 0]);
      client.raw.end();
    }
    await server.ask("idle");
    const { closed, messages, bytes } = await server.ask("counts");
    const { peak, held } = await server.ask("figures");
    tell(`a bomb of 64 MiB ${name}`, {
      bombs: count,
      "close codes": JSON.stringify(closed),
      "peak memory +": mib(peak),
      "in use afterwards +": mib(held),
    });
    expect(closed).toEqual({ [code]: count });
    expect([messages, bytes]).toEqual(code === 1005 ? [count, count * LIMIT] : [0, 0]);
    // Each has been garbage since its end; the engine collects it when it likes.
    expect(peak).toBeLessThan(scale(96, 192) * MIB);
    expect(held).toBeLessThan(4 * MIB);
  });

  it("a hundred bombs at once, half of whose senders are gone by then", async () => {
    const { server, port } = await start();
    const count = 100;
    const clients = await Promise.all(Array.from({ length: count }, () => openOne(port)));
    for (const [number, { raw }] of clients.entries()) {
      await raw.flush(BOMB);
      if (number % 2 === 1) raw.reset();
      else raw.end();
    }
    await server.ask("idle");
    const { closed, messages } = await server.ask("counts");
    const { peak, held } = await server.ask("figures");
    tell("100 bombs of 64 MiB at once", {
      "close codes": JSON.stringify(closed),
      "peak memory +": mib(peak),
      "in use afterwards +": mib(held),
    });
    expect(messages).toBe(0);
    expect((closed[1009] ?? 0) + (closed[1006] ?? 0)).toBe(count);
    expect(closed[1009]).toBeGreaterThanOrEqual(count / 2);
    // Each is counted once it has grown to many times its payload, long before it is as large as the limit.
    expect(peak).toBeLessThan(count * LIMIT + 64 * MIB);
    expect(held).toBeLessThan(4 * MIB);
  });
});
