import { once } from "node:events";
import net from "node:net";
import { setImmediate as nextTurn } from "node:timers/promises";
import { describe, expect, it, vi } from "vitest";
import { closed, expected, meet, REQUEST, sendTogether, stuck, transportOf } from "./meet.ts";

/** A hook that works on one message at a time, until it is told to finish. */
function worker(): {
  work: (text: string) => Promise<void>;
  begun: string[];
  finish: () => void;
  whenBegun: (count: number) => Promise<void>;
} {
  const begun: string[] = [];
  let current = expected();
  let waiting: { count: number; resolve: () => void } | undefined;
  return {
    begun,
    work: (text) => {
      begun.push(text);
      if (begun.length === waiting?.count) waiting.resolve();
      return current.promise;
    },
    finish: () => {
      const { resolve } = current;
      current = expected();
      resolve();
    },
    whenBegun: (count) =>
      new Promise((resolve) => (begun.length >= count ? resolve() : (waiting = { count, resolve }))),
  };
}

const textOf = (message: { type: string; text?: string }): string => message.text ?? message.type;

describe("a message hook that returns a promise", () => {
  it("gets the next message when the promise is fulfilled, in order, also out of one packet", async () => {
    const { work, begun, finish, whenBegun } = worker();
    const { connect } = await meet({ message: (_, message) => work(textOf(message)) });
    const client = connect();
    await once(client, "open");
    sendTogether(client, "1", "2", "3");
    await whenBegun(1);
    client.ping();
    await once(client, "pong");
    expect(begun).toEqual(["1"]);
    finish();
    await whenBegun(2);
    client.send("4");
    client.ping();
    await once(client, "pong");
    expect(begun).toEqual(["1", "2"]);
    finish();
    await whenBegun(3);
    finish();
    await whenBegun(4);
    expect(begun).toEqual(["1", "2", "3", "4"]);
  });

  it("delays no other connection", async () => {
    const { work, whenBegun } = worker();
    const { connect } = await meet({
      message: (socket, message) => (textOf(message) === "slow" ? work("slow") : socket.send(message)),
    });
    const [slow, quick] = [connect(), connect()];
    await Promise.all([once(slow, "open"), once(quick, "open")]);
    slow.send("slow");
    await whenBegun(1);
    quick.send("quick");
    expect(String((await once(quick, "message"))[0])).toBe("quick");
  });

  it("can answer what came before a Close frame, and close is told behind it", async () => {
    const { work, finish, whenBegun } = worker();
    const calls: string[] = [];
    const over = expected();
    const { connect } = await meet({
      message: async (socket, message) => {
        await work(textOf(message));
        calls.push(`done ${textOf(message)}`);
        void socket.send(`answer ${textOf(message)}`);
      },
      close: (_, code) => {
        calls.push(`close ${code}`);
        over.resolve();
      },
    });
    const client = connect();
    await once(client, "open");
    const answers: string[] = [];
    client.on("message", (data: Buffer) => answers.push(data.toString()));
    sendTogether(client, "1", "2");
    client.close(4000);
    await whenBegun(1);
    finish();
    await whenBegun(2);
    finish();
    await over.promise;
    expect(calls).toEqual(["done 1", "done 2", "close 4000"]);
    expect(await closed(client)).toEqual([4000, ""]);
    expect(answers).toEqual(["answer 1", "answer 2"]);
  });

  it("can answer a peer that has ended its half of TCP behind its messages", async () => {
    const { work, finish, whenBegun } = worker();
    const { port } = await meet({
      message: async (socket, message) => {
        await work(textOf(message));
        void socket.send(`answer ${textOf(message)}`);
      },
    });
    const client = net.connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    client.write(REQUEST);
    await once(client, "data");
    // "a", masked with zeros.
    client.end(Buffer.from("81810000000061", "hex"));
    await whenBegun(1);
    // The end has been seen by now, and left for later.
    for (let turn = 0; turn < 20; turn++) await nextTurn();
    finish();
    const all = Buffer.concat((await client.toArray()) as Buffer[]);
    expect(all.subarray(0, 10).toString("latin1")).toBe("\x81\x08answer a");
  });

  it("costs nothing while it has what came before a Close frame to do", async () => {
    const { work, finish, whenBegun } = worker();
    const { connect } = await meet({ message: (_, message) => work(textOf(message)) });
    const client = connect();
    await once(client, "open");
    sendTogether(client, "1", "2");
    client.close();
    await whenBegun(1);
    const later = vi.spyOn(globalThis, "setImmediate");
    for (let turn = 0; turn < 100; turn++) await nextTurn();
    expect(later.mock.calls.length).toBeLessThan(20);
    later.mockRestore();
    finish();
    await whenBegun(2);
    finish();
    await closed(client);
  });

  it("gets what was read before the peer reset the connection, and close behind it", async () => {
    const { work, begun, finish, whenBegun } = worker();
    const over = expected();
    const gone = expected();
    const calls: string[] = [];
    const { server, connect } = await meet({
      open: (socket) => void socket.closed.then(() => gone.resolve()),
      message: async (_, message) => {
        await work(textOf(message));
        calls.push(`done ${textOf(message)}`);
      },
      close: (_, code) => {
        calls.push(`close ${code}`);
        over.resolve();
      },
    });
    const client = connect();
    client.on("error", () => {});
    await once(client, "open");
    sendTogether(client, "1", "2");
    await whenBegun(1);
    transportOf(client).resetAndDestroy();
    await gone.promise;
    while (server.sockets.size > 0) await new Promise(setImmediate);
    expect(begun).toEqual(["1"]);
    finish();
    await whenBegun(2);
    finish();
    await over.promise;
    expect(calls).toEqual(["done 1", "done 2", "close 1006"]);
  });

  it("that cannot answer because the peer has gone is no failure; one that sends behind its own close is", async () => {
    const { work, finish, whenBegun } = worker();
    const reported: unknown[] = [];
    const over = expected();
    const { server, connect } = await meet({
      message: async (socket, message) => {
        await work(textOf(message));
        if (textOf(message) === "close") socket.close();
        void socket.send("an answer");
      },
      close: () => over.resolve(),
      error: (error) => void reported.push(error),
    });
    const gone = connect();
    gone.on("error", () => {});
    await once(gone, "open");
    gone.send("1");
    await whenBegun(1);
    gone.terminate();
    while (server.sockets.size > 0) {
      // The end of TCP is read when the message has been handled.
      await nextTurn();
      finish();
    }
    await over.promise;
    expect(reported).toEqual([]);
    const closing = connect();
    await once(closing, "open");
    closing.send("close");
    await whenBegun(2);
    finish();
    await closed(closing);
    expect(reported).toEqual([expect.objectContaining({ code: "ERR_NOT_OPEN" })]);
  });

  it("that rejects ends the connection with 1011, and nothing more is handed out", async () => {
    const { work, begun, whenBegun } = worker();
    const failing = expected();
    const { connect } = await meet({
      message: async (_, message) => {
        void work(textOf(message));
        await failing.promise;
        throw new Error("no");
      },
      error: () => {},
    });
    const client = connect();
    await once(client, "open");
    sendTogether(client, "1", "2", "3");
    await whenBegun(1);
    const seen = closed(client);
    failing.resolve();
    expect(await seen).toEqual([1011, ""]);
    expect(begun).toEqual(["1"]);
  });

  it("is not read ahead beyond readAhead: the peer has to wait, and nothing is lost", async () => {
    const { work, begun, finish, whenBegun } = worker();
    const { connect } = await meet({ message: (_, message) => work(textOf(message)) });
    const client = connect();
    await once(client, "open");
    const total = 3000;
    for (let i = 0; i < total; i++) client.send(`${i} ${"x".repeat(10_000)}`);
    await whenBegun(1);
    // 30 MB do not fit into the kernel's buffers and the read-ahead: what is left waits here.
    expect(await stuck(transportOf(client))).toBeGreaterThan(1_000_000);
    expect(begun).toHaveLength(1);
    for (let i = 1; i < total; i++) {
      finish();
      await whenBegun(i + 1);
    }
    expect(begun.map((text) => parseInt(text, 10))).toEqual(Array.from({ length: total }, (_, i) => i));
  });
});
