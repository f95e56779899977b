/*
 * What a connection that says nothing holds on JavaScript's heap, object by object: two snapshots of the heap, compared.
 *
 *   npm run build && (ulimit -n 8000; node --expose-gc bench/held.mjs)
 */
import { fork } from "node:child_process";
import net from "node:net";
import { text } from "node:stream/consumers";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { getHeapSnapshot } from "node:v8";
import { WebSocketServer } from "../dist/index.js";

const CONNECTIONS = 2000;
/** What is told apart, in bytes a connection. */
const LEAST = 8;
const REQUEST =
  "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n" +
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";

function connect(port) {
  for (let i = 0; i < CONNECTIONS; i++) {
    net
      .connect(port, "127.0.0.1")
      .on("error", () => {})
      .resume()
      .write(REQUEST);
  }
}

/** Bytes on the heap by kind and name. */
async function heap() {
  await wait(100);
  globalThis.gc();
  const { snapshot, nodes, strings } = JSON.parse(await text(getHeapSnapshot()));
  const { node_fields: fields, node_types: types } = snapshot.meta;
  const at = (name) => fields.indexOf(name);
  const sizes = new Map();
  for (let node = 0; node < nodes.length; node += fields.length) {
    const kind = types[0][nodes[node + at("type")]];
    // Native halves are guessed at by V8.
    if (kind === "native" || kind === "synthetic" || kind === "code") continue;
    const name = `${kind} ${strings[nodes[node + at("name")]].slice(0, 40)}`;
    sizes.set(name, (sizes.get(name) ?? 0) + nodes[node + at("self_size")]);
  }
  return sizes;
}

async function measure() {
  const server = new WebSocketServer({ message() {} });
  const { port } = await server.listen({ port: 0, host: "127.0.0.1" });
  // Once before, so that what is compiled and made once is there.
  for (const counted of [false, true]) {
    const before = await heap();
    const clients = fork(fileURLToPath(import.meta.url), [String(port)]);
    while (server.sockets.size < CONNECTIONS) await wait(20);
    await wait(500);
    const after = await heap();
    if (counted) report(before, after);
    clients.kill();
    while (server.sockets.size > 0) await wait(20);
  }
  await server.close();
}

function report(before, after) {
  const rows = [...after].map(([name, size]) => [name, (size - (before.get(name) ?? 0)) / CONNECTIONS]);
  rows.sort(([, a], [, b]) => b - a);
  for (const [name, size] of rows.filter((row) => row[1] >= LEAST)) {
    console.log(`${size.toFixed(0).padStart(6)}  ${name}`);
  }
  console.log(
    `${rows
      .reduce((sum, [, size]) => sum + size, 0)
      .toFixed(0)
      .padStart(6)}  in all`,
  );
}

if (process.argv[2] === undefined) await measure();
else connect(Number(process.argv[2]));
