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
    "this.#maxBytes - this.#size",
    "this.#maxBytes + 1 - this.#size",
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
  // Frames (RFC 6455 sections 5.2 and 5.5).
  ["a length of 126 is refused", "frame/rules", "short === 126 ? 126 : 65536", "short === 126 ? 127 : 65536"],
  [
    "a length of 65,535 may take eight octets",
    "frame/rules",
    "short === 126 ? 126 : 65536",
    "short === 126 ? 126 : 65535",
  ],
  ["the shortest length is not asked for", "frame/rules", "!longLengthsTolerated && ", "false && "],
  ["a message over the limit is taken", "frame/rules", "length > limit", "length > limit + 1"],
  [
    "the top bit of a length is looked at by its limit alone",
    "frame/rules",
    `if (length === LENGTH_TOP_BIT) return "length-top-bit";`,
    "",
  ],
  [
    "the top bit of a length is a length like others",
    "frame/header",
    "if (high >= 0x8000_0000) return LENGTH_TOP_BIT;",
    "",
  ],
  [
    "only the lower half of a long length is read",
    "frame/header",
    "high * 0x1_0000_0000 + readUint32",
    "readUint32",
  ],
  [
    "two octets of length are read the wrong way round",
    "frame/header",
    "if (short === 126) return (bytes[at + 2]! << 8) | bytes[at + 3]!",
    "if (short === 126) return (bytes[at + 3]! << 8) | bytes[at + 2]!",
  ],
  ["a length of 126 is written in one octet", "frame/header", "if (length < 126) {", "if (length <= 126) {"],
  [
    "65,536 is written in two octets",
    "frame/header",
    "} else if (length < 65536) {",
    "} else if (length <= 65536) {",
  ],
  [
    "a server's frames are masked by no key, but say they are",
    "frame/header",
    "maskingKey === undefined ? 0 : 0x80",
    "0x80",
  ],
  ["RSV2 is not looked at", "frame/rules", "(rsv & ~allowed) !== 0", "(rsv & ~allowed & 5) !== 0"],
  [
    "RSV1 needs no agreement",
    "frame/rules",
    "rsv1Agreed && (opcode === Opcode.TEXT",
    "(opcode === Opcode.TEXT",
  ],
  ["opcode 3 is taken", "frame/opcode", "(opcode & 0x7) > 2", "(opcode & 0x7) > 3"],
  [
    "reserved control opcodes are taken",
    "frame/opcode",
    "(opcode & 0x7) > 2",
    "(opcode & 0xf) > 2 && opcode < 8",
  ],
  ["a control frame may have 126 octets", "frame/rules", "MAX_CONTROL_SIZE = 125", "MAX_CONTROL_SIZE = 126"],
  [
    "control frames of any length pass",
    "frame/rules",
    `(second & 0x7f) > MAX_CONTROL_SIZE ? "long-control"`,
    `false ? "long-control"`,
  ],
  [
    "a client need not mask",
    "frame/rules",
    "((second & 0x80) !== 0) !== fromClient",
    "(second & 0x80) !== 0 && !fromClient",
  ],
  [
    "a server may mask",
    "frame/rules",
    "((second & 0x80) !== 0) !== fromClient",
    "(second & 0x80) === 0 && fromClient",
  ],
  [
    "a continuation may begin a message",
    "frame/rules",
    `messageOpen ? undefined : "unexpected-continuation"`,
    "undefined",
  ],
  [
    "a message may begin inside another",
    "frame/rules",
    `messageOpen ? "interleaved-message" : undefined`,
    "undefined",
  ],
  [
    "the last octets of a short payload are masked from the key's first again",
    "frame/mask",
    "for (let k = key; i < end;",
    "for (let k = key << 8; i < end;",
  ],
  [
    "overlong forms of three octets are valid UTF-8",
    "frame/utf8",
    "allow(AFTER_E0, 0xa0, 0xbf",
    "allow(AFTER_E0, 0x80, 0xbf",
  ],
  ["C1 begins a character", "frame/utf8", "allow(UTF8_START, 0xc2, 0xdf", "allow(UTF8_START, 0xc1, 0xdf"],
  [
    "a character may be above U+10FFFF",
    "frame/utf8",
    "allow(AFTER_F4, 0x80, 0x8f",
    "allow(AFTER_F4, 0x80, 0xbf",
  ],
  [
    "a byte order mark is swallowed",
    "connection/assembly",
    "    const bytes = end - this.#start === memory.length ? memory",
    "    if (this.#text && memory[this.#start] === 0xef && memory[this.#start + 1] === 0xbb) this.#start += 3;\n    const bytes = end - this.#start === memory.length ? memory",
  ],
  // Closing (section 7.4).
  [
    "the code 1005 is taken",
    "frame/close-code",
    "code <= 1003) || (code >= 1007",
    "code <= 1003) || code === 1005 || (code >= 1007",
  ],
  ["the code 1015 is taken", "frame/close-code", "code <= 1014", "code <= 1015"],
  ["the code 1004 is taken", "frame/close-code", "code <= 1003", "code <= 1004"],
  ["the code 1006 is taken", "frame/close-code", "code >= 1007", "code >= 1006"],
  ["the code 999 is taken", "frame/close-code", "code >= 1000", "code >= 999"],
  ["the code 3000 is refused", "frame/close-code", "code >= 3000", "code > 3000"],
  ["the code 2999 is taken", "frame/close-code", "code >= 3000", "code >= 2999"],
  ["the code 5000 is taken", "frame/close-code", "code <= 4999", "code <= 5000"],
  [
    "a Close of one octet is an empty one",
    "frame/close-payload",
    "payload.length === 0",
    "payload.length <= 1",
  ],
  ["the reason of a Close may be anything", "frame/close-payload", "isUtf8(reason) ? ", "true ? "],
  [
    "an empty Close is answered with 1000",
    "frame/close-payload",
    "{ code: CloseCode.NO_STATUS_RECEIVED",
    "{ code: CloseCode.NORMAL_CLOSURE",
  ],
  [
    "what stands behind a Close waits to be read",
    "connection/connection",
    "    this.#inbound.discard();",
    "    if (violation !== undefined) this.#inbound.discard();",
  ],
  // Messages (section 5.4).
  [
    "a small message is not looked at as text",
    "connection/small-message",
    "isText && seen >= 0x80 && ",
    "false && ",
  ],
  [
    "fragments are not counted",
    "connection/inbound",
    "++this.#fragments > this.#options.maxFragments",
    "this.#fragments++ > this.#options.maxFragments",
  ],
  [
    "a control frame ends the message around it",
    "connection/inbound",
    "    this.#inFrame = false;\n    this.#control = undefined;",
    "    this.#inFrame = false;\n    this.#fragments = 0;\n    this.#control = undefined;",
  ],
  [
    "a continuation tells anew whether its message is compressed",
    "connection/inbound",
    "const compressed = isFirst ? (first & 0x40) !== 0 : this.#compressed;",
    "const compressed = (first & 0x40) !== 0;",
  ],
  [
    "the octet behind a cut header is lost",
    "connection/inbound",
    "this.#cutSize = this.#end - this.#at;",
    "this.#cutSize = Math.min(this.#end - this.#at, 12);",
  ],
  [
    "RSV1 goes out on continuations, too",
    "connection/outgoing",
    "this.#open === undefined ? start : Opcode.CONTINUATION",
    "this.#open === undefined ? start : start & RSV1",
  ],
  [
    "RSV1 is forgotten on a compressed message",
    "connection/outgoing",
    "FIN | RSV1 | opcodeOf(kind), deflated",
    "FIN | opcodeOf(kind), deflated",
  ],
  // Compression (RFC 7692).
  [
    "server_no_context_takeover is not granted",
    "deflate/params",
    "serverNoContextTakeover: offer.serverNoContextTakeover || !policy.serverContextTakeover",
    "serverNoContextTakeover: !policy.serverContextTakeover",
  ],
  [
    "client_no_context_takeover is not granted",
    "deflate/params",
    "clientNoContextTakeover: offer.clientNoContextTakeover || !policy.clientContextTakeover",
    "clientNoContextTakeover: !policy.clientContextTakeover",
  ],
  [
    "a parameter may come twice",
    "deflate/params",
    "!NAMES.has(name) || values.has(name)",
    "!NAMES.has(name)",
  ],
  [
    "unknown parameters are passed over",
    "deflate/params",
    "if (!NAMES.has(name) || values.has(name)) return undefined;",
    "if (values.has(name)) return undefined;\n    if (!NAMES.has(name)) continue;",
  ],
  ["window bits may be 7", "deflate/params", "[89]|1[0-5]", "[789]|1[0-5]"],
  ["window bits may have a leading zero", "deflate/params", "[89]|1[0-5]", "0?[89]|1[0-5]"],
  ["window bits may be 16", "deflate/params", "[89]|1[0-5]", "[89]|1[0-6]"],
  [
    "client_max_window_bits is answered where nobody offered it",
    "deflate/params",
    "if (offeredWindow === undefined && policy.clientMaxWindowBits < 15) return undefined;",
    "",
  ],
  [
    "an offered server window of 15 is not named",
    "deflate/params",
    "offer.serverMaxWindowBits !== undefined || serverMaxWindowBits < 15",
    "serverMaxWindowBits < 15",
  ],
  [
    "only the first offer is looked at",
    "deflate/params",
    "    if (agreement) return agreement;",
    "    return agreement;",
  ],
  ["BFINAL is not looked at", "deflate/inflate-block", "(header & 1) === 1", "false"],
  ["the window goes on behind a final block", "deflate/inflate", "final ? 0 : stream.op", "stream.op"],
  [
    "what stands behind a final block is not looked at",
    "deflate/inflate",
    "fresh + this.#trailing > 1",
    "false",
  ],
  ["the window is lost between messages", "deflate/inflate", "final ? 0 : stream.op", "0"],
  ["the window is kept where nobody agreed to it", "deflate/deflate", "    window.forget();", ""],
  [
    "the deflater reaches one octet too far",
    "deflate/deflate",
    "this.#reach = 1 << windowBits;",
    "this.#reach = (1 << windowBits) + 1;",
  ],
  [
    "a message ends with its tail",
    "deflate/deflate",
    "    if (!last) out.write(0xffff, 16);",
    "    out.write(0xffff, 16);",
  ],
  [
    "a stored block may have any complement",
    "deflate/inflate-block",
    "!== 0xffff) return false",
    "=== 0) return false",
  ],
  ["286 literal symbols are too many", "deflate/inflate-block", "literals > 286", "literals > 285"],
  [
    "31 distance symbols are allowed",
    "deflate/inflate-block",
    "total - literals > 30",
    "total - literals > 31",
  ],
  [
    "codes that are incomplete pass",
    "deflate/inflate-tables",
    "if (max > 1 || (max === 0 && !mayBeEmpty)) return -1;",
    "if (max === 0 && !mayBeEmpty) return -1;",
  ],
  // Opening handshakes (section 4).
  [
    "the key is hashed in lower case",
    "handshake/accept-key",
    "digest(key + GUID)",
    "digest(key.toLowerCase() + GUID)",
  ],
  ["the accept key has another GUID", "handshake/accept-key", "C5AB0DC85B11", "C5AB0DC85B12"],
  ["a key of 15 octets is taken", "handshake/accept-key", "{22}==$", "{20,22}={1,2}$"],
  ["two keys are looked at as one", "handshake/decide", "keys.length === 1 && isKey", "isKey"],
  [
    "a subprotocol is picked that nobody offered",
    "handshake/decide",
    "spoken?.find((name) => offer.subprotocols.includes(name))",
    "spoken?.[0]",
  ],
  [
    "a choice that nobody offered is sent",
    "handshake/decide",
    "!isToken(subprotocol) || !offer.subprotocols.includes(subprotocol)",
    "!isToken(subprotocol)",
  ],
  [
    "Connection is looked at as a whole",
    "handshake/decide",
    `hasToken(headers.get("Connection"), "upgrade")`,
    `headers.get("Connection")?.toLowerCase() === "upgrade"`,
  ],
  [
    "a part of a token is enough",
    "handshake/token",
    "element.toLowerCase() === token",
    "element.toLowerCase().startsWith(token)",
  ],
  ["a list must have no empty elements", "handshake/token", `.filter((element) => element !== "")`, ""],
  ["only the first of several headers is looked at", "handshake/headers", `values.join(", ")`, "values[0]"],
  [
    "names of headers are compared with their case",
    "handshake/headers",
    "field !== name && field.toLowerCase() !== name.toLowerCase()",
    "field !== name",
  ],
  ["a subprotocol may come twice", "handshake/subprotocol", "new Set(names).size === names.length", "true"],
  [
    "a quoted value may be no token",
    "handshake/extension-header",
    "quoted === undefined || !isToken(quoted.value)",
    "quoted === undefined",
  ],
  [
    "a comma inside quotes ends an extension",
    "handshake/extension-header",
    `if (character === '"') return`,
    `if (character === '"' || character === ",") return`,
  ],
  [
    "HTTP/1.0 is taken",
    "handshake/decide",
    `head.httpVersion !== "1.1"`,
    `head.httpVersion !== "1.1" && head.httpVersion !== "1.0"`,
  ],
  [
    "POST is taken",
    "handshake/decide",
    `head.method !== "GET"`,
    `head.method !== "GET" && head.method !== "POST"`,
  ],
  ["the version may be any number", "handshake/offer", `versions[0] === "13"`, `Number(versions[0]) >= 13`],
  [
    "a request may have a body",
    "handshake/offer",
    "lengths.length === 1 && /^0+$/",
    "lengths.length === 1 && /^[0-9]+$/",
  ],
  [
    "an origin with another port is the same",
    "handshake/origin",
    "theirs === normalAuthority(host, defaultPort)",
    'theirs.split(":")[0] === normalAuthority(host, defaultPort)?.split(":")[0]',
  ],
  [
    "a client takes any accept key",
    "handshake/client",
    "accepts.length !== 1 || accepts[0] !== acceptKey(handshake.key)",
    "accepts.length !== 1",
  ],
  [
    "a client takes a subprotocol it did not offer",
    "handshake/client",
    "chosen.length > 1 || (chosen.length === 1 && !offered.includes(chosen[0]!))",
    "chosen.length > 1",
  ],
  [
    "a name in a header may be followed by a space",
    "handshake/head",
    'colon === 0 || line[colon] !== ":"',
    "colon === 0 || !/^ *:/.test(line.slice(colon))",
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
  const env = { ...process.env, NO_COLOR: "1", HANDFAST_FUZZ_SHRINK: "no" };
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
