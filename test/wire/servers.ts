import http from "node:http";
import type { AddressInfo } from "node:net";
import { expect, onTestFinished } from "vitest";
import { type ServerOptions, WebSocketServer } from "../../src/index.ts";
import { type Address, RawClient } from "./client.ts";
import { ACCEPTED, GOOD } from "./heads.ts";
import { Log } from "./log.ts";

/*
 * The two ways to a WebSocketServer: its own listener, and an HTTP server that it is attached to. Both echo unless
 * told otherwise, and both are gone when the test is over.
 */

export interface Running {
  readonly server: WebSocketServer;
  readonly address: Address;
  readonly log: Log;
  /** Present where the server is attached. */
  readonly http?: http.Server;
  readonly connect: () => Promise<RawClient>;
  /** A client whose opening handshake is done. */
  readonly open: () => Promise<RawClient>;
}

export type Start = (options?: ServerOptions) => Promise<Running>;

export const startListening: Start = async (options = {}) => {
  const log = new Log();
  const server = new WebSocketServer(log.watch(options));
  const { port } = await server.listen({ port: 0, host: "127.0.0.1" });
  onTestFinished(async () => void (await server.close()));
  return running(server, { port, host: "127.0.0.1" }, log);
};

export const startAttached: Start = async (options = {}) => {
  const log = new Log();
  const server = new WebSocketServer(log.watch(options));
  const httpServer = http.createServer((_, response) => void response.end("ordinary"));
  server.attach(httpServer);
  await new Promise<void>((resolve) => httpServer.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    const closed = new Promise((resolve) => httpServer.close(resolve));
    httpServer.closeAllConnections();
    await server.close();
    await closed;
  });
  const { port } = httpServer.address() as AddressInfo;
  return { ...running(server, { port, host: "127.0.0.1" }, log), http: httpServer };
};

export function running(server: WebSocketServer, address: Address, log: Log): Running {
  const connect = (): Promise<RawClient> => RawClient.connect(address);
  const open = async (): Promise<RawClient> => {
    const client = await connect();
    await client.send(GOOD);
    const answer = await client.untilSize(ACCEPTED.length);
    expect(answer.toString("latin1")).toBe(ACCEPTED);
    return client;
  };
  return { server, address, log, connect, open };
}

export const doors: readonly (readonly [door: string, start: Start])[] = [
  ["listening by itself", startListening],
  ["attached to an HTTP server", startAttached],
];
