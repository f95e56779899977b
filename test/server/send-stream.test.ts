import { once } from "node:events";
import { ReadableStream } from "node:stream/web";
import { describe, expect, it } from "vitest";
import type { StreamSource } from "../../src/index.ts";
import { closed, expected, pair, stuck, transportOf } from "./meet.ts";

const nextMessage = async (client: Parameters<typeof closed>[0]): Promise<[string, boolean]> => {
  const [data, binary] = (await once(client, "message")) as [Buffer, boolean];
  return [data.toString(), binary];
};

async function* later<T>(...pieces: T[]): AsyncGenerator<T> {
  for (const piece of pieces) {
    await new Promise(setImmediate);
    yield piece;
  }
}

describe("sendStream", () => {
  const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
  const euro = bytes("€");
  it.each<[string, StreamSource, "text" | "binary" | undefined, string, boolean]>([
    ["strings of an iterable", ["a", "b", "c"], undefined, "abc", false],
    ["strings of an async iterable", later("a", "", "bc"), undefined, "abc", false],
    ["bytes", later(bytes("x"), bytes("y")), undefined, "xy", true],
    ["a web stream", ReadableStream.from([bytes("x"), bytes("y")]), undefined, "xy", true],
    ["bytes as text, cut inside of a character", [euro.subarray(0, 1), euro.subarray(1)], "text", "€", false],
    ["strings cut inside of a surrogate pair", ["a\ud83d", "\ude00b"], undefined, "a😀b", false],
    ["a lone surrogate at the end", ["a", "\ud83d"], undefined, "a\ufffd", false],
    ["a surrogate and bytes behind it", ["\ud83d", bytes("b")], undefined, "\ufffdb", false],
    ["strings as binary", ["a", "b"], "binary", "ab", true],
    ["strings and bytes in turn", ["a", bytes("b"), "c"], undefined, "abc", false],
    ["nothing", [], undefined, "", true],
    ["nothing, as text", [], "text", "", false],
  ])("%s: one message", async (_, source, type, text, binary) => {
    const { socket, client } = await pair();
    const received = nextMessage(client);
    await socket.sendStream(source, type && { type });
    expect(await received).toEqual([text, binary]);
  });

  it("what is sent meanwhile comes behind it, in order, pings at once", async () => {
    const { socket, client } = await pair();
    const release = expected();
    const seen: string[] = [];
    const all = expected();
    client.on("ping", () => {
      seen.push("ping");
      release.resolve();
    });
    client.on("message", (data: Buffer) => seen.push(data.toString()) === 6 && all.resolve());
    const source = async function* (): AsyncGenerator<string> {
      yield "1";
      await release.promise;
      yield "2";
    };
    const sent = socket.sendStream(source());
    expect(socket.bufferedAmount).toBe(0);
    const waiting = socket.send("after");
    expect(waiting).toBeInstanceOf(Promise);
    expect(socket.bufferedAmount).toBeGreaterThanOrEqual(5);
    const second = socket.sendStream(later("3", "4"));
    void socket.send(new Uint8Array([0x62]));
    socket.ping();
    await Promise.all([sent, second]);
    await waiting;
    void socket.send("free");
    void socket.send("again");
    await all.promise;
    expect(seen).toEqual(["ping", "12", "after", "34", "b", "free", "again"]);
  });

  it("what was sent behind it is no longer counted as waiting", async () => {
    const { socket, client } = await pair();
    const [first, second] = [expected(), expected()];
    const until = async function* (promise: Promise<void>): AsyncGenerator<string> {
      yield "x";
      await promise;
    };
    const sending = [socket.sendStream(until(first.promise))];
    void socket.send("y".repeat(500));
    sending.push(socket.sendStream(until(second.promise)));
    expect(socket.bufferedAmount).toBeGreaterThanOrEqual(500);
    const arrived = expected();
    client.on("message", (data: Buffer) => data.length === 500 && arrived.resolve());
    first.resolve();
    await arrived.promise;
    expect(socket.bufferedAmount).toBe(0);
    second.resolve();
    await Promise.all(sending);
  });

  it("goes at the pace of the peer", async () => {
    const { socket, client } = await pair();
    const transport = transportOf(client);
    transport.pause();
    let made = 0;
    const source = function* (): Generator<Uint8Array> {
      for (; made < 400; made++) yield new Uint8Array(100_000).fill(made);
    };
    const sent = socket.sendStream(source());
    let before = -1;
    while (made !== before) {
      before = made;
      for (let turn = 0; turn < 100; turn++) await new Promise(setImmediate);
    }
    expect(made).toBeLessThan(300);
    expect(socket.bufferedAmount).toBeLessThan(1_000_000);
    transport.resume();
    const [data] = (await once(client, "message")) as [Buffer];
    await sent;
    expect(data.length).toBe(40_000_000);
    for (let i = 0; i < 40_000_000; i += 50_000) expect(data[i]).toBe(Math.floor(i / 100_000) & 0xff);
  });

  it("whose source fails rejects with its error, and ends the connection with 1011 once it has begun", async () => {
    const { socket, client } = await pair();
    const failure = new Error("no");
    // oxlint-disable-next-line require-yield
    const atOnce = async function* (): AsyncGenerator<string> {
      throw failure;
    };
    await expect(socket.sendStream(atOnce())).rejects.toBe(failure);
    expect(socket.state).toBe("open");
    const received = nextMessage(client);
    void socket.send("still here");
    expect(await received).toEqual(["still here", false]);
    const inTheMiddle = async function* (): AsyncGenerator<string> {
      yield "begun";
      throw failure;
    };
    const over = closed(client);
    await expect(socket.sendStream(inTheMiddle())).rejects.toBe(failure);
    expect(await over).toEqual([1011, ""]);
  });

  it.each<[string, Iterable<unknown>, { type?: "text" }]>([
    ["a number", ["a", 5], {}],
    ["octets that are not UTF-8 as text", [new Uint8Array([0x61, 0xff])], { type: "text" }],
    ["a text that ends inside of a character", [euro.subarray(0, 2)], { type: "text" }],
  ])("%s is refused", async (_, source, options) => {
    const { socket } = await pair();
    const sending = socket.sendStream(source as StreamSource, options);
    await expect(sending).rejects.toMatchObject({ code: "ERR_INVALID_DATA" });
  });

  it.each([
    ["a string", "abc"],
    ["bytes", new Uint8Array(3)],
    ["null", null],
    ["an object", {}],
  ])("%s is no source", async (_, source) => {
    const { socket } = await pair();
    await expect(socket.sendStream(source as never)).rejects.toMatchObject({ code: "ERR_INVALID_DATA" });
    expect(socket.state).toBe("open");
  });

  it("rejects with ERR_NOT_OPEN where the connection ends before, and the source is told", async () => {
    const { socket, client } = await pair();
    const returned = expected();
    const begun = expected();
    const source: AsyncIterable<string> = {
      [Symbol.asyncIterator]: () => ({
        next: () => {
          begun.resolve();
          return new Promise(() => {});
        },
        return: () => {
          returned.resolve();
          return Promise.resolve({ done: true, value: undefined });
        },
      }),
    };
    const sending = socket.sendStream(source);
    const waiting = socket.send("behind");
    await begun.promise;
    client.terminate();
    await expect(sending).rejects.toMatchObject({ code: "ERR_NOT_OPEN" });
    await returned.promise;
    await waiting;
    await expect(socket.sendStream(["late"])).rejects.toMatchObject({ code: "ERR_NOT_OPEN" });
  });

  it("ends where the connection is closed by us in the middle", async () => {
    const { socket, client } = await pair();
    const sending = socket.sendStream(later("1", "2", "3"));
    const over = closed(client);
    socket.close(4000);
    await expect(sending).rejects.toMatchObject({ code: "ERR_NOT_OPEN" });
    expect(await over).toEqual([4000, ""]);
  });

  it("counts what has to wait behind it, up to maxBuffered", async () => {
    const { socket, client } = await pair({ maxBuffered: 1000, whenFull: "wait" });
    const release = expected();
    const source = async function* (): AsyncGenerator<string> {
      yield "1";
      await release.promise;
    };
    const sending = socket.sendStream(source());
    void socket.send("x".repeat(999));
    void socket.send("y");
    expect(() => socket.send("z")).toThrow(expect.objectContaining({ code: "ERR_BUFFER_FULL" }));
    release.resolve();
    await sending;
    await once(client, "message");
    expect(await stuck(transportOf(client))).toBe(0);
  });
});
