import { Buffer, isAscii, isUtf8, transcode } from "node:buffer";
import { hash } from "node:crypto";
import process from "node:process";
import type { Platform } from "../connection/platform.ts";
import type { Sha1 } from "../handshake/accept-key.ts";
import { simdMask } from "./simd-mask.ts";

/*
 * Memory for small payloads is cut from a pool, as Node does it for its own Buffers, in plain views: they are half the
 * work. What an application keeps of it holds at most the pool that it was cut from.
 */
const POOL_SIZE = 16 * 1024;
const POOLED = 4 * 1024;

const newPool = (): ArrayBufferLike => Buffer.allocUnsafeSlow(POOL_SIZE).buffer;
let pool: ArrayBufferLike = newPool();
let used = 0;

/*
 * When large memory is freed, glibc gives it back to the system, which then clears each page that is taken anew: a good part
 * of what a large message costs. What is worth keeping it learns from the largest piece that was ever freed, of up to 32 MiB
 * (mallopt(3), M_MMAP_THRESHOLD). So one is taken, not touched, and left to the collector.
 */
const LARGE = 64 * 1024;
const LESSON = 32 * 1024 * 1024 - LARGE;
let taught = false;

function allocate(size: number): Uint8Array {
  if (size > LARGE && !taught) {
    taught = true;
    Buffer.allocUnsafeSlow(LESSON);
  }
  if (size > POOLED) return new Uint8Array(Buffer.allocUnsafeSlow(size).buffer);
  if (used + size > POOL_SIZE) {
    pool = newPool();
    used = 0;
  }
  const memory = new Uint8Array(pool, used, size);
  used += (size + 7) & ~7;
  return memory;
}

/** Which version of Node codes in its own way; without ICU all do. */
const major = typeof transcode === "function" ? Number(process.versions.node.split(".")[0]) : Infinity;

/** Texts of more characters are counted before they are encoded, which takes as long as encoding them. */
const MAX_UNCOUNTED = 64 * 1024;
/** Texts on their way to memory of their own. A UTF-16 code unit becomes three octets at most. */
const scratch: Buffer = Buffer.allocUnsafeSlow(3 * MAX_UNCOUNTED);
const brief = (text: string, as: "utf8" | "utf16le"): Buffer => scratch.subarray(0, scratch.write(text, as));

/** A text as UTF-8, behind `room` octets of the same memory. */
export function encodeUtf8(text: string, room: number): Uint8Array {
  const counted = text.length > MAX_UNCOUNTED;
  const bytes = encodeWide(text) ?? (counted ? undefined : brief(text, "utf8"));
  const memory = allocate(room + (bytes?.length ?? Buffer.byteLength(text)));
  if (bytes === undefined) asBuffer(memory).write(text, room);
  else memory.set(bytes, room);
  return memory.subarray(room);
}

/** Up to Node 24 a text that is not Latin-1 is encoded faster by way of UTF-16. Its first characters tell. */
const FIRST = 512;
/** ... but for a moment in several times its memory. */
const MOST = 1024 * 1024;
const BEYOND_LATIN1 = /[\u0100-\uffff]/;

function encodeWide(text: string): Uint8Array | undefined {
  if (major > 24 || text.length < FIRST || text.length > MOST) return undefined;
  if (!BEYOND_LATIN1.test(text.slice(0, FIRST))) return undefined;
  const utf16 = text.length > MAX_UNCOUNTED ? Buffer.from(text, "utf16le") : brief(text, "utf16le");
  try {
    return transcode(utf16, "utf16le", "utf8");
  } catch {
    return undefined; // There is half of a character in it.
  }
}

/** Before Node 24 a text that is not ASCII is decoded faster by way of UTF-16, from so many octets on. */
const SHORT = 256;

/** The text that octets are, which are valid UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string {
  const buffer = asBuffer(bytes);
  if (major >= 24 || bytes.length < SHORT || isAscii(bytes)) return buffer.toString("utf8");
  return transcode(buffer, "utf8", "utf16le").toString("utf16le");
}

export const nodePlatform: Platform = {
  allocate,
  utf8Length: (text) => Buffer.byteLength(text),
  writeUtf8: (text, target, at) => void asBuffer(target).write(text, at, "utf8"),
  encodeUtf8,
  isUtf8,
  mask: simdMask,
};

let lately: Uint8Array | undefined;
let latelyAsBuffer: Buffer;

/** Octets as text, each a character. */
export function latin1(bytes: Uint8Array, start: number, end: number): string {
  if (Buffer.isBuffer(bytes)) return bytes.toString("latin1", start, end);
  // The memory that all transports are read into is one view, which comes again and again.
  if (bytes !== lately) [lately, latelyAsBuffer] = [bytes, asBuffer(bytes)];
  return latelyAsBuffer.toString("latin1", start, end);
}

export const sha1: Sha1 = (text) => hash("sha1", text, "base64");

/** A view of the same octets that has Node's methods. */
export const asBuffer = (bytes: Uint8Array): Buffer =>
  Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
