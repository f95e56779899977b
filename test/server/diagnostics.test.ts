import diagnostics from "node:diagnostics_channel";
import { once } from "node:events";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import type { Diagnostics } from "../../src/index.ts";
import { tell } from "../../src/server/diagnostics.ts";
import { expected, meet, refused, transportOf } from "./meet.ts";

/** What is told on a channel, from now on to the end of the test. */
function listen<Name extends keyof Diagnostics>(
  name: Name,
): { events: Diagnostics[Name][]; first: Promise<Diagnostics[Name]> } {
  const events: Diagnostics[Name][] = [];
  const { promise, resolve } = expected<Diagnostics[Name]>();
  const hear = (event: unknown): void => {
    events.push(event as Diagnostics[Name]);
    resolve(event as Diagnostics[Name]);
  };
  diagnostics.subscribe(name, hear);
  onTestFinished(() => void diagnostics.unsubscribe(name, hear));
  return { events, first: promise };
}

describe("diagnostics", () => {
  it("tell of a connection's whole life, in order, each before its hook", async () => {
    const told: string[] = [];
    const over = expected();
    const [upgrade, open, close] = [
      listen("handfast:upgrade"),
      listen("handfast:open"),
      listen("handfast:close"),
    ];
    const { server, connect } = await meet({
      subprotocols: ["a"],
      upgrade: () => void told.push(`hook upgrade ${upgrade.events.length}`),
      open: () => void told.push(`hook open ${upgrade.events.length} ${open.events.length}`),
      close: () => {
        told.push(`hook close ${close.events.length}`);
        over.resolve();
      },
    });
    const client = connect("/path", ["a"]);
    await once(client, "open");
    const [socket] = server.sockets;
    client.close(4000, "bye");
    await over.promise;
    expect(told).toEqual(["hook upgrade 0", "hook open 1 1", "hook close 1"]);
    const [upgraded] = upgrade.events;
    expect(upgraded).toMatchObject({ subprotocol: "a", compressed: false, request: { path: "/path" } });
    expect(upgraded!.server).toBe(server);
    expect(open.events[0]!.socket).toBe(socket);
    expect(close.events[0]).toMatchObject({ code: 4000, reason: "bye", clean: true, violation: undefined });
  });

  it("name the rule that a peer broke", async () => {
    const { first } = listen("handfast:close");
    const { connect } = await meet({ message() {} });
    const client = connect();
    await once(client, "open");
    client.on("error", () => {});
    transportOf(client).write(Buffer.from([0x83, 0x80, 0, 0, 0, 0]));
    expect(await first).toMatchObject({ code: 1002, clean: false, violation: "reserved-opcode" });
  });

  it("tell of refusals and failures", async () => {
    const [refuse, error] = [listen("handfast:refuse"), listen("handfast:error")];
    const failure = new Error("from a hook");
    const { connect } = await meet({
      upgrade: ({ path }) => {
        if (path === "/no") return { status: 403, body: "not you" };
        throw failure;
      },
      error() {},
    });
    await refused(connect("/no"));
    await refused(connect("/fail"));
    expect(refuse.events.map(({ status, reason, remoteAddress }) => [status, reason, remoteAddress])).toEqual(
      [
        [403, "not you", "127.0.0.1"],
        [500, "The server could not decide on this request", "127.0.0.1"],
      ],
    );
    expect(error.events.map(({ error: told, socket }) => [told, socket])).toEqual([[failure, undefined]]);
  });

  it("tell of peers that are given up, that take too little, and that send too much", async () => {
    const [timeout, overflow, rate] = [
      listen("handfast:timeout"),
      listen("handfast:overflow"),
      listen("handfast:rate-limit"),
    ];
    const { server, connect } = await meet({
      heartbeat: { interval: 50, timeout: 50 },
      maxBuffered: 0,
      whenFull: "drop",
      rateLimit: { messages: 0.01, burst: 100 },
      message() {},
    });
    const client = connect();
    await once(client, "open");
    const [socket] = server.sockets;
    void socket!.send("a");
    client.send("1");
    expect((await rate.first).socket).toBe(socket);
    expect(overflow.events.map(({ buffered, whenFull }) => [buffered, whenFull])).toEqual([[0, "drop"]]);
    const mute = connect();
    await once(mute, "open");
    mute.pause();
    transportOf(mute).pause();
    const given = await timeout.first;
    expect([given.cause, given.socket === socket]).toEqual(["silent", false]);
  });

  it("cost nothing where nobody listens: no payload is made", () => {
    const payload = vi.fn<() => never>();
    tell({} as never, "handfast:open", payload);
    expect(payload).not.toHaveBeenCalled();
    listen("handfast:open");
    tell({} as never, "handfast:open", payload);
    expect(payload).toHaveBeenCalledOnce();
  });
});
