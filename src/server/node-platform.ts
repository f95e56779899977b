import { Buffer, isUtf8 } from "node:buffer";
import type { Platform } from "../connection/platform.ts";

/*
 * Memory for small payloads is cut from a pool, as Node does it for its own Buffers, in plain views: they are half the
 * work. What an application keeps of it holds at most the pool that it was cut from.
 */
const POOL_SIZE = 8 * 1024;
const POOLED = 1024;

const newPool = (): ArrayBufferLike => Buffer.allocUnsafeSlow(POOL_SIZE).buffer;
let pool: ArrayBufferLike = newPool();
let used = 0;

function allocate(size: number): Uint8Array {
  if (size > POOLED) return new Uint8Array(Buffer.allocUnsafeSlow(size).buffer);
  if (used + size > POOL_SIZE) {
    pool = newPool();
    used = 0;
  }
  const memory = new Uint8Array(pool, used, size);
  used += (size + 7) & ~7;
  return memory;
}

export const nodePlatform: Platform = {
  allocate,
  utf8Length: (text) => Buffer.byteLength(text),
  writeUtf8: (text, target, at) => {
    asBuffer(target).write(text, at, "utf8");
  },
  isUtf8,
};

/** A view of the same octets that has Node's methods. */
export const asBuffer = (bytes: Uint8Array): Buffer =>
  Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
