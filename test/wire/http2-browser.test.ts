import { once } from "node:events";
import http from "node:http";
import http2 from "node:http2";
import type { AddressInfo } from "node:net";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import {
  type ListenOptions,
  type ServerOptions,
  type UpgradeRequest,
  WebSocketServer,
} from "../../src/index.ts";
import { identity } from "./http2.ts";
import { launch, missing } from "../chromium.ts";

/*
 * Chromium speaks to our servers over HTTP/2: a page is loaded over it, and its WebSocket is a stream of the same
 * session, as the server sees it.
 */

if (missing !== undefined) console.warn(`skipped: WebSockets of Chromium over HTTP/2: ${missing}`);

const answerWithPage = (response: {
  setHeader(name: string, value: string): unknown;
  end(body: string): unknown;
}): void => {
  response.setHeader("Content-Type", "text/html");
  response.end("<!doctype html><title>page</title>");
};

interface Running {
  readonly origin: string;
  readonly server: WebSocketServer;
}

const options = (requests: UpgradeRequest[]): ServerOptions => ({
  subprotocols: ["chat"],
  perMessageDeflate: true,
  upgrade: (request) => void requests.push(request),
  message: (socket, message) => void socket.send(message),
});

const doors: [string, (given: ServerOptions) => Promise<Running>][] = [
  [
    "listening by itself",
    async (given) => {
      const server = new WebSocketServer(given);
      const pages = http.createServer((_, response) => answerWithPage(response));
      const where: ListenOptions = { port: 0, host: "localhost", tls: identity, http2: true, http: pages };
      const { port } = await server.listen(where);
      onTestFinished(() => void server.close());
      return { server, origin: `https://localhost:${port}` };
    },
  ],
  [
    "attached to node:http2",
    async (given) => {
      const server = new WebSocketServer(given);
      const pages = http2.createSecureServer({ ...identity, allowHTTP1: true }, (_, response) =>
        answerWithPage(response),
      );
      server.attach(pages);
      await once(pages.listen(0, "localhost"), "listening");
      onTestFinished(async () => {
        await server.close();
        pages.close();
      });
      return { server, origin: `https://localhost:${(pages.address() as AddressInfo).port}` };
    },
  ],
];

describe.skipIf(missing !== undefined)("Chromium over HTTP/2", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch("--ignore-certificate-errors");
  }, 30_000);
  afterAll(() => browser?.close());

  async function visit(origin: string): Promise<Page> {
    const page = await browser.newPage();
    onTestFinished(() => page.close());
    await page.goto(origin);
    return page;
  }

  it.each(doors)(
    "%s: a WebSocket is a stream of the page's session",
    async (_, start) => {
      const requests: UpgradeRequest[] = [];
      const { origin } = await start(options(requests));
      const page = await visit(origin);
      const seen = await page.evaluate(
        (url) =>
          new Promise((resolve) => {
            const socket = new WebSocket(url, ["superchat", "chat"]);
            socket.binaryType = "arraybuffer";
            const received: unknown[] = [];
            socket.onopen = () => {
              socket.send("grüezi");
              socket.send("long ".repeat(1000));
              socket.send(new Uint8Array(300_000).fill(7));
            };
            socket.onmessage = ({ data }) => {
              received.push(typeof data === "string" ? data.length : (data as ArrayBuffer).byteLength);
              if (received.length === 3) socket.close(4000, "done");
            };
            socket.onclose = ({ code, reason, wasClean }) => {
              resolve({
                received,
                code,
                reason,
                wasClean,
                protocol: socket.protocol,
                extensions: socket.extensions,
              });
            };
          }),
        `${origin.replace("https:", "wss:")}/chat?a=b`,
      );
      expect(seen).toEqual({
        received: [6, 5000, 300_000],
        code: 4000,
        reason: "",
        wasClean: true,
        protocol: "chat",
        extensions: expect.stringContaining("permessage-deflate"),
      });
      expect(
        requests.map(({ httpVersion, path, secure, origin: from }) => ({ httpVersion, path, secure, from })),
      ).toEqual([{ httpVersion: "2.0", path: "/chat?a=b", secure: true, from: origin }]);
    },
    30_000,
  );

  it("a page of another origin is refused, and the browser told so", async () => {
    const requests: UpgradeRequest[] = [];
    const [, start] = doors[0]!;
    const { origin } = await start(options(requests));
    const elsewhere = await start(options(requests));
    const page = await visit(elsewhere.origin);
    // It has a session over HTTP/2 to the server that it is a stranger to.
    const code = await page.evaluate(async (target) => {
      await fetch(target, { mode: "no-cors" });
      return new Promise((resolve) => {
        const socket = new WebSocket(target.replace("https:", "wss:"));
        socket.onclose = (event) => resolve(event.code);
      });
    }, origin);
    expect(code).toBe(1006);
    expect(requests).toEqual([]);
  }, 30_000);

  it("a server that closes says so to the page", async () => {
    const [, start] = doors[0]!;
    let tell!: () => void;
    const opened = new Promise<void>((resolve) => (tell = resolve));
    const { origin, server } = await start({ open: () => tell() });
    const page = await visit(origin);
    const closed = page.evaluate(
      (url) =>
        new Promise((resolve) => {
          const socket = new WebSocket(url);
          socket.onclose = ({ code, wasClean }) => resolve([code, wasClean]);
        }),
      origin.replace("https:", "wss:"),
    );
    await opened;
    await server.close();
    expect(await closed).toEqual([1001, true]);
  }, 30_000);
});
