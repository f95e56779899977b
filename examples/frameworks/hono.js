// @ts-check
// Hono on Node and WebSockets on one port, with handleUpgrade: the application itself decides which upgrade is whose.
import { serve } from "@hono/node-server";
import { WebSocketServer } from "handfast";
import { Hono } from "hono";
import { runFromCommandLine } from "./run.js";

/** @param {number} port */
export async function start(port) {
  const app = new Hono();
  app.get("/", (context) => context.text("a page"));

  const sockets = new WebSocketServer({
    message: (socket, message) => socket.send(message),
  });
  const server = await new Promise((/** @type {(server: import("node:http").Server) => void} */ resolve) => {
    const started = /** @type {import("node:http").Server} */ (
      serve({ fetch: app.fetch, port, hostname: "127.0.0.1" }, () => resolve(started))
    );
  });
  server.on("upgrade", (request, transport, head) => {
    if (request.url === "/chat") sockets.handleUpgrade(request, transport, head);
    else transport.end("HTTP/1.1 404 Not Found\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
  });

  return {
    server,
    async close() {
      await sockets.close();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

await runFromCommandLine(import.meta.filename, start);
