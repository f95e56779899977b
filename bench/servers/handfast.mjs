import { control, options } from "./control.mjs";

const { WebSocketServer } = await import(options.lib ?? "handfast");
const server = new WebSocketServer({
  origin: "any",
  sharedRead: options.shared !== "0",
  maxPayload: 64 * 1024 * 1024,
  perMessageDeflate: options.deflate === "1" ? { threshold: 0 } : false,
  upgrade: (request) => ({ data: request.path === "/send" }),
  open(socket, request) {
    if (request.path === "/recv") socket.subscribe("all");
  },
  message(socket, message) {
    if (socket.data) server.publish("all", message);
    else socket.send(message);
  },
});
const { port } = await server.listen({ port: 0, host: "127.0.0.1", backlog: 4096 });
control(port);
