// @ts-check
// Express and WebSockets on one port: the pages are Express's, /chat is a WebSocket.
import { createServer } from "node:http";
import express from "express";
import { WebSocketServer } from "handfast";
import { runFromCommandLine } from "./run.js";

/** @param {number} port */
export async function start(port) {
  const app = express();
  app.get("/", (_request, response) => void response.send("a page"));

  const server = createServer(app);
  const sockets = new WebSocketServer({
    message: (socket, message) => socket.send(message),
  });
  sockets.attach(server, { path: "/chat" });

  await new Promise((resolve) => server.listen(port, "127.0.0.1", () => resolve(undefined)));
  return {
    server,
    async close() {
      await sockets.close();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

await runFromCommandLine(import.meta.filename, start);
