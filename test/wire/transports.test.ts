import { mkdtemp, rm } from "node:fs/promises";
import http from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { WebSocketServer } from "../../src/index.ts";
import { ACCEPTED, GOOD } from "./heads.ts";
import { Log } from "./log.ts";
import { CLOSE, CLOSE_ANSWER, hex } from "./octets.ts";
import { expectRefusal } from "./refusal.ts";
import { itEach } from "./rows.ts";
import { running, startListening } from "./servers.ts";

const ORDINARY = "GET /page HTTP/1.1\r\nHost: server.example.com\r\nConnection: keep-alive\r\n\r\n";

describe("a unix socket", () => {
  it("carries a whole conversation", async () => {
    const folder = await mkdtemp(join(tmpdir(), "handfast-"));
    onTestFinished(() => rm(folder, { recursive: true }));
    const log = new Log();
    const server = new WebSocketServer(log.watch({}));
    const path = join(folder, "socket");
    expect(await server.listen({ path })).toEqual({ port: 0, host: path });
    onTestFinished(async () => void (await server.close()));
    const client = await running(server, { path }, log).open();
    await client.send(hex("81 81 00000000 61"));
    await client.send(CLOSE);
    const received = await client.untilEnded();
    expect(received.toString("latin1")).toBe(`${ACCEPTED}\x81\x01a${CLOSE_ANSWER.toString("latin1")}`);
  });
});

describe("requests that are no handshake", () => {
  it("go to the HTTP server that was given", async () => {
    const log = new Log();
    const server = new WebSocketServer(log.watch({}));
    const pages = http.createServer((request, response) => void response.end(`page ${request.url}`));
    const { port } = await server.listen({ port: 0, host: "127.0.0.1", http: pages });
    onTestFinished(async () => void (await server.close()));
    const client = await running(server, { port, host: "127.0.0.1" }, log).connect();
    await client.send(ORDINARY, 9);
    const page = await client.until((received) => received.includes("page /page"));
    expect(page.toString("latin1")).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
    const other = await running(server, { port, host: "127.0.0.1" }, log).open();
    await other.send(CLOSE);
    await other.untilEnded();
    expect(log.entries).toEqual(["open /chat", "close 1005"]);
  });

  it("are refused where there is none", async () => {
    const { connect } = await startListening();
    const client = await connect();
    await client.send(ORDINARY);
    await expectRefusal(client, { status: 426, because: /WebSocket/, headers: { Upgrade: "websocket" } });
  });
});

describe("a reset is survived", () => {
  itEach(
    [
      { name: "before the head", octets: "" },
      { name: "inside the head", octets: GOOD.slice(0, 50) },
      { name: "behind a bad head", octets: "nonsense\r\n\r\n" },
      { name: "behind the head", octets: GOOD },
      { name: "inside a frame", octets: `${GOOD}\x81\x85\0\0\0\0He` },
      { name: "behind a frame", octets: `${GOOD}\x81\x81\0\0\0\0a` },
      { name: "behind a protocol error", octets: `${GOOD}\x83` },
      { name: "behind a close frame", octets: `${GOOD}${CLOSE.toString("latin1")}` },
    ],
    async ({ octets }) => {
      const { connect, open, log } = await startListening();
      for (const pieceSize of [Infinity, 40]) {
        const client = await connect();
        await client.send(octets, pieceSize);
        client.reset();
        await client.untilClosed();
      }
      // The server goes on, and nothing of the resets is anybody's business but the close hook's.
      await open();
      expect(log.errors).toEqual([]);
    },
  );
});
