import { control, options } from "./control.mjs";

/* `way` is how messages are consumed: by the message hook (default), by iteration, or as streams. */

const { WebSocketServer } = await import(options.lib ?? "handfast");

const handlers = {
  upgrade: (request) => ({ data: request.path === "/send" }),
  open(socket, request) {
    if (request.path === "/recv") socket.subscribe("all");
  },
  message(socket, message) {
    if (socket.data) server.publish("all", message);
    else socket.send(message);
  },
};
const ways = {
  handlers,
  decoded: {
    message: (socket, message) => void socket.send(message.type === "text" ? message.text : message.bytes),
  },
  iteration: {
    async open(socket) {
      for await (const message of socket) socket.send(message);
    },
  },
  streams: { stream: (socket, message) => socket.sendStream(message, { type: message.type }) },
};

const server = new WebSocketServer({
  origin: "any",
  sharedRead: options.shared !== "0",
  maxPayload: 64 * 1024 * 1024,
  perMessageDeflate: options.deflate === "1" ? { threshold: 0 } : false,
  ...ways[options.way ?? "handlers"],
});
const { port } = await server.listen({ port: 0, host: "127.0.0.1", backlog: 4096 });
control(port);
