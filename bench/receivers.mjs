/*
 * What receivers that never read cost those that do: a broadcast to 1,000, with and without 50 of that kind.
 *
 *   npm run build && (ulimit -n 8000; node bench/receivers.mjs)
 */
import { fork } from "node:child_process";
import net from "node:net";
import { setImmediate as turn, setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { WebSocketServer } from "../dist/index.js";

const RECEIVERS = 1000;
const MESSAGES = 4000;
const SIZE = 4096;
/** A frame's header for so many octets. */
const HEADER = 4;
const REQUEST =
  "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n" +
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

/** The receivers, in a process of their own: it tells how many bytes have come. */
function receive(port, stalled) {
  let bytes = 0;
  for (let i = 0; i < RECEIVERS; i++) {
    const socket = net.connect(port, "127.0.0.1");
    socket.on("error", () => {}).write(REQUEST);
    if (i < stalled) socket.pause();
    else socket.on("data", (chunk) => (bytes += chunk.length));
  }
  setInterval(() => process.send(bytes), 5);
}

async function measure(stalled) {
  const server = new WebSocketServer({ maxBuffered: 1024 * 1024, message() {} });
  const { port } = await server.listen({ port: 0, host: "127.0.0.1" });
  const receivers = fork(fileURLToPath(import.meta.url), [String(port), String(stalled)]);
  let seen = 0;
  receivers.on("message", (bytes) => (seen = bytes));
  while (server.sockets.size < RECEIVERS) await wait(20);
  await wait(300);
  const goal = seen + (RECEIVERS - stalled) * MESSAGES * (SIZE + HEADER);
  const behind = () => [...server.sockets].filter((socket) => socket.bufferedAmount > 200_000);
  const data = new Uint8Array(SIZE);
  const [cpu, from] = [process.cpuUsage(), performance.now()];
  for (let i = 1; i <= MESSAGES; i++) {
    server.broadcast(data);
    if (i % 8 > 0) continue;
    await turn();
    while (behind().length > stalled) await turn();
  }
  const waiting = Math.max(...[...server.sockets].map((socket) => socket.bufferedAmount));
  await new Promise((done) => receivers.on("message", (bytes) => bytes >= goal && done(undefined)));
  const time = performance.now() - from;
  const { user, system } = process.cpuUsage(cpu);
  const perDelivery = (user + system) / ((RECEIVERS - stalled) * MESSAGES);
  console.log(
    `${stalled} of ${RECEIVERS} never read: ${time.toFixed(0)} ms, ${perDelivery.toFixed(2)} us of server CPU a ` +
      `delivery to the others; at most ${(waiting / 1024).toFixed(0)} KiB waited for one`,
  );
  for (const socket of server.sockets) socket.terminate();
  receivers.kill();
  await server.close();
}

if (process.argv[2] !== undefined) receive(Number(process.argv[2]), Number(process.argv[3]));
else for (const stalled of [0, 50, 0, 50]) await measure(stalled);
