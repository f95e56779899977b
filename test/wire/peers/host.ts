import { createServer } from "node:http";
import { type AddressInfo } from "node:net";
import { once } from "node:events";
import {
  type ListenOptions,
  type ServerOptions,
  type ServerSocket,
  WebSocketServer,
} from "../../../src/index.ts";
import { Queue } from "./queue.ts";

/** How a server is reached: by a listener of its own, or attached to one of node:http. */
export type Door = "own listener" | "attached to node:http";

/** A server that sends every message back, and tells who comes and goes. */
export interface Host {
  readonly server: WebSocketServer;
  readonly url: string;
  readonly opened: Queue<ServerSocket>;
  readonly closed: Queue<{ readonly code: number; readonly reason: string }>;
  stop(): Promise<void>;
}

export async function host(door: Door, options: ServerOptions = {}, where?: ListenOptions): Promise<Host> {
  const opened = new Queue<ServerSocket>();
  const closed = new Queue<{ code: number; reason: string }>();
  const server = new WebSocketServer({
    open: (socket) => opened.push(socket),
    message: (socket, message) => void socket.send(message),
    close: (_, code, reason) => closed.push({ code, reason }),
    ...options,
  });
  if (door === "own listener") {
    const { port } = await server.listen(where ?? { port: 0, host: "127.0.0.1" });
    const stop = async (): Promise<void> => void (await server.close());
    return { server, url: `ws://127.0.0.1:${port}/`, opened, closed, stop };
  }
  const http = createServer((_, response) => response.end("an ordinary page"));
  server.attach(http);
  await once(http.listen(0, "127.0.0.1"), "listening");
  const url = `ws://127.0.0.1:${(http.address() as AddressInfo).port}/`;
  const stop = async (): Promise<void> => {
    await server.close();
    http.closeAllConnections();
    await new Promise((resolve) => http.close(resolve));
  };
  return { server, url, opened, closed, stop };
}
