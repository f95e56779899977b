import { control } from "./control.mjs";

const { Deno } = globalThis;
const receivers = new Set();
Deno.serve({ port: 0, hostname: "127.0.0.1", onListen: ({ port }) => control(port) }, (request) => {
  const { socket, response } = Deno.upgradeWebSocket(request, { idleTimeout: 0 });
  const path = new URL(request.url).pathname;
  socket.binaryType = "arraybuffer";
  socket.addEventListener("error", () => {});
  if (path === "/recv") {
    socket.addEventListener("open", () => receivers.add(socket));
    socket.addEventListener("close", () => receivers.delete(socket));
  } else if (path === "/send") {
    socket.addEventListener("message", ({ data }) => {
      for (const receiver of receivers) receiver.send(data);
    });
  } else {
    socket.addEventListener("message", ({ data }) => socket.send(data));
  }
  return response;
});
