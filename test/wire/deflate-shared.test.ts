import { Buffer } from "node:buffer";
import { describe, expect, it, vi } from "vitest";
import { echo } from "../../src/cli/echo.ts";
import { Deflater } from "../../src/deflate/deflate.ts";
import { takeoverBytes } from "../../src/deflate/takeover.ts";
import type { UpgradeAnswer } from "../../src/index.ts";
import { DeflatingClient, inflated, OFFER } from "./deflating.ts";
import { RawClient } from "./client.ts";
import { plus } from "./heads.ts";
import { clientFrame, CLOSE } from "./octets.ts";
import { startListening } from "./servers.ts";

/* What the connections of a server share: a message to many, and the memory for context takeover. */

const NONE = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";

describe("a message to many", () => {
  it("is deflated once for all that deflate alike", async () => {
    const running = await startListening({
      perMessageDeflate: { threshold: 0, contextTakeover: true },
      message: (_, message) => {
        for (const socket of running.server.sockets) socket.send(message);
      },
    });
    const alike = "permessage-deflate; server_no_context_takeover";
    const offers = [alike, alike, alike, `${alike}; server_max_window_bits=9`, OFFER, undefined];
    const clients: DeflatingClient[] = [];
    for (const offer of offers)
      clients.push(await DeflatingClient.open(running, ...(offer === undefined ? [] : [offer])));
    const deflate = vi.spyOn(Deflater.prototype, "deflate");
    const text = "to all of you, to all of you, to all of you";
    await clients[0]!.raw.send(clientFrame(0x81, Buffer.from(text)));
    for (const [i, client] of clients.entries()) {
      const [frame] = await client.frames(1);
      const compressed = offers[i] !== undefined;
      expect(frame!.first).toBe(compressed ? 0xc1 : 0x81);
      expect((compressed ? inflated(frame!.payload) : frame!.payload).toString()).toBe(text);
    }
    // Once for three, once for another window, once for the one with a context of its own.
    expect(deflate).toHaveBeenCalledTimes(3);
    deflate.mockClear();
    await clients[1]!.raw.send(clientFrame(0x81, Buffer.from("and again, and again, and again")));
    for (const client of clients) await client.frames(2);
    expect(deflate).toHaveBeenCalledTimes(3);
    deflate.mockRestore();
  });

  it("is deflated once also as a string, sent outside of any hook", async () => {
    const running = await startListening({ perMessageDeflate: true });
    const clients = await Promise.all(Array.from({ length: 10 }, () => DeflatingClient.open(running, OFFER)));
    const deflate = vi.spyOn(Deflater.prototype, "deflate");
    const texts = ["news ".repeat(100), "other news ".repeat(100)];
    for (const text of texts) for (const socket of running.server.sockets) socket.send(text);
    for (const client of clients) {
      const frames = await client.frames(2);
      expect(frames.map(({ payload }) => inflated(payload).toString())).toEqual(texts);
    }
    expect(deflate).toHaveBeenCalledTimes(2);
    deflate.mockRestore();
  });
});

describe("the budget for context takeover", () => {
  const each = takeoverBytes(
    {
      serverNoContextTakeover: false,
      clientNoContextTakeover: false,
      serverMaxWindowBits: 15,
      clientMaxWindowBits: 15,
    },
    "server",
  );

  it("is for the first that come; past it connections are without, and what ends gives back", async () => {
    const running = await startListening({
      perMessageDeflate: { contextTakeover: true, takeoverBudget: 2 * each },
    });
    const { server, log } = running;
    const clients: DeflatingClient[] = [];
    for (let i = 0; i < 3; i++) clients.push(await DeflatingClient.open(running, OFFER));
    expect(clients.map(({ agreed }) => agreed)).toEqual([OFFER, OFFER, NONE]);
    expect(server.stats()).toMatchObject({ connections: 3, handshakes: 0, takeoverBytes: 2 * each });
    await clients[0]!.raw.send(CLOSE);
    await log.until("close 1005");
    clients[0]!.raw.end();
    await clients[0]!.raw.untilClosed();
    clients[1]!.raw.reset();
    await log.until("close 1006");
    await vi.waitUntil(() => server.stats().connections === 1);
    expect(server.stats().takeoverBytes).toBe(0);
    const next = await DeflatingClient.open(running, "permessage-deflate; server_no_context_takeover");
    expect(next.agreed).toBe("permessage-deflate; server_no_context_takeover");
    expect(server.stats().takeoverBytes).toBeGreaterThan(0);
    expect(server.stats().takeoverBytes).toBeLessThan(each);
  });

  it("of nothing leaves everybody without", async () => {
    const running = await startListening({ perMessageDeflate: { contextTakeover: true, takeoverBudget: 0 } });
    expect((await DeflatingClient.open(running, OFFER)).agreed).toBe(NONE);
    expect(running.server.stats().takeoverBytes).toBe(0);
  });

  it("is not touched by who is refused, or gone before the hook has decided", async () => {
    const asked: ((answer: UpgradeAnswer | void) => void)[] = [];
    const { server, connect } = await startListening({
      perMessageDeflate: { contextTakeover: true },
      upgrade: () => new Promise((resolve) => void asked.push(resolve)),
    });
    const request = plus(`Sec-WebSocket-Extensions: ${OFFER}`);
    const gone = await connect();
    await gone.send(request);
    await vi.waitUntil(() => asked.length === 1);
    gone.reset();
    await gone.untilClosed();
    const refused = await connect();
    await refused.send(request);
    await vi.waitUntil(() => asked.length === 2);
    asked[1]!({ status: 403 });
    await refused.untilEnded();
    asked[0]!();
    await vi.waitUntil(() => server.stats().handshakes === 0);
    expect(server.stats()).toMatchObject({ connections: 0, handshakes: 0, takeoverBytes: 0 });
  });
});

describe("handfast echo", () => {
  /** The command's own client; the command is told to stop when `use` is through. */
  async function run(args: string[], use: (client: DeflatingClient) => Promise<void>): Promise<void> {
    const log = vi.spyOn(console, "log").mockImplementation(() => {});
    await echo(["--port", "0", ...args]);
    const [line] = log.mock.calls[0] as [string];
    log.mockRestore();
    const port = Number(line.split(":").at(-1));
    const connect = (): Promise<RawClient> => RawClient.connect({ port, host: "127.0.0.1" });
    const client = await DeflatingClient.open({ connect }, OFFER);
    await use(client);
    const stop = process.listeners("SIGTERM").at(-1)!;
    stop("SIGTERM");
    await client.raw.send(CLOSE);
    await client.raw.untilEnded();
  }
  const firstOf = async (client: DeflatingClient, length: number): Promise<number> => {
    await client.raw.send(clientFrame(0x81, Buffer.alloc(length, "a")));
    return (await client.frames(1))[0]!.first;
  };

  it("does not compress unless told to", () =>
    run([], async (client) => {
      expect(client.agreed).toBeUndefined();
      expect(await firstOf(client, 1000)).toBe(0x81);
    }));

  it("--deflate compresses everything, without takeover", () =>
    run(["--deflate"], async (client) => {
      expect(client.agreed).toBe(NONE);
      expect(await firstOf(client, 20)).toBe(0xc1);
    }));

  it("--deflate-takeover keeps the windows", () =>
    run(["--deflate", "--deflate-takeover"], async (client) => {
      expect(client.agreed).toBe(OFFER);
    }));

  it("--deflate-threshold leaves smaller messages alone", async () => {
    const args = ["--deflate", "--deflate-threshold", "1kb"];
    await run(args, async (client) => expect(await firstOf(client, 1023)).toBe(0x81));
    await run(args, async (client) => expect(await firstOf(client, 1024)).toBe(0xc1));
  });

  it.each([
    [["--deflate-takeover"], "need --deflate"],
    [["--deflate-threshold", "5"], "need --deflate"],
    [["--deflate", "--deflate-threshold", "much"], "--deflate-threshold takes a size"],
  ])("refuses %j", async (args, complaint) => {
    await expect(echo(["--port", "0", ...args])).rejects.toThrow(complaint);
  });
});
