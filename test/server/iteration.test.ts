import { constants } from "node:buffer";
import { once } from "node:events";
import { describe, expect, it } from "vitest";
import type { Message, ServerSocket } from "../../src/index.ts";
import { closed, expected, meet, pair, sendTogether, stuck, transportOf } from "./meet.ts";

const textOf = (message: Message): string => (message.type === "text" ? message.text : "binary");

describe("for await over a socket", () => {
  it("gives every message in order, those sent before it began as well, and ends with the connection", async () => {
    const { socket, client } = await pair();
    sendTogether(client, "1", "2");
    client.send(new Uint8Array(3));
    const seen: string[] = [];
    client.send("4");
    client.close(4005, "bye");
    for await (const message of socket) seen.push(textOf(message));
    expect(seen).toEqual(["1", "2", "binary", "4"]);
    expect(await socket.closed).toEqual({ code: 4005, reason: "bye", clean: true });
  });

  it("answers inside of the loop reach a peer that has closed behind its last message", async () => {
    const opened = expected();
    const { connect } = await meet({
      open: async (socket) => {
        for await (const message of socket) {
          await new Promise(setImmediate);
          await socket.send(message);
        }
        opened.resolve();
      },
    });
    const client = connect();
    await once(client, "open");
    const answers: string[] = [];
    client.on("message", (data: Buffer) => answers.push(data.toString()));
    sendTogether(client, "a", "b", "c");
    client.close(1000);
    expect(await closed(client)).toEqual([1000, ""]);
    expect(answers).toEqual(["a", "b", "c"]);
    await opened.promise;
  });

  it("that is left does not lose what follows: the next loop gets it", async () => {
    const { socket, client } = await pair();
    sendTogether(client, "1", "2", "3");
    const seen: string[] = [];
    for await (const message of socket) {
      seen.push(textOf(message));
      break;
    }
    for await (const message of socket) {
      seen.push(textOf(message));
      if (seen.length === 3) break;
    }
    expect(seen).toEqual(["1", "2", "3"]);
    expect(socket.state).toBe("open");
    client.close(4006);
    expect(await closed(client)).toEqual([4006, ""]);
  });

  it("several that wait get a message each, in the order of asking", async () => {
    const { socket, client } = await pair();
    const iterator = socket[Symbol.asyncIterator]();
    const asked = [iterator.next(), iterator.next(), iterator.next()];
    sendTogether(client, "1", "2");
    client.close();
    const results = await Promise.all(asked);
    expect(results.map(({ value }) => value && textOf(value))).toEqual(["1", "2", undefined]);
    expect(await iterator.next()).toEqual({ done: true, value: undefined });
  });

  it("a failure in the loop ends the connection with 1011", async () => {
    const { connect } = await meet({
      open: async (socket) => {
        for await (const message of socket) throw new Error(message.type);
      },
      error: () => {},
    });
    const client = connect();
    await once(client, "open");
    client.send("x");
    expect(await closed(client)).toEqual([1011, ""]);
  });

  it("that runs beside a hook ends when the hook fails", async () => {
    const seen = expected<string[]>();
    const { connect } = await meet({
      open: (socket) => {
        void (async () => {
          const texts: string[] = [];
          for await (const message of socket) texts.push(textOf(message));
          seen.resolve(texts);
        })();
        throw new Error("no");
      },
      error: () => {},
    });
    const client = connect();
    client.on("error", () => {});
    await once(client, "open");
    client.send("too late");
    expect(await seen.promise).toEqual([]);
  });

  it("that nobody reads stops the peer at about the read-ahead, before a loop and between two", async () => {
    const { socket, client } = await pair();
    const transport = transportOf(client);
    const total = 400;
    const send = async (): Promise<void> => {
      for (let i = 0; i < total; i++) client.send(new Uint8Array(100_000).fill(i));
      expect(await stuck(transport)).toBeGreaterThan(1_000_000);
    };
    for (let round = 0; round < 2; round++) {
      await send();
      let count = 0;
      for await (const message of socket) {
        expect([message.bytes.length, message.bytes[0]]).toEqual([100_000, count % 256]);
        if (++count === total) break;
      }
    }
  });

  it("is refused where a hook takes the messages, and where they are read as streams", async () => {
    const opened = expected<ServerSocket>();
    const { connect } = await meet({ open: (socket) => opened.resolve(socket), message: () => {} });
    await once(connect(), "open");
    const refusal = expect.objectContaining({ code: "ERR_HAS_HANDLER" });
    const socket = await opened.promise;
    expect(() => socket[Symbol.asyncIterator]()).toThrow(refusal);
    const { socket: other } = await pair();
    other.streams();
    expect(() => other[Symbol.asyncIterator]()).toThrow(refusal);
  });

  it("is refused where messages may be larger than any Buffer, and streams are not", async () => {
    // Where a Buffer holds whatever may be asked for, nothing is refused.
    if (!Number.isSafeInteger(constants.MAX_LENGTH + 1)) return;
    const { socket } = await pair({ maxPayload: constants.MAX_LENGTH + 1 });
    expect(() => socket[Symbol.asyncIterator]()).toThrow(
      expect.objectContaining({ code: "ERR_INVALID_OPTION" }),
    );
    expect(() => socket.streams()).not.toThrow();
  });

  it("on a connection that is terminated ends, and gives nothing more", async () => {
    const { socket, client } = await pair();
    sendTogether(client, "1", "2");
    const seen: string[] = [];
    for await (const message of socket) {
      seen.push(textOf(message));
      socket.terminate();
    }
    expect(seen).toEqual(["1"]);
    expect((await socket.closed).code).toBe(1006);
  });
});
