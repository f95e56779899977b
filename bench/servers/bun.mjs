import { control, options } from "./control.mjs";

const deflate = options.deflate === "1";
const server = globalThis.Bun.serve({
  port: 0,
  hostname: "127.0.0.1",
  fetch(request, self) {
    const upgraded = self.upgrade(request, { data: { path: new URL(request.url).pathname } });
    return upgraded ? undefined : new Response("", { status: 400 });
  },
  websocket: {
    maxPayloadLength: 64 * 1024 * 1024,
    idleTimeout: 0,
    sendPings: false,
    backpressureLimit: 1024 * 1024 * 1024,
    perMessageDeflate: deflate ? { compress: "shared", decompress: "shared" } : false,
    open(socket) {
      if (socket.data.path === "/recv") socket.subscribe("all");
    },
    message(socket, message) {
      if (socket.data.path === "/send") server.publish("all", message, deflate);
      else socket.send(message, deflate);
    },
  },
});
control(server.port);
