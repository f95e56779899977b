import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

/*
 * npm run faults: deliberate faults, one at a time, in a copy of the sources. The properties as they run in `npm test` must
 * find each of them.
 */

/** Name, file, what stands there, and what is put there instead. */
const FAULTS = [
  [
    "a length of 65,536 is refused",
    "frame/rules",
    "short === 126 ? 126 : 65536",
    "short === 126 ? 126 : 65537",
  ],
  [
    "a length of 125 may take two octets",
    "frame/rules",
    "short === 126 ? 126 : 65536",
    "short === 126 ? 125 : 65536",
  ],
  ["the two-octet length ends at 65,534", "frame/header", "length < 65536 ? 4", "length < 65535 ? 4"],
  ["a message of the limit is too big", "frame/rules", "length > limit", "length >= limit"],
  ["RSV1 is not looked at", "frame/rules", "(rsv & ~allowed) !== 0", "(rsv & 3) !== 0"],
  ["RSV3 is not looked at", "frame/rules", "(rsv & ~allowed) !== 0", "(rsv & ~allowed & 6) !== 0"],
  [
    "RSV1 goes on every frame once agreed on",
    "frame/rules",
    "rsv1Agreed && (opcode === Opcode.TEXT || opcode === Opcode.BINARY)",
    "rsv1Agreed",
  ],
  [
    "fragmented control frames pass",
    "frame/rules",
    `(first & 0x80) === 0 ? "fragmented-control" : undefined`,
    "undefined",
  ],
  [
    "a mask begins anew in each chunk",
    "connection/inbound",
    "this.#phase = (phase + size) & 3;",
    "this.#phase = 0;",
  ],
  [
    "a long mask forgets the octets before its words",
    "frame/mask",
    "turn(key, phase + first - start)",
    "turn(key, phase)",
  ],
  [
    "only the last word tells whether all is ASCII",
    "frame/mask",
    "seenWords |= masked",
    "seenWords = masked",
  ],
  [
    "a pong answers with half a ping",
    "connection/connection",
    "this.#outbox.pong(payload)",
    "this.#outbox.pong(payload.subarray(1))",
  ],
  [
    "a pong keeps the first of many pings",
    "connection/outbox",
    "this.#latestPing = new Uint8Array(payload)",
    "this.#latestPing ??= new Uint8Array(payload)",
  ],
  [
    "UTF-8 begins anew in each piece",
    "connection/assembly",
    "from, to, this.#utf8)",
    "from, to, UTF8_START)",
  ],
  [
    "a text may end inside a character",
    "connection/assembly",
    "last && this.#text && this.#utf8 !== UTF8_START",
    "false",
  ],
  ["surrogates are valid UTF-8", "frame/utf8", "allow(AFTER_ED, 0x80, 0x9f", "allow(AFTER_ED, 0x80, 0xbf"],
  [
    "the limit is counted for each frame",
    "connection/inbound",
    "return maxPayload - declared;",
    "return maxPayload;",
  ],
  [
    "the limit of what is inflated is counted for each slice",
    "connection/inflating",
    "this.#maxPayload - this.#size",
    "this.#maxPayload",
  ],
  [
    "the server's window is granted above the offer",
    "deflate/params",
    "Math.min(offer.serverMaxWindowBits ?? 15, policy.serverMaxWindowBits)",
    "policy.serverMaxWindowBits",
  ],
  [
    "the client's window is granted above the offer",
    "deflate/params",
    "Math.min(offeredWindow ?? 15, policy.clientMaxWindowBits)",
    "policy.clientMaxWindowBits",
  ],
  [
    "a Close frame is echoed with its reason",
    "connection/connection",
    `this.#sendClose(parsed.code, "")`,
    "this.#sendClose(parsed.code, parsed.reason)",
  ],
  ["the code 1014 is refused", "frame/close-code", "code <= 1014", "code <= 1013"],
  [
    "two octets behind a final block are taken",
    "deflate/inflate",
    "fresh + this.#trailing > 1",
    "fresh + this.#trailing > 2",
  ],
  [
    "a distance may leave the agreed window",
    "deflate/inflate-block",
    "distance > op || distance > window",
    "distance > op",
  ],
  [
    "a message that ends inside a block is taken",
    "deflate/inflate",
    `this.#error = "truncated";`,
    "this.#error = undefined;",
  ],
  [
    "a line may end with LF",
    "handshake/head-reader",
    "(octet < 0x20 && octet !== TAB)",
    "(octet < 0x20 && octet !== TAB && octet !== LF)",
  ],
  [
    "the head may be one octet too large",
    "handshake/head-reader",
    "++this.#size > this.#maxBytes",
    "this.#size++ > this.#maxBytes",
  ],
  ["two Origin headers are looked at as one", "handshake/offer", "origins.length > 1", "origins.length > 2"],
  [
    "the first subprotocol that is offered is picked",
    "handshake/decide",
    "spoken?.find((name) => offer.subprotocols.includes(name))",
    "spoken && offer.subprotocols.find((name) => spoken.includes(name))",
  ],
  [
    "a busy hook gets the next message",
    "server/driver",
    "this.intake.busy = true;\n    return this.watch(result, () => {",
    "return this.watch(result, () => {",
  ],
  [
    "what was read ahead is lost with its transport",
    "server/intake",
    "abandon(): CloseEvent | undefined {",
    "abandon(): CloseEvent | undefined {\n    this.drop();",
  ],
  [
    "a destroyed transport is read on",
    "server/driver",
    "if (this.dead) return;\n    this.vitals.bytesReceived",
    "this.vitals.bytesReceived",
  ],
];

/** Where faults of a room are looked for: a part of what `npm test` runs. */
const PROPERTIES = {
  frame: ["fuzz/frame.test.ts", "fuzz/connection.test.ts", "fuzz/compression"],
  handshake: ["fuzz/handshake.test.ts", "fuzz/head.test.ts"],
  connection: ["fuzz/connection.test.ts", "fuzz/compression"],
  deflate: ["fuzz/deflate", "fuzz/compression"],
  server: ["fuzz/races"],
};

const root = join(import.meta.dirname, "..");
const { values } = parseArgs({ options: { only: { type: "string", default: "" } } });
let missed = 0;
for (const [name, file, from, to] of FAULTS.filter(([one]) => one.includes(values.only))) {
  const folder = mkdtempSync(join(tmpdir(), "handfast-fault-"));
  for (const part of ["src", "fuzz", "package.json", "tsconfig.json", "vitest.config.ts"])
    cpSync(join(root, part), join(folder, part), { recursive: true });
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  const path = join(folder, "src", `${file}.ts`);
  const source = readFileSync(path, "utf8");
  if (source.split(from).length !== 2) throw new Error(`${file}.ts does not have once: ${from}`);
  writeFileSync(
    path,
    source.replace(from, () => to),
  );
  const args = ["vitest", "run", "--project", "fuzz", "--bail", "1", ...PROPERTIES[file.split("/")[0]]];
  const env = { ...process.env, NO_COLOR: "1" };
  const { stdout, stderr } = spawnSync("npx", args, {
    cwd: folder,
    env,
    encoding: "utf8",
    maxBuffer: 2 ** 28,
  });
  const found = /FAIL\s+\|?fuzz\|?\s+(\S+) > (.*)/.exec(stdout + stderr);
  console.log(found === null ? `MISSED  ${name}` : `found   ${name}\n        by ${found[1]}: ${found[2]}`);
  if (found === null) missed++;
  rmSync(folder, { recursive: true });
}
console.log(missed === 0 ? "every fault is found" : `${missed} faults are missed`);
process.exitCode = missed === 0 ? 0 : 1;
