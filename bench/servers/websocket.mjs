import http from "node:http";
import websocket from "websocket";
import { control } from "./control.mjs";

const httpServer = http.createServer();
const server = new websocket.server({
  httpServer,
  keepalive: false,
  fragmentOutgoingMessages: false,
  maxReceivedFrameSize: 64 * 1024 * 1024,
  maxReceivedMessageSize: 64 * 1024 * 1024,
});
const receivers = new Set();
const send = (socket, message) =>
  message.type === "utf8" ? socket.sendUTF(message.utf8Data) : socket.sendBytes(message.binaryData);
server.on("request", (request) => {
  const socket = request.accept(null, request.origin);
  socket.on("error", () => {});
  if (request.resource === "/recv") {
    receivers.add(socket);
    socket.on("close", () => receivers.delete(socket));
  } else if (request.resource === "/send") {
    socket.on("message", (message) => {
      for (const receiver of receivers) send(receiver, message);
    });
  } else {
    socket.on("message", (message) => send(socket, message));
  }
});
httpServer.listen({ port: 0, host: "127.0.0.1", backlog: 4096 }, () => control(httpServer.address().port));
