// @ts-check
// Fastify and WebSockets on one port. Fastify makes the HTTP server itself: app.server.
import Fastify from "fastify";
import { WebSocketServer } from "handfast";
import { runFromCommandLine } from "./run.js";

/** @param {number} port */
export async function start(port) {
  const app = Fastify();
  app.get("/", async () => "a page");

  const sockets = new WebSocketServer({
    message: (socket, message) => socket.send(message),
  });
  sockets.attach(app.server, { path: "/chat" });
  // Fastify closes its server last: the WebSockets have said goodbye by then.
  app.addHook("preClose", async () => void (await sockets.close()));

  await app.listen({ port, host: "127.0.0.1" });
  return { server: app.server, close: () => app.close() };
}

await runFromCommandLine(import.meta.filename, start);
