import { randomBytes } from "node:crypto";
import { constants, deflateRawSync } from "node:zlib";

/*
 * What a client sends over and over, laid out once: frames with random masks, and the replies that an echo must give to
 * them, octet by octet, so that sending is one write and checking is one comparison of memory.
 */

const RING_SIZE = 256 * 1024;
const TEXT = 0x81;
const BINARY = 0x82;
const RSV1 = 0x40;
const SENTENCE = {
  ascii: "The quick brown fox jumps over it. ",
  utf8: "Der Füchs läuft über 東京の橋 und grüßt 🦊. ",
};

/** Messages of `size` octets: random, ASCII, text with one to four octets a character, or records as JSON. */
function makePayloads(kind, size, count) {
  if (kind === "binary") return Array.from({ length: count }, () => randomBytes(size));
  if (kind === "json") {
    return Array.from({ length: count }, (_, i) => {
      let text = "";
      for (let k = 0; text.length < size; k++) {
        text += JSON.stringify({
          id: i * 1000 + k,
          at: 1_763_000_000 + ((k * 7919) % 9973),
          name: `user${k % 37}`,
        });
      }
      return Buffer.from(text.slice(0, size));
    });
  }
  return Array.from({ length: count }, (_, i) => {
    const payload = Buffer.alloc(size, ".");
    let text = `${i} `;
    while (text.length < size) text += SENTENCE[kind];
    // Written as far as whole characters go.
    payload.write(text, "utf8");
    return payload;
  });
}

function header(first, size, masked) {
  const mask = masked ? 0x80 : 0;
  if (size < 126) return Buffer.from([first, mask | size]);
  if (size < 65_536) return Buffer.from([first, mask | 126, size >> 8, size & 0xff]);
  const bytes = Buffer.alloc(10);
  bytes[0] = first;
  bytes[1] = mask | 127;
  bytes.writeUInt32BE(size, 6);
  return bytes;
}

function clientFrame(first, payload) {
  const key = randomBytes(4);
  const masked = Buffer.from(payload);
  for (let i = 0; i < masked.length; i++) masked[i] ^= key[i & 3];
  return Buffer.concat([header(first, payload.length, true), key, masked]);
}

/** Messages one behind the other, and where each ends. */
export function layOut(messages) {
  let end = 0;
  return { bytes: Buffer.concat(messages), ends: messages.map((message) => (end += message.length)) };
}

/** `replies` is undefined where nobody can know them: with compression they are the server's choice. */
export function makeRing({ size, payload = "binary", deflate = false }) {
  const count = Math.max(2, Math.min(512, Math.floor(RING_SIZE / (size + 8))));
  const payloads = makePayloads(payload, size, count);
  const first = payload === "binary" ? BINARY : TEXT;
  const compressed = (bytes) =>
    deflateRawSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4);
  const frames = deflate
    ? payloads.map((bytes) => clientFrame(first | RSV1, compressed(bytes)))
    : payloads.map((bytes) => clientFrame(first, bytes));
  const replies = deflate
    ? undefined
    : layOut(payloads.map((bytes) => Buffer.concat([header(first, size, false), bytes])));
  return { payloads, frames: layOut(frames), replies };
}
