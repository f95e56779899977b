/*
 * A server that says what it takes to be sent bombs: node --expose-gc bomb-server.mjs DIST. Before a bomb a text says in
 * which turn its socket is destroyed (0 for never), and whether garbage is collected first. It prints its port, and for
 * each connection that is over a line of JSON: its close code, what heap and buffers held when it began, and the most
 * that they held above that, looked at in every turn of the event loop, in bytes; and those turns, the longest in ms.
 */
import { pathToFileURL } from "node:url";

const { WebSocketServer } = await import(pathToFileURL(process.argv[2]).href);

const held = () => {
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return { all: heapUsed + arrayBuffers, buffers: arrayBuffers };
};
let before;
let peak;
let buffers;
let turns = 0;
let destroyAt = 0;
let longest = 0;
let last = 0;
let looking = false;
function look() {
  const now = held();
  peak = Math.max(peak, now.all - before.all);
  buffers = Math.max(buffers, now.buffers - before.buffers);
  turns++;
  if (turns === destroyAt) for (const socket of server.sockets) socket.terminate();
  const time = performance.now();
  longest = Math.max(longest, time - last);
  last = time;
  looking = server.sockets.size > 0;
  if (looking) setImmediate(look);
}
const server = new WebSocketServer({
  maxPayload: 64 * 1024 * 1024,
  perMessageDeflate: { threshold: 0 },
  message(socket, message) {
    if (message.type !== "text") return;
    const [turn, collect] = JSON.parse(message.text);
    destroyAt = turn;
    // The second waits for the sweeping that the first has left behind.
    if (collect) globalThis.gc();
    if (collect) globalThis.gc();
    before = held();
    peak = buffers = turns = longest = 0;
    last = performance.now();
    if (!looking) setImmediate(look);
    looking = true;
    socket.send("begun");
  },
  close(_socket, code) {
    console.log(JSON.stringify({ code, before: before.all, peak, buffers, turns, longest }));
  },
});
const { port } = await server.listen({ port: 0, host: "127.0.0.1" });
console.log(port);
