import { once } from "node:events";
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import type { Socket } from "node:net";
import { afterEach } from "vitest";
import { WebSocket } from "ws";
import { type ServerOptions, type ServerSocket, WebSocketServer } from "../../src/index.ts";

/*
 * A server on a free port and clients of it, all gone after each test.
 */

const servers: WebSocketServer[] = [];
const clients: WebSocket[] = [];

afterEach(async () => {
  for (const client of clients.splice(0)) client.terminate();
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

/** The head of a handshake, for clients that write octets. */
export const REQUEST: string =
  "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n" +
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

export interface Meeting {
  readonly server: WebSocketServer;
  readonly port: number;
  /** A client of it, not yet open. */
  readonly connect: (path?: string, protocols?: string[]) => WebSocket;
}

export async function meet(options: ServerOptions): Promise<Meeting> {
  const server = new WebSocketServer({ closeTimeout: 1000, ...options });
  servers.push(server);
  const { port } = await server.listen({ port: 0, host: "127.0.0.1" });
  const connect = (path = "/", protocols: string[] = []): WebSocket => {
    const client = new WebSocket(`ws://127.0.0.1:${port}${path}`, protocols, { perMessageDeflate: false });
    clients.push(client);
    return client;
  };
  return { server, port, connect };
}

/** A server's end and a client's, both open; hooks beside `open` may be given. */
export async function pair(
  options: ServerOptions = {},
): Promise<{ server: WebSocketServer; socket: ServerSocket; client: WebSocket }> {
  const opened = expected<ServerSocket>();
  const { server, connect } = await meet({ open: (socket) => opened.resolve(socket), ...options });
  const client = connect();
  client.on("error", () => {});
  await once(client, "open");
  return { server, socket: await opened.promise, client };
}

/** Waits until a transport has stopped taking what is written to it; gives what is left. */
export async function stuck(transport: Socket): Promise<number> {
  let left = -1;
  while (transport.writableLength !== left) {
    left = transport.writableLength;
    for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate);
  }
  return left;
}

/** A promise and what resolves it. */
export function expected<T = void>(): { promise: Promise<T>; resolve: (value: T) => void } {
  let resolve!: (value: T) => void;
  const promise = new Promise<T>((settle) => (resolve = settle));
  return { promise, resolve };
}

/** The client's TCP socket. */
export function transportOf(client: WebSocket): Socket {
  return (client as unknown as { _socket: Socket })._socket;
}

/** Sends several messages in one packet. */
export function sendTogether(client: WebSocket, ...messages: string[]): void {
  const transport = transportOf(client);
  transport.cork();
  for (const message of messages) client.send(message);
  transport.uncork();
}

/** Resolves with the code and reason by which a client was closed. */
export function closed(client: WebSocket): Promise<[code: number, reason: string]> {
  client.on("error", () => {});
  return new Promise((resolve) => client.on("close", (code, reason) => resolve([code, reason.toString()])));
}

export interface Refusal {
  readonly status: number | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Resolves with the answer by which a handshake was refused. */
export async function refused(client: WebSocket): Promise<Refusal> {
  client.on("error", () => {});
  const [, response] = (await once(client, "unexpected-response")) as [unknown, IncomingMessage];
  const chunks = (await response.toArray()) as Buffer[];
  return { status: response.statusCode, headers: response.headers, body: Buffer.concat(chunks).toString() };
}
