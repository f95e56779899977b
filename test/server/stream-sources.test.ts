import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { expected, pair } from "./meet.ts";

/* What sources of sendStream may do, and what else is sent while they do it. */

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe("a source", () => {
  it.each([100, 4096, 8000, 20_000, 65_536, 100_000, 600_000])(
    "may use the memory of a piece again when it is asked for the next: %i octets",
    async (size) => {
      const { socket, client } = await pair();
      const message = once(client, "message") as Promise<[Buffer]>;
      const memory = new Uint8Array(size);
      function* source(): Generator<Uint8Array> {
        for (const octet of [1, 2, 3, 4]) yield memory.fill(octet);
      }
      await socket.sendStream(source());
      const whole = Buffer.concat([1, 2, 3, 4].map((octet) => Buffer.alloc(size, octet)));
      expect((await message)[0].equals(whole)).toBe(true);
    },
  );

  it("is not asked when the connection is over, so it cannot fail unheard", async () => {
    const { socket, client } = await pair();
    const [waiting, go] = [expected(), expected()];
    async function* first(): AsyncGenerator<string> {
      yield "a";
      waiting.resolve();
      await go.promise;
      yield "b";
    }
    let asked = false;
    const second: AsyncIterable<string> = {
      [Symbol.asyncIterator]: () => ({
        next: () => {
          asked = true;
          return Promise.reject(new Error("the source has failed"));
        },
      }),
    };
    const both = [first(), second].map((source) => socket.sendStream(source).catch((error) => error.code));
    await waiting.promise;
    client.terminate();
    await socket.closed;
    go.resolve();
    expect(await Promise.all(both)).toEqual(["ERR_NOT_OPEN", "ERR_NOT_OPEN"]);
    // Vitest fails for a rejection that nobody has heard.
    await turn();
    expect(asked).toBe(false);
  });
});

describe("while a message is sent in pieces", () => {
  it("what cannot be sent is refused at once, and small bytes may change", async () => {
    const { socket, client } = await pair();
    const texts: string[] = [];
    const all = expected();
    client.on("message", (data: Buffer) => texts.push(data.toString()) === 3 && all.resolve());
    const go = expected();
    async function* source(): AsyncGenerator<string> {
      yield "a";
      await go.promise;
    }
    const sent = socket.sendStream(source());
    for (const data of [{}, 5, null, undefined]) {
      expect(() => socket.send(data as never)).toThrow(expect.objectContaining({ code: "ERR_INVALID_DATA" }));
    }
    const bytes = Buffer.from("before");
    void socket.send(bytes);
    bytes.fill("x");
    const buffer = new Uint8Array(5000).fill(0x79).buffer;
    void socket.send(buffer);
    expect(socket.bufferedAmount).toBe(5006);
    // The octets go elsewhere; the count stays right.
    structuredClone(buffer, { transfer: [buffer] });
    go.resolve();
    await sent;
    await all.promise;
    expect(texts).toEqual(["a", "before", ""]);
    expect(socket.bufferedAmount).toBe(0);
  });

  it("pieces that only wait for the end of the turn do not make the connection full", async () => {
    const { socket, client } = await pair({ maxBuffered: 256 * 1024, whenFull: "close" });
    let count = 0;
    const all = expected();
    client.on("message", () => ++count === 5 && all.resolve());
    function* source(): Generator<Uint8Array> {
      for (let i = 0; i < 2; i++) yield new Uint8Array(125_000);
      for (let i = 0; i < 4; i++) void socket.send("x".repeat(5000));
    }
    await socket.sendStream(source());
    await all.promise;
    expect(socket.state).toBe("open");
  });
});
