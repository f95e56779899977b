import { once } from "node:events";
import { describe, expect, it } from "vitest";
import type { ServerSocket } from "../../src/index.ts";
import { closed, expected, meet } from "./meet.ts";

describe("an open hook that returns a promise", () => {
  it("holds back the messages until it is fulfilled", async () => {
    const ready = expected();
    const calls: string[] = [];
    const told = expected();
    const { connect } = await meet({
      open: async () => {
        await ready.promise;
        calls.push("ready");
      },
      message: (_, message) => {
        calls.push(message.type === "text" ? message.text : "binary");
        told.resolve();
      },
    });
    const client = connect();
    await once(client, "open");
    client.send("early");
    client.ping();
    await once(client, "pong");
    expect(calls).toEqual([]);
    ready.resolve();
    await told.promise;
    expect(calls).toEqual(["ready", "early"]);
  });
});

describe("without a hook for messages", () => {
  it("pings and closes are answered all the same", async () => {
    const over = expected<number>();
    const { connect } = await meet({ close: (_, code) => over.resolve(code) });
    const client = connect();
    await once(client, "open");
    client.ping();
    await once(client, "pong");
    client.close(4002);
    expect(await closed(client)).toEqual([4002, ""]);
    expect(await over.promise).toBe(4002);
  });

  it("a close of ours is answered behind messages that nobody reads", async () => {
    const opened = expected<ServerSocket>();
    const { connect } = await meet({ open: (socket) => opened.resolve(socket) });
    const client = connect();
    await once(client, "open");
    for (let i = 0; i < 100; i++) client.send("nobody reads this");
    const socket = await opened.promise;
    socket.close(4003);
    expect(await closed(client)).toEqual([4003, ""]);
    expect(await socket.closed).toEqual({ code: 4003, reason: "", clean: true });
  });
});
