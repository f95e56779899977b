import { control, options } from "./control.mjs";

const { WebSocketServer } = await import(options.lib ?? "handfast");
const receivers = new Set();
const server = new WebSocketServer({
  origin: "any",
  sharedRead: options.shared !== "0",
  maxPayload: 64 * 1024 * 1024,
  perMessageDeflate: options.deflate === "1" ? { threshold: 0 } : false,
  open(socket, request) {
    if (request.path === "/recv") receivers.add(socket);
  },
  message(socket, message) {
    if (receivers.size === 0) socket.send(message);
    else for (const receiver of receivers) receiver.send(message);
  },
  close(socket) {
    receivers.delete(socket);
  },
});
const { port } = await server.listen({ port: 0, host: "127.0.0.1", backlog: 4096 });
control(port);
