import { Buffer } from "node:buffer";
import { afterEach, describe, expect, it } from "vitest";
import type { DeflateOptions } from "../../src/index.ts";
import { clients, connectWs } from "./peers/clients.ts";
import { host, type Host } from "./peers/host.ts";
import type { Peer } from "./peers/peer.ts";
import { pythonClient } from "./peers/python.ts";

/*
 * Compressed conversations with clients of other people's making, with every combination of parameters they speak.
 */

const words = (count: number): string =>
  Array.from({ length: count }, (_, i) => `"key${(i * 7919) % 997}":${(i * 31) % 10_007}`).join(",");
const texts = [
  "hello",
  "Grüezi, 世界 👋🏽",
  words(20),
  words(20),
  words(5000),
  "x".repeat(300_000),
  words(300),
];
const binary = Buffer.from(Array.from({ length: 70_000 }, (_, i) => (i * i * 7 + (i >> 3)) & 0xff));

let current: Host | undefined;
afterEach(() => current?.stop());
const start = async (perMessageDeflate: DeflateOptions): Promise<Host> =>
  (current = await host("own listener", { perMessageDeflate }));

async function converse(peer: Peer): Promise<void> {
  for (let round = 0; round < 2; round++) {
    for (const text of texts) {
      peer.sendText(text);
      expect(await peer.events.next()).toEqual({ type: "text", text });
    }
    peer.sendBinary(binary);
    const event = await peer.events.next();
    expect(event.type === "binary" && binary.equals(event.bytes)).toBe(true);
  }
  peer.sendFragments?.(["in ", "", "four ", words(500)]);
  if (peer.sendFragments)
    expect(await peer.events.next()).toEqual({ type: "text", text: `in four ${words(500)}` });
  for (const text of texts) peer.sendText(text);
  for (const text of texts) expect(await peer.events.next()).toEqual({ type: "text", text });
  peer.close(1000, "done");
  expect(await peer.events.next()).toMatchObject({ type: "close", code: 1000 });
}

const policies: DeflateOptions[] = [
  { threshold: 0 },
  { threshold: 200 },
  { threshold: 0, contextTakeover: true },
  { threshold: 200, contextTakeover: true, serverMaxWindowBits: 9 },
  { threshold: 0, serverMaxWindowBits: 8 },
  { threshold: 0, contextTakeover: true, clientMaxWindowBits: 9, serverMaxWindowBits: 12 },
  { threshold: 0, contextTakeover: true, takeoverBudget: 0 },
];

const peers = [...clients.filter(({ name }) => /^ws$|undici/.test(name)), pythonClient];
for (const kind of peers) {
  if (kind.missing !== undefined) console.warn(`skipped: ${kind.name}: ${kind.missing}`);
  describe.skipIf(kind.missing !== undefined)(kind.name, () => {
    it.each(policies)("talks to a server of %o", async (policy) => {
      await converse(await kind.connect((await start(policy)).url));
    });
  });
}

describe("ws with every combination of parameters", () => {
  const flags = [false, true];
  // With false, ws fails a server that answers with the parameter; without a word it takes either answer.
  const asked = [undefined, true];
  const windows = [undefined, 9, 12, 15];
  const rows = asked.flatMap((serverNoContextTakeover) =>
    asked.flatMap((clientNoContextTakeover) =>
      windows.flatMap((serverMaxWindowBits) =>
        [undefined, true, 9, 15].map((clientMaxWindowBits) => ({
          ...(serverNoContextTakeover === undefined ? {} : { serverNoContextTakeover }),
          ...(clientNoContextTakeover === undefined ? {} : { clientNoContextTakeover }),
          ...(serverMaxWindowBits === undefined ? {} : { serverMaxWindowBits }),
          ...(clientMaxWindowBits === undefined ? {} : { clientMaxWindowBits }),
          threshold: 0,
        })),
      ),
    ),
  );

  it.each(flags)("talks, takeover %s", async (contextTakeover) => {
    const { url } = await start({ threshold: 0, contextTakeover });
    for (const perMessageDeflate of rows) {
      const peer = await connectWs(url, [], { perMessageDeflate: perMessageDeflate as object });
      expect(peer.socket.extensions).toContain("permessage-deflate");
      for (const text of texts.slice(0, 5)) {
        peer.sendText(text);
        expect(await peer.events.next()).toEqual({ type: "text", text });
      }
      peer.close(1000);
      expect(await peer.events.next()).toMatchObject({ type: "close", code: 1000 });
    }
  });
});
