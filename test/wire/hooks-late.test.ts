import { describe, expect, it } from "vitest";
import type { ServerOptions, UpgradeAnswer, UpgradeRequest } from "../../src/index.ts";
import { GOOD } from "./heads.ts";
import { http2Doors } from "./http2.ts";
import { expectRefusal } from "./refusal.ts";
import { doors } from "./servers.ts";

/* An upgrade hook whose answer comes too late, or never: its time is limited, and the request's signal tells it. */

interface Thinking {
  readonly options: ServerOptions;
  readonly request: Promise<UpgradeRequest>;
  /** Settles the hook's promise. */
  readonly answer: (answer: UpgradeAnswer | void) => void;
  readonly fail: (error: Error) => void;
}

function thinking(): Thinking {
  let asked: (request: UpgradeRequest) => void;
  let answer!: Thinking["answer"];
  let fail!: Thinking["fail"];
  const request = new Promise<UpgradeRequest>((resolve) => (asked = resolve));
  const verdict = new Promise<UpgradeAnswer | void>((resolve, reject) => {
    answer = resolve;
    fail = reject;
  });
  const upgrade = (arrived: UpgradeRequest): typeof verdict => {
    asked(arrived);
    return verdict;
  };
  return { options: { upgrade }, request, answer, fail };
}

const aborted = (signal: AbortSignal): Promise<unknown> =>
  new Promise((resolve) => signal.addEventListener("abort", () => resolve(signal.reason)));

describe.each(doors)("an upgrade hook, %s", (_, start) => {
  it("that never answers: 503 when the handshake's time is over", async () => {
    const { options, request, answer } = thinking();
    const { connect, log, server } = await start({ ...options, handshakeTimeout: 50 });
    const client = await connect();
    await client.send(GOOD);
    const { signal } = await request;
    expect(signal.aborted).toBe(false);
    const reason = aborted(signal);
    await expectRefusal(client, { status: 503, because: /in time/ });
    expect(await reason).toMatchObject({ name: "TimeoutError" });
    expect(log.errors).toEqual([expect.objectContaining({ message: expect.stringMatching(/in 50 ms/) })]);
    answer({});
    await new Promise(setImmediate);
    expect(log.entries).toEqual(["error"]);
    expect(server.stats()).toMatchObject({ connections: 0, handshakes: 0 });
  });

  it("hears when the client resets, and frees its place at once", async () => {
    const { options, request, fail } = thinking();
    const { connect, log, server } = await start(options);
    const client = await connect();
    await client.send(GOOD);
    const { signal } = await request;
    const reason = aborted(signal);
    expect(server.stats().handshakes).toBe(1);
    client.reset();
    expect(await reason).toMatchObject({ name: "AbortError" });
    expect(server.stats().handshakes).toBe(0);
    // Who looks later sees it as well; a failure that comes of it is no error.
    expect((await request).signal.aborted).toBe(true);
    fail(signal.reason as Error);
    await new Promise(setImmediate);
    expect(log.entries).toEqual([]);
  });

  it("that fails for a reason of its own after the client has gone is reported", async () => {
    const { options, request, fail } = thinking();
    const { connect, log } = await start(options);
    const client = await connect();
    await client.send(GOOD);
    const gone = aborted((await request).signal);
    client.reset();
    await gone;
    fail(new Error("the database is gone"));
    await log.until("error");
  });

  it("is not waited for by a server that closes", async () => {
    const { options, request } = thinking();
    const { connect, server } = await start(options);
    const client = await connect();
    await client.send(GOOD);
    const reason = aborted((await request).signal);
    const closed = server.close();
    await expectRefusal(client, { status: 503, because: /shutting down/ });
    expect(await reason).toMatchObject({ name: "AbortError" });
    await closed;
  });

  it("is told nothing once it has answered", async () => {
    const { options, request, answer } = thinking();
    const { connect, log } = await start({ ...options, handshakeTimeout: 50 });
    const client = await connect();
    await client.send(GOOD);
    answer();
    await log.until("open");
    client.reset();
    await log.until("close");
    expect((await request).signal.aborted).toBe(false);
  });

  it("a client that floods while it thinks is read a little, and then no more", async () => {
    const { options, request, answer } = thinking();
    const { connect, log } = await start(options);
    const client = await connect();
    await client.send(GOOD);
    await request;
    // An endless message, more than all buffers on the way may hold.
    const flood = Buffer.alloc(64 * 1024 * 1024);
    let taken = false;
    client.socket.write(flood, () => (taken = true));
    const other = await connect();
    await other.send("GET / HTTP/1.0\r\n\r\n");
    await other.untilEnded();
    expect(taken).toBe(false);
    answer();
    // Its first octet is no frame that a client may send.
    expect(await log.until("close")).toMatch(/^close 1002 /);
  });
});

describe.each(http2Doors)("an upgrade hook over HTTP/2, %s", (_, start) => {
  it("that never answers: 503 when the handshake's time is over", async () => {
    const { options, request } = thinking();
    const { connect, log, server } = await start({ ...options, handshakeTimeout: 50 });
    const session = await connect();
    const client = session.request();
    const reason = aborted((await request).signal);
    expect(await client.answer).toMatchObject({ ":status": 503 });
    expect((await client.untilClosed()).toString()).toMatch(/in time/);
    expect(await reason).toMatchObject({ name: "TimeoutError" });
    expect(log.entries).toEqual(["error"]);
    expect(server.sockets.size).toBe(0);
  });

  it("hears of RST_STREAM, and of a session that breaks", async () => {
    const [first, second] = [thinking(), thinking()];
    const hooks = [first, second];
    const { connect, log, server } = await start({
      upgrade: (request) => hooks.shift()!.options.upgrade!(request),
    });
    const session = await connect();
    const client = session.request();
    const reset = aborted((await first.request).signal);
    client.stream.close(8);
    expect(await reset).toMatchObject({ name: "AbortError" });
    session.request();
    const broken = aborted((await second.request).signal);
    session.transport.resetAndDestroy();
    expect(await broken).toMatchObject({ name: "AbortError" });
    first.answer();
    second.answer({ status: 401 });
    await new Promise(setImmediate);
    expect(log.entries).toEqual([]);
    expect(server.sockets.size).toBe(0);
  });
});
