import { describe, expect, it } from "vitest";
import type { ServerOptions, UpgradeAnswer } from "../../src/index.ts";
import { ACCEPTED, GOOD, plus } from "./heads.ts";
import { CLOSE, CLOSE_ANSWER, hex } from "./octets.ts";
import { expectRefusal } from "./refusal.ts";
import { itEach } from "./rows.ts";
import { doors } from "./servers.ts";

/* What the application's upgrade hook may do to a handshake: fail, answer what cannot be sent, or take its time. */

const undecided = { status: 500, because: /could not decide/ };

/** A promise and what settles it. */
function defer<T>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((done) => (resolve = done));
  return { promise, resolve };
}

const failing: { name: string; options: ServerOptions }[] = [
  {
    name: "a hook that throws",
    options: {
      upgrade: () => {
        throw new Error("secret");
      },
    },
  },
  { name: "a hook that rejects", options: { upgrade: () => Promise.reject(new Error("secret")) } },
  {
    name: "an origin predicate that throws",
    options: {
      origin: () => {
        throw new Error("secret");
      },
    },
  },
  ...["chat\r\nX: y", "chat\n", "chat\r", "ch\0at", "mqtt", "", "a b"].map((subprotocol) => ({
    name: `a subprotocol from a hook: ${JSON.stringify(subprotocol)}`,
    options: { upgrade: () => ({ subprotocol }) },
  })),
  ...["a\r\nX: y", "a\n", "a\rb", "a\0b", "a\x7fb", "\u0100"].flatMap((value) => [
    {
      name: `a header value from a hook: ${JSON.stringify(value)}`,
      options: { upgrade: () => ({ headers: { "X-A": value } }) },
    },
    {
      name: `a refusal's header value from a hook: ${JSON.stringify(value)}`,
      options: { upgrade: () => ({ status: 401, headers: { "X-A": value } }) },
    },
  ]),
  ...["X\r\nY", "X Y", "X:", "", "X\0"].flatMap((name) => [
    {
      name: `a header name from a hook: ${JSON.stringify(name)}`,
      options: { upgrade: () => ({ headers: { [name]: "a" } }) },
    },
    {
      name: `a refusal's header name from a hook: ${JSON.stringify(name)}`,
      options: { upgrade: () => ({ status: 401, headers: { [name]: "a" } }) },
    },
  ]),
  ...["Upgrade", "connection", "Sec-WebSocket-Accept", "Content-Length", "Transfer-Encoding"].map((name) => ({
    name: `a header of the handshake from a hook: ${name}`,
    options: { upgrade: () => ({ headers: { [name]: "1" } }) },
  })),
  ...["Connection", "content-length", "Transfer-Encoding"].map((name) => ({
    name: `a refusal's header of the handshake from a hook: ${name}`,
    options: { upgrade: () => ({ status: 401, headers: { [name]: "1" } }) },
  })),
  ...[0, 101, 200, 299, 600, 401.5, NaN].map((status) => ({
    name: `a refusal from a hook with status ${status}`,
    options: { upgrade: () => ({ status }) },
  })),
  ...[false, true, null, "yes"].map((value) => ({
    name: `a hook that answers ${JSON.stringify(value)}`,
    options: { upgrade: () => value as unknown as UpgradeAnswer },
  })),
];

describe.each(doors)("hooks, %s", (_, start) => {
  itEach(failing, async ({ options }) => {
    const { connect, log } = await start({ subprotocols: ["chat"], ...options });
    const client = await connect();
    await client.send(plus("Sec-WebSocket-Protocol: chat", "Origin: http://server.example.com"));
    await expectRefusal(client, undecided);
    expect(client.received.toString("latin1")).not.toContain("secret");
    expect(log.entries).toEqual(["error"]);
  });

  it("a hook that answers a thenable is waited for", async () => {
    // eslint-disable-next-line unicorn/no-thenable -- some libraries' promises are not Promise's
    const thenable = { then: (resolve: (answer: UpgradeAnswer) => void) => resolve({ status: 401 }) };
    const { connect } = await start({ upgrade: () => thenable as unknown as UpgradeAnswer });
    const client = await connect();
    await client.send(GOOD);
    await expectRefusal(client, { status: 401, because: /Refused/ });
  });

  it("an origin predicate's promise is no consent", async () => {
    const origin = (() => Promise.resolve(true)) as unknown as () => boolean;
    const { connect } = await start({ origin });
    const client = await connect();
    await client.send(plus("Origin: http://server.example.com"));
    await expectRefusal(client, { status: 403, because: /origin/ });
  });

  it("a refusal from a hook, with headers and a body of its own", async () => {
    const { connect } = await start({
      upgrade: () => ({
        status: 401,
        body: "Who are you? \u{1f600}",
        headers: { "WWW-Authenticate": "Basic" },
      }),
    });
    const client = await connect();
    await client.send(GOOD);
    await expectRefusal(client, {
      status: 401,
      because: /^Who are you\? .*\n$/,
      headers: { "WWW-Authenticate": "Basic" },
    });
  });

  it("a slow hook loses nothing that the client sends meanwhile", async () => {
    const answer = defer<void>();
    const { connect } = await start({
      upgrade: async () => {
        await answer.promise;
      },
    });
    const client = await connect();
    await client.send(`${GOOD}\x81\x81\0\0\0\0a`);
    await client.send(hex("81 81 00000000 62"), 1);
    await client.flush(CLOSE);
    expect(client.received.length).toBe(0);
    answer.resolve();
    const received = await client.untilEnded();
    expect(received.toString("latin1")).toBe(
      `${ACCEPTED}\x81\x01a\x81\x01b${CLOSE_ANSWER.toString("latin1")}`,
    );
  });

  it("a client that ends its half while a hook thinks is told as 1006", async () => {
    const answer = defer<void>();
    const { connect, log } = await start({
      upgrade: async () => {
        log.add("thinking");
        await answer.promise;
      },
    });
    const client = await connect();
    await client.send(GOOD);
    await log.until("thinking");
    await new Promise<void>((resolve) => client.socket.end(resolve));
    // Another connection's whole handshake and end come behind that end.
    const other = await connect();
    await other.send("GET / HTTP/1.0\r\n\r\n");
    await other.untilEnded();
    answer.resolve();
    await client.untilClosed();
    expect(log.entries).toEqual(["thinking", "open /chat", "close 1006"]);
  });

  it("a client that resets while a hook thinks", async () => {
    const answer = defer<UpgradeAnswer>();
    const { connect, log, server } = await start({
      upgrade: () => {
        log.add("thinking");
        return answer.promise;
      },
    });
    const outcomes: UpgradeAnswer[] = [{}, { status: 401 }];
    for (const outcome of outcomes) {
      const client = await connect();
      await client.send(GOOD);
      await log.until("thinking");
      client.reset();
      await client.untilClosed();
      // Another connection's whole handshake and end come behind that reset.
      const other = await connect();
      await other.send("GET / HTTP/1.0\r\n\r\n");
      await other.untilEnded();
      answer.resolve(outcome);
    }
    await server.close();
    expect(server.sockets.size).toBe(0);
    expect(log.errors).toEqual([]);
  });

  it("a server that closes while a hook thinks refuses the client", async () => {
    const answer = defer<void>();
    const { connect, log, server } = await start({
      upgrade: async () => {
        log.add("thinking");
        await answer.promise;
      },
    });
    const client = await connect();
    await client.send(GOOD);
    await log.until("thinking");
    const closed = server.close();
    answer.resolve();
    await expectRefusal(client, { status: 503, because: /shutting down/ });
    await closed;
  });
});
