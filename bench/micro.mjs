import { join } from "node:path";
import { parseArgs } from "node:util";
import { Receiver, Sender } from "ws";
import { loadBuilt } from "./built.mjs";
import { makeRing } from "./load/ring.mjs";
import { figure } from "./report/markdown.mjs";
import { median } from "./report/statistics.mjs";

/*
 * What a message costs to decode and to encode, without a network: nanoseconds of process CPU, in rounds, ours and that of
 * ws in turns. Decoding is fed with chunks of at most 64 KiB; encoding ends where the octets would be written.
 *
 * node bench/micro.mjs [--rounds N] [--sizes 16,1024] [--source FOLDER of another src]
 */

const { values: flags } = parseArgs({
  options: {
    rounds: { type: "string", default: "7" },
    sizes: { type: "string", default: "16,125,1024,16384,262144" },
    source: { type: "string", default: join(import.meta.dirname, "..", "src") },
  },
});
const modules = await loadBuilt({
  connection: join(flags.source, "connection/connection.ts"),
  outbox: join(flags.source, "connection/outbox.ts"),
  nodePlatform: join(flags.source, "server/node-platform.ts"),
});
const { Connection } = modules.connection;
const { Slab } = modules.outbox;
const { decodeUtf8, nodePlatform: platform } = modules.nodePlatform;

const CHUNK = 64 * 1024;
/** Octets of payload in one turn of a subject. */
const WORK = 8 * 1024 * 1024;
const MOST_MESSAGES = 200_000;
let sink = 0;

/** The frames of a ring, cut as a socket would give them. */
function chunksOf({ bytes }) {
  const chunks = [];
  for (let at = 0; at < bytes.length; at += CHUNK) chunks.push(bytes.subarray(at, at + CHUNK));
  return chunks;
}

function decodeHere(ring, asString) {
  const chunks = chunksOf(ring.frames);
  const connection = new Connection({ role: "server", maxPayload: 2 ** 30, platform });
  return () => {
    for (const chunk of chunks) {
      connection.receive(chunk);
      for (let event = connection.next(); event !== undefined; event = connection.next()) {
        sink += asString ? decodeUtf8(event.bytes).length : event.bytes.length;
      }
    }
  };
}

function decodeThere(ring, asString) {
  // ws unmasks in place, so that each chunk must be a new one: as it is from a socket.
  const chunks = chunksOf(ring.frames);
  const receiver = new Receiver({ isServer: true, maxPayload: 2 ** 30, allowSynchronousEvents: true });
  receiver.on("message", (data) => (sink += asString ? data.toString().length : data.length));
  return () => {
    for (const chunk of chunks) receiver.write(Buffer.from(chunk));
  };
}

function encodeHere(ring, asString) {
  const connection = new Connection({ role: "server", platform, slab: new Slab(platform.allocate) });
  const messages = asString ? ring.payloads.map((payload) => payload.toString()) : ring.payloads;
  return () => {
    for (const message of messages) {
      if (asString) connection.sendText(message);
      else connection.sendBinary(message);
    }
    for (const chunk of connection.takeOutput()) sink += chunk.length;
    connection.giveBackOutput();
  };
}

function encodeThere(ring, asString) {
  // ws leaves it to the socket to encode a string.
  const write = (chunk) => (sink += typeof chunk === "string" ? Buffer.from(chunk).length : chunk.length);
  const transport = { cork() {}, uncork() {}, write };
  const sender = new Sender(transport);
  const messages = asString ? ring.payloads.map((payload) => payload.toString()) : ring.payloads;
  return () => {
    for (const message of messages) sender.send(message, { fin: true, binary: !asString, mask: false });
  };
}

const KINDS = [
  ["binary", "binary", false],
  ["ASCII text", "ascii", false],
  ["ASCII text, decoded", "ascii", true],
  ["other text", "utf8", false],
  ["other text, decoded", "utf8", true],
];

function cost(work, messages) {
  const { user, system } = process.cpuUsage();
  const times = Math.max(1, Math.round(messages.total / messages.each));
  for (let i = 0; i < times; i++) work();
  const after = process.cpuUsage({ user, system });
  return ((after.user + after.system) * 1000) / (times * messages.each);
}

function compare(title, subjects, messages) {
  const rounds = Array.from({ length: Number(flags.rounds) + 1 }, () =>
    subjects.map((work) => cost(work, messages)),
  );
  rounds.shift(); // It warmed up.
  const [here, there] = subjects.map((_, i) => rounds.map((round) => round[i]));
  const ratios = rounds.map(([a, b]) => b / a);
  const spread = `${figure(Math.min(...ratios))} to ${figure(Math.max(...ratios))}`;
  console.log(
    `| ${title} | ${figure(median(here))} | ${figure(median(there))} | ${figure(median(ratios))} (${spread}) |`,
  );
}

console.log("| | ours, ns | ws, ns | times as cheap |\n| :-- | --: | --: | --: |");
for (const size of flags.sizes.split(",").map(Number)) {
  for (const [name, payload, asString] of KINDS) {
    const ring = makeRing({ size, payload });
    const messages = { each: ring.payloads.length, total: Math.min(MOST_MESSAGES, WORK / size) };
    const title = `${size} B, ${name}`;
    compare(`decode ${title}`, [decodeHere(ring, asString), decodeThere(ring, asString)], messages);
    // Relaying a text that was not decoded is what binary costs.
    if (payload === "binary" || asString)
      compare(`encode ${title}`, [encodeHere(ring, asString), encodeThere(ring, asString)], messages);
  }
}
if (sink === 0) throw new Error("nothing was measured");
