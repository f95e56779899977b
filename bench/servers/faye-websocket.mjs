import http from "node:http";
import WebSocket from "faye-websocket";
import { control } from "./control.mjs";

const receivers = new Set();
const server = http.createServer();
server.on("upgrade", (request, transport, rest) => {
  const socket = new WebSocket(request, transport, rest, null, { maxLength: 64 * 1024 * 1024 });
  socket.on("error", () => {});
  if (request.url === "/recv") {
    receivers.add(socket);
    socket.on("close", () => receivers.delete(socket));
  } else if (request.url === "/send") {
    socket.on("message", (event) => {
      for (const receiver of receivers) receiver.send(event.data);
    });
  } else {
    socket.on("message", (event) => socket.send(event.data));
  }
});
server.listen({ port: 0, host: "127.0.0.1", backlog: 4096 }, () => control(server.address().port));
