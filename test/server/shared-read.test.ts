import { once } from "node:events";
import { mkdtempSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { readShared } from "../../src/server/shared-read.ts";
import { type ServerOptions, WebSocketServer } from "../../src/index.ts";
import { GOOD } from "../wire/heads.ts";
import { clientFrame, CLOSE } from "../wire/octets.ts";
import { expected, meet, transportOf } from "./meet.ts";

/** Whether this version of Node, on this system, is one that is known to read into shared memory. */
const able = process.platform !== "win32" && Number(process.versions.node.split(".")[0]) <= 26;

const echo: ServerOptions = {
  message(socket, message) {
    void socket.send(message);
  },
};

async function answers(client: WebSocket, ...messages: string[]): Promise<string[]> {
  const got: string[] = [];
  for (const message of messages) {
    const reply = once(client, "message") as Promise<[Buffer]>;
    client.send(message);
    got.push((await reply)[0].toString());
  }
  return got;
}

describe.runIf(able)("a transport that is read into shared memory", () => {
  it("is one of our own listener, over TCP and over a unix socket", async () => {
    for (const where of [
      { port: 0, host: "127.0.0.1" },
      { path: join(mkdtempSync(join(tmpdir(), "handfast-")), "s") },
    ]) {
      const accepted = expected<net.Socket>();
      const listener = net.createServer(accepted.resolve);
      await new Promise<void>((resolve) => listener.listen(where, resolve));
      const client = net.connect(listener.address() as net.TcpNetConnectOpts & string);
      const transport = await accepted.promise;
      const read = expected<string>();
      expect(
        readShared(transport, (size, memory) => {
          read.resolve(Buffer.from(memory.subarray(0, size)).toString());
          return true;
        }),
      ).toBe(true);
      transport.resume();
      client.write("octets");
      expect(await read.promise).toBe("octets");
      client.destroy();
      transport.destroy();
      listener.close();
    }
  });

  it("is one that node:http has upgraded", async () => {
    const http = createServer();
    const transports: net.Socket[] = [];
    http.on("connection", (transport: net.Socket) => transports.push(transport));
    const server = new WebSocketServer(echo);
    server.attach(http);
    await new Promise<void>((resolve) => http.listen(0, "127.0.0.1", resolve));
    const client = new WebSocket(`ws://127.0.0.1:${(http.address() as net.AddressInfo).port}`);
    await once(client, "open");
    expect(await answers(client, "one", "two")).toEqual(["one", "two"]);
    expect(transports[0]!.listenerCount("data")).toBe(0);
    client.terminate();
    http.close();
    await server.close();
  });

  it("is none from which something was read already", async () => {
    const accepted = expected<net.Socket>();
    const listener = net.createServer(accepted.resolve).listen(0, "127.0.0.1");
    await once(listener, "listening");
    const client = net.connect((listener.address() as net.AddressInfo).port, "127.0.0.1");
    client.write("early");
    const transport = await accepted.promise;
    await once(transport, "readable");
    expect(readShared(transport, () => true)).toBe(false);
    expect(String(transport.read())).toBe("early");
    client.destroy();
    transport.destroy();
    listener.close();
  });
});

describe.each([true, false])("with sharedRead: %s", (sharedRead) => {
  it("messages that are kept stay as they were", async () => {
    const kept: Uint8Array[] = [];
    const { connect } = await meet({
      sharedRead,
      message(socket, message) {
        kept.push(message.bytes);
        void socket.send(message);
      },
    });
    const clients = [connect(), connect()];
    await Promise.all(clients.map((client) => once(client, "open")));
    const sizes = [1, 100, 125, 126, 1000, 5000, 20_000, 200_000];
    const sent = sizes.flatMap((size, i) => ["a", "b"].map((letter) => letter.repeat(size) + i));
    for (const [i, text] of sent.entries()) expect(await answers(clients[i % 2]!, text)).toEqual([text]);
    expect(kept.map((bytes) => Buffer.from(bytes).toString())).toEqual(sent);
  });

  it("what is left of a chunk while a consumer is busy stays as it was", async () => {
    const first = expected();
    const release = expected();
    const got: string[] = [];
    const all = expected();
    const { connect } = await meet({
      sharedRead,
      readAhead: 0,
      async message(socket, message) {
        if (message.type === "text") got.push(message.text);
        else void socket.send(message);
        if (got.length === 4) all.resolve();
        if (message.type === "binary" || got.length > 1) return;
        first.resolve();
        await release.promise;
      },
    });
    const [client, other] = [connect(), connect()];
    await Promise.all([once(client, "open"), once(other, "open")]);
    const sent = ["first", "x".repeat(50), "y".repeat(300), "z".repeat(5000)];
    const transport = transportOf(client);
    transport.cork();
    for (const message of sent) client.send(message);
    transport.uncork();
    await first.promise;
    const noise = once(other, "message");
    other.send(Buffer.alloc(30_000, 1));
    await noise;
    release.resolve();
    await all.promise;
    expect(got).toEqual(sent);
  });

  it("a flood in the packet of the handshake waits for a busy consumer, and nothing of it is lost", async () => {
    const count = 20_000;
    const got: number[] = [];
    const over = expected<number>();
    const { port } = await meet({
      sharedRead,
      async message(_, message) {
        got.push(Buffer.from(message.bytes).readUInt32BE());
        await new Promise((resolve) => setImmediate(resolve));
      },
      close: (_, code) => over.resolve(code),
    });
    const frames = Array.from({ length: count }, (_, number) => {
      const payload = Buffer.alloc(4);
      payload.writeUInt32BE(number);
      return clientFrame(0x82, payload);
    });
    const client = net.connect(port, "127.0.0.1");
    client.on("error", () => {});
    client.write(Buffer.concat([Buffer.from(GOOD), ...frames, CLOSE]));
    client.resume();
    expect(await over.promise).toBe(1005);
    expect(got).toEqual(Array.from({ length: count }, (_, number) => number));
  });

  it.each(["upgrade", "open"])(
    "what comes while the %s hook thinks stays as it was, in order",
    async (name) => {
      const [asked, release, all] = [expected(), expected(), expected()];
      const texts = ["a".repeat(100), "b".repeat(40_000), "c"];
      const got: string[] = [];
      let first = true;
      const { port, connect } = await meet({
        sharedRead,
        readAhead: 0,
        [name]: async () => {
          if (!first) return;
          first = false;
          asked.resolve();
          await release.promise;
        },
        message(socket, message) {
          if (message.type === "binary") void socket.send(message);
          else if (got.push(message.text) === 3) all.resolve();
        },
      });
      const client = net.connect(port, "127.0.0.1").on("error", () => {});
      const frames = texts.map((text) => clientFrame(0x81, Buffer.from(text)));
      client.write(Buffer.concat([Buffer.from(GOOD), frames[0]!]));
      await asked.promise;
      client.write(frames[1]!);
      const other = connect();
      await once(other, "open");
      const noise = once(other, "message");
      other.send(Buffer.alloc(30_000, 1));
      await noise;
      client.write(frames[2]!);
      release.resolve();
      await all.promise;
      expect(got).toEqual(texts);
      client.destroy();
    },
  );

  it("a peer that ends its half is heard", async () => {
    const over = expected<number>();
    const { connect } = await meet({ ...echo, sharedRead, close: (_, code) => over.resolve(code) });
    const client = connect();
    await once(client, "open");
    expect(await answers(client, "hello")).toEqual(["hello"]);
    transportOf(client).end();
    expect(await over.promise).toBe(1006);
  });

  it("TLS is served", async () => {
    const fixture = (name: string): Buffer =>
      readFileSync(new URL(`../fixtures/localhost.${name}`, import.meta.url));
    const server = new WebSocketServer({ ...echo, sharedRead });
    const { port } = await server.listen({
      port: 0,
      host: "127.0.0.1",
      tls: { cert: fixture("crt"), key: fixture("key") },
    });
    const client = new WebSocket(`wss://127.0.0.1:${port}`, { rejectUnauthorized: false });
    await once(client, "open");
    expect(await answers(client, "one", "x".repeat(100_000))).toEqual(["one", "x".repeat(100_000)]);
    client.terminate();
    await server.close();
  });
});

it("sharedRead must be a boolean", () => {
  expect(() => new WebSocketServer({ sharedRead: 1 as unknown as boolean })).toThrow(
    "sharedRead must be a boolean",
  );
});
