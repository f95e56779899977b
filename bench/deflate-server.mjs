/*
 * What compression costs a server. Run: node --expose-gc bench/deflate-server.mjs idle [CONNECTIONS MESSAGES] | turn | stream
 *
 * idle    connections (10,000, after `ulimit -n 12000`) that have each exchanged messages (one): resident bytes for each, with deflate and without
 * turn    the longest turns of the event loop that a chunk of 64 KiB can cause, and a send, in CPU time
 * stream  1 GiB in one compressed message through `delivery: "pieces"`
 */
import { spawn, spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { constants, createDeflateRaw, deflateRawSync } from "node:zlib";
import { build } from "tsup";

const [mode, connections = 10_000, messages = 1, variant, place] = process.argv.slice(2);
const outDir = mkdtempSync(join(tmpdir(), "handfast-bench-"));
const entry = { index: "src/index.ts", core: "src/core.ts", codec: "src/deflate/codec.ts" };
const outExtension = () => ({ js: ".mjs" });
await build({ entry, outDir, format: ["esm"], outExtension, silent: true, config: false });
const load = (name) => import(pathToFileURL(join(outDir, `${name}.mjs`)).href);
const [{ WebSocketServer }, { Connection }, { Codec, CodecMemory }] = await Promise.all(
  ["index", "core", "codec"].map(load),
);
rmSync(outDir, { recursive: true });

const flush = { finishFlush: constants.Z_SYNC_FLUSH };
const deflated = (data, options) => deflateRawSync(data, { ...flush, ...options }).subarray(0, -4);

function frame(first, payload) {
  const { length } = payload;
  const size =
    length < 126 ? [0x80 | length] : length < 65_536 ? [0xfe, length >> 8, length & 255] : undefined;
  if (size !== undefined) return Buffer.concat([Buffer.from([first, ...size, 0, 0, 0, 0]), payload]);
  const header = Buffer.alloc(14);
  header.writeUInt16BE((first << 8) | 0xff);
  header.writeBigUInt64BE(BigInt(length), 2);
  return Buffer.concat([header, payload]);
}

const agreed = {
  serverNoContextTakeover: true,
  clientNoContextTakeover: true,
  serverMaxWindowBits: 15,
  clientMaxWindowBits: 15,
};
function connection(options) {
  const codec = new Codec(new CodecMemory(), agreed, "server", 0);
  return new Connection({ role: "server", codec, ...options });
}

const HEAD =
  "GET / HTTP/1.1\r\nHost: a\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n" +
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\nSec-WebSocket-Extensions: permessage-deflate\r\n\r\n";

/** The clients' process: tells when all have exchanged their messages, and is then ended. */
async function crowd(path, withDeflate) {
  const message = Buffer.from(JSON.stringify({ hello: "x".repeat(400) }));
  const sent = withDeflate ? frame(0xc1, deflated(message)) : frame(0x81, message);
  const exchange = (client, octets) => new Promise((resolve) => client.once("data", resolve).write(octets));
  const clients = [];
  for (let i = 0; i < Number(connections); i++) {
    const client = net.connect({ path });
    await new Promise((resolve) => client.once("connect", resolve));
    await exchange(client, HEAD);
    clients.push(client);
  }
  for (let i = 0; i < Number(messages); i++)
    await Promise.all(clients.map((client) => exchange(client, sent)));
  console.log("all");
}

const again = (what, ...more) => [process.argv[1], what, connections, messages, ...more].map(String);

async function idle(withDeflate) {
  const server = new WebSocketServer({
    perMessageDeflate: withDeflate,
    message: (socket, data) => void socket.send(data),
  });
  const path = join(tmpdir(), `handfast-${process.pid}.sock`);
  await server.listen({ path });
  globalThis.gc();
  const before = process.memoryUsage().rss;
  const clients = spawn(process.execPath, again("crowd", withDeflate ? "deflate" : "none", path));
  await new Promise((resolve, reject) => clients.stdout.once("data", resolve).once("end", reject));
  globalThis.gc();
  globalThis.gc();
  const open = server.stats().connections;
  console.log(`${((process.memoryUsage().rss - before) / open).toFixed(0)} (${open})`);
  clients.kill();
  rmSync(path);
  process.exit();
}

/** CPU time of this process in ms: turns are measured by it, because others use the machine. */
function cpu() {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

function turn() {
  const chunk = (payload) => {
    const one = frame(0xc2, payload);
    return Buffer.concat(Array.from({ length: Math.max(1, Math.floor(65_536 / one.length)) }, () => one));
  };
  const noise = Buffer.from(
    Array.from({ length: 60_000 }, (_, i) => (Math.imul(i, 2_654_435_761) >>> 13) & 255),
  );
  const words = Buffer.from(
    Array.from({ length: 20_000 }, (_, i) => `"key${(i * 7919) % 997}":${i}`).join(","),
  );
  const dynamic = deflated(words.subarray(0, 90), { level: 9, strategy: constants.Z_DEFAULT_STRATEGY });
  const emptyBlocks = Buffer.alloc(65_000, Buffer.from("0208208000", "hex"));
  const cases = {
    "zeros, 64 MiB": chunk(deflated(Buffer.alloc(64 << 20), { level: 9 })),
    "words, 200 KB": chunk(deflated(words.subarray(0, 200_000))),
    noise: chunk(deflated(noise)),
    "messages of 90 bytes": chunk(dynamic),
    "empty messages": chunk(Buffer.from([0])),
    "empty blocks": chunk(emptyBlocks),
  };
  for (const [name, octets] of Object.entries(cases)) {
    let [worst, turns] = [0, 0];
    for (let round = 0; round < 15; round++) {
      const end = connection({ maxPayload: 2 ** 30 });
      end.receive(octets);
      turns = 0;
      do {
        const from = cpu();
        for (let event = end.next(); event !== undefined; event = end.next());
        // The first rounds warm up.
        if (round >= 5) worst = Math.max(worst, cpu() - from);
        turns++;
      } while (end.inputPending);
    }
    console.log(`${name}: ${turns} turns, the longest ${worst.toFixed(1)} ms`);
  }
  const samples = { noise: Buffer.concat(Array.from({ length: 18 }, () => noise)), words };
  for (const [name, data] of Object.entries(samples)) {
    const bytes = Buffer.concat([data, data, data, data]).subarray(0, 1 << 20);
    for (const takeover of [false, true]) {
      const parameters = { ...agreed, serverNoContextTakeover: !takeover };
      const deflater = new Codec(new CodecMemory(), parameters, "server", 0).takeDeflater();
      let worst = 0;
      for (let round = 0; round < 8; round++) {
        const from = cpu();
        deflater.deflate(bytes, true);
        if (round >= 3) worst = Math.max(worst, cpu() - from);
      }
      console.log(`send of ${bytes.length} bytes, ${name}, takeover ${takeover}: ${worst.toFixed(1)} ms`);
    }
  }
}

async function stream() {
  const GIB = 2 ** 30;
  const words = Buffer.from(
    Array.from({ length: 80_000 }, (_, i) => `"key${(i * 7919) % 997}":${i}`).join(","),
  );
  const end = connection({ delivery: "pieces", maxPayload: 2 * GIB });
  const sender = createDeflateRaw({ level: 1 });
  const started = performance.now();
  let [total, sent, most, first] = [0, 0, 0, 0x42];
  globalThis.gc?.();
  const before = process.memoryUsage().rss;
  const receive = (payload, last) => {
    end.receive(frame(last ? 0x80 : first, payload));
    first = 0;
    do {
      for (let event = end.next(); event !== undefined; event = end.next()) {
        if (event.type !== "piece") throw new Error(event.reason);
        total += event.bytes.length;
      }
    } while (end.inputPending);
    most = Math.max(most, process.memoryUsage().rss);
  };
  sender.on("data", (chunk) => receive(chunk, false));
  for (; sent < GIB; sent += words.length)
    if (!sender.write(words)) await new Promise((resolve) => sender.once("drain", resolve));
  await new Promise((resolve) => sender.once("end", resolve).end());
  receive(Buffer.from([0]), true);
  const seconds = (performance.now() - started) / 1000;
  console.log(
    `${total} of ${sent} bytes in ${seconds.toFixed(1)} s with zlib's deflating, memory grew by ${((most - before) / 2 ** 20).toFixed(1)} MiB`,
  );
}

if (mode === "crowd") await crowd(place, variant === "deflate");
else if (mode === "idle" && variant !== undefined) await idle(variant === "deflate");
else if (mode === "idle") {
  for (const each of ["deflate", "none", "deflate", "none"]) {
    const run = spawnSync(process.execPath, ["--expose-gc", ...again("idle", each)]);
    console.log(`${each}: ${run.stdout.toString().trim()}${run.stderr.toString()}`);
  }
} else if (mode === "stream") await stream();
else turn();
