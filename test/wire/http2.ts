import { once } from "node:events";
import { readFileSync } from "node:fs";
import http2, { type ClientHttp2Session, type ClientHttp2Stream, type IncomingHttpHeaders } from "node:http2";
import net, { type AddressInfo, type Socket } from "node:net";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import tls from "node:tls";
import { expect, onTestFinished } from "vitest";
import { type ListenOptions, type ServerOptions, WebSocketServer } from "../../src/index.ts";
import { RawClient } from "./client.ts";
import { Log } from "./log.ts";

/*
 * WebSocketServers that speak HTTP/2, attached to node:http2 and listening by themselves, and a client that knows no
 * WebSocket: it writes octets on streams. Servers echo unless told otherwise, and are gone when the test is over.
 */

const fixture = (name: string): Buffer => readFileSync(join(import.meta.dirname, "../fixtures", name));
/** Valid for localhost, signed by itself, known to nobody. */
export const identity: { readonly key: Buffer; readonly cert: Buffer } = {
  key: fixture("localhost.key"),
  cert: fixture("localhost.crt"),
};

/** The sample of RFC 8441 section 5.1. */
export const CONNECT: Readonly<Record<string, string>> = {
  ":method": "CONNECT",
  ":protocol": "websocket",
  ":path": "/chat",
  "sec-websocket-version": "13",
};

export type Changes = Readonly<Record<string, string | string[] | undefined>>;

/** One stream: the octets on it, and the answer's head. */
export interface StreamClient extends RawClient {
  readonly stream: ClientHttp2Stream;
  /** Rejects where the stream is reset instead of answered. */
  readonly answer: Promise<IncomingHttpHeaders & { readonly ":status"?: number }>;
}

export class Session {
  readonly http2: ClientHttp2Session;
  readonly transport: Socket;

  constructor(http2Session: ClientHttp2Session, transport: Socket) {
    this.http2 = http2Session;
    this.transport = transport;
  }

  /** An opening handshake with other fields than usual: undefined takes one out. */
  request(changes: Changes = {}): StreamClient {
    const fields = Object.entries({ ...CONNECT, ...changes }).filter(([, value]) => value !== undefined);
    const stream = this.http2.request(Object.fromEntries(fields));
    const answer = once(stream, "response").then(([headers]) => headers as IncomingHttpHeaders);
    answer.catch(() => {});
    return Object.assign(RawClient.over(stream), { stream, answer });
  }

  /** A stream whose opening handshake is done. */
  async open(changes: Changes = {}): Promise<StreamClient> {
    const client = this.request(changes);
    expect(await client.answer).toMatchObject({ ":status": 200 });
    return client;
  }
}

export interface Http2Running {
  readonly server: WebSocketServer;
  readonly log: Log;
  readonly url: string;
  /** A session whose settings have arrived. */
  readonly connect: () => Promise<Session>;
}

export type Http2Start = (options?: ServerOptions) => Promise<Http2Running>;

async function connectTo(url: string): Promise<Session> {
  const { hostname, port, protocol } = new URL(url);
  const transport = net.connect(Number(port), hostname);
  const session = http2.connect(url, {
    createConnection: () =>
      protocol === "http:"
        ? transport
        : tls.connect({ socket: transport, rejectUnauthorized: false, ALPNProtocols: ["h2"] }),
  });
  transport.on("error", () => {});
  session.on("error", () => {});
  onTestFinished(async () => {
    // Node 20's session never returns where it is destroyed from within a callback of a stream that was reset.
    await setImmediate();
    session.destroy();
  });
  await once(session, "remoteSettings");
  return new Session(session, transport);
}

export const running = (server: WebSocketServer, log: Log, url: string): Http2Running => ({
  server,
  log,
  url,
  connect: () => connectTo(url),
});

export const attachedTo =
  (create: () => http2.Http2Server | http2.Http2SecureServer, scheme: "http" | "https"): Http2Start =>
  async (options = {}) => {
    const log = new Log();
    const server = new WebSocketServer(log.watch(options));
    const httpServer = create();
    server.attach(httpServer);
    await once(httpServer.listen(0, "127.0.0.1"), "listening");
    onTestFinished(async () => {
      httpServer.close();
      await server.close();
    });
    return running(server, log, `${scheme}://127.0.0.1:${(httpServer.address() as AddressInfo).port}`);
  };

export const startAttached: Http2Start = attachedTo(() => http2.createServer(), "http");

export const startListening = async (
  options: ServerOptions = {},
  where: Partial<ListenOptions> = {},
): Promise<Http2Running> => {
  const log = new Log();
  const server = new WebSocketServer(log.watch(options));
  const { port } = await server.listen({
    port: 0,
    host: "127.0.0.1",
    tls: identity,
    http2: true,
    ...where,
  });
  onTestFinished(() => void server.close());
  return running(server, log, `https://127.0.0.1:${port}`);
};

/** The ways to a WebSocket over HTTP/2. */
export const http2Doors: readonly (readonly [door: string, start: Http2Start])[] = [
  ["attached to node:http2", startAttached],
  [
    "attached to node:http2 with TLS and HTTP/1.1",
    attachedTo(() => http2.createSecureServer({ ...identity, allowHTTP1: true }), "https"),
  ],
  ["listening by itself", startListening],
];
