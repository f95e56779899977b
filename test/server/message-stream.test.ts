import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { type MessageStream, type ServerOptions } from "../../src/index.ts";
import { closed, expected, meet, pair, stuck, transportOf } from "./meet.ts";
import { collect, pattern } from "./pieces.ts";

describe("the stream hook", () => {
  it("gets each message as its pieces, text and binary, empty ones and many in one packet", async () => {
    const seen: string[] = [];
    const over = expected();
    const { client } = await pair({
      stream: async (_, message) => void seen.push(`${message.type} ${String(await collect(message))}`),
      close: () => over.resolve(),
    });
    for (const text of ["one", "", "zwö"]) client.send(text);
    client.send(Buffer.from("bin"));
    client.send("fr", { fin: false });
    client.send("ag", { fin: true });
    client.close();
    await over.promise;
    expect(seen).toEqual(["text one", "text ", "text zwö", "binary bin", "text frag"]);
  });

  it("begins before the message has ended, and its pieces come as they arrive", async () => {
    const begun = expected<MessageStream>();
    const { client } = await pair({
      stream: (_, message) => {
        begun.resolve(message);
        return collect(message);
      },
    });
    client.send("first", { fin: false });
    const stream = await begun.promise;
    expect(stream.type).toBe("text");
    client.send("last", { fin: true });
    await closed((client.close(), client));
  });

  it("as a web ReadableStream gives the same octets", async () => {
    const got = expected<Buffer>();
    const { client } = await pair({
      maxPayload: 4_000_000,
      stream: async (_, message) =>
        got.resolve(Buffer.from(await new Response(message.readable as never).arrayBuffer())),
    });
    client.send(pattern(3_000_000));
    expect((await got.promise).equals(pattern(3_000_000))).toBe(true);
  });

  it.each<[string, NonNullable<ServerOptions["stream"]>]>([
    ["never begins to read it", () => {}],
    ["later never begins to read it", async () => new Promise<void>((resolve) => setImmediate(resolve))],
    [
      "leaves the loop",
      async (_, message) => {
        for await (const piece of message) if (piece.length > 0) break;
      },
    ],
    ["discards it", (_, message) => message.discard()],
    [
      "cancels the web stream",
      async (_, message) => {
        const reader = message.readable.getReader();
        await reader.read();
        await reader.cancel();
      },
    ],
  ])("that %s gets the next message", async (_, how) => {
    const second = expected<string>();
    let count = 0;
    const { client } = await pair({
      stream: async (socket, message) => {
        if (count++ > 0) second.resolve(String(await collect(message)));
        else await how(socket, message);
      },
    });
    client.send(pattern(300_000), { fin: false });
    client.send(pattern(300_000), { fin: true });
    client.send("second");
    expect(await second.promise).toBe("second");
  });

  it("next message waits for the promise of the hook, even where the stream was read", async () => {
    const [release, first] = [expected(), expected()];
    const seen: string[] = [];
    const { client } = await pair({
      stream: async (_, message) => {
        seen.push(String(await collect(message)));
        if (seen.length > 1) return;
        first.resolve();
        await release.promise;
      },
    });
    client.send("1");
    client.send("2");
    await first.promise;
    client.ping();
    await once(client, "pong");
    expect(seen).toEqual(["1"]);
    release.resolve();
    const over = closed(client);
    client.close();
    await over;
    expect(seen).toEqual(["1", "2"]);
  });

  it("that returns at once and reads on is not cut short by the next message", async () => {
    const seen: number[] = [];
    const both = expected();
    const { client } = await pair({
      stream: (_, message) => {
        void collect(message).then((octets) => seen.push(octets.length) === 2 && both.resolve());
      },
    });
    client.send(pattern(300_000), { fin: false });
    client.ping();
    await once(client, "pong");
    client.send(pattern(100_000), { fin: true });
    client.send("next");
    await both.promise;
    expect(seen).toEqual([400_000, 4]);
  });

  it("empty pieces are not told, and who asks twice at once gets two pieces in order", async () => {
    const got = expected<(string | undefined)[][]>();
    const all: (string | undefined)[][] = [];
    const { client } = await pair({
      stream: async (_, message) => {
        const asked = [message.next(), message.next(), message.next()];
        all.push((await Promise.all(asked)).map(({ value }) => value && String(Buffer.from(value))));
        if (all.length === 2) got.resolve(all);
      },
    });
    client.send("");
    client.send("a", { fin: false });
    client.ping();
    await once(client, "pong");
    client.send("b", { fin: false });
    client.ping();
    await once(client, "pong");
    client.send("", { fin: true });
    expect(await got.promise).toEqual([
      [undefined, undefined, undefined],
      ["a", "b", undefined],
    ]);
  });

  it("discarded while somebody waits for a piece ends", async () => {
    const results = expected<unknown>();
    const { client } = await pair({
      stream: async (_, message) => {
        await message.next();
        const waiting = message.next();
        message.discard();
        results.resolve(await waiting);
      },
    });
    client.send("a", { fin: false });
    expect(await results.promise).toEqual({ done: true, value: undefined });
  });

  it("cut in the middle rejects however often it is asked", async () => {
    const codes = expected<string[]>();
    const { client } = await pair({
      stream: async (_, message) => {
        const code = (error: { code: string }): string => error.code;
        await message.next();
        const first = await message.next().then(() => "a piece", code);
        codes.resolve([first, await message.next().then(() => "a piece", code)]);
      },
    });
    client.send("half", { fin: false });
    client.ping();
    await once(client, "pong");
    client.terminate();
    expect(await codes.promise).toEqual(["ERR_MESSAGE_CUT", "ERR_MESSAGE_CUT"]);
  });

  it("rejects with ERR_MESSAGE_CUT where the connection ends in the middle, and close is told behind", async () => {
    const calls: unknown[] = [];
    const [begun, over] = [expected(), expected()];
    const { client } = await pair({
      stream: async (_, message) => {
        begun.resolve();
        await collect(message).catch((error: { code: string }) => calls.push(error.code));
      },
      close: (_, code) => {
        calls.push(code);
        over.resolve();
      },
    });
    client.send("half", { fin: false });
    await begun.promise;
    transportOf(client).resetAndDestroy();
    await over.promise;
    expect(calls).toEqual(["ERR_MESSAGE_CUT", 1006]);
  });

  it("that fails in the middle ends the connection with 1011", async () => {
    const { client } = await pair({
      stream: async (_, message) => {
        for await (const piece of message) throw new Error(`no ${piece.length}`);
      },
      error: () => {},
    });
    client.send("half", { fin: false });
    expect(await closed(client)).toEqual([1011, ""]);
  });

  it("that is slow stops the peer at about the read-ahead", async () => {
    const [begun, go] = [expected(), expected()];
    const got = expected<number>();
    const { client } = await pair({
      maxPayload: 100_000_000,
      stream: async (_, message) => {
        begun.resolve();
        await go.promise;
        got.resolve((await collect(message)).length);
      },
    });
    client.send(Buffer.alloc(40_000_000));
    await begun.promise;
    expect(await stuck(transportOf(client))).toBeGreaterThan(20_000_000);
    go.resolve();
    expect(await got.promise).toBe(40_000_000);
  });

  it("maxPayload holds for streams as well", async () => {
    const failed = expected<string>();
    const { client } = await pair({
      maxPayload: 100_000,
      stream: (_, message) => collect(message).catch((error: { code: string }) => failed.resolve(error.code)),
    });
    client.send(Buffer.alloc(60_000), { fin: false });
    client.send(Buffer.alloc(40_001), { fin: true });
    expect((await closed(client))[0]).toBe(1009);
    expect(await failed.promise).toBe("ERR_MESSAGE_CUT");
  });

  it("together with a message hook is refused", async () => {
    await expect(meet({ message: () => {}, stream: () => {} })).rejects.toMatchObject({
      code: "ERR_INVALID_OPTION",
    });
  });
});
