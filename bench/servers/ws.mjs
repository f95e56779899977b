import { WebSocketServer } from "ws";
import { control, options } from "./control.mjs";

const receivers = new Set();
const server = new WebSocketServer({
  port: 0,
  host: "127.0.0.1",
  backlog: 4096,
  perMessageDeflate: options.deflate === "1" ? { threshold: 0 } : false,
});
server.on("connection", (socket, request) => {
  socket.on("error", () => {});
  if (request.url === "/recv") {
    receivers.add(socket);
    socket.on("close", () => receivers.delete(socket));
  } else if (request.url === "/send") {
    socket.on("message", (data, binary) => {
      for (const receiver of receivers) receiver.send(data, { binary });
    });
  } else {
    socket.on("message", (data, binary) => socket.send(data, { binary }));
  }
});
server.on("listening", () => control(server.address().port));
