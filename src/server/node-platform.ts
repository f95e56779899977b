import { Buffer } from "node:buffer";
import type { Platform } from "../connection/platform.ts";

/** Node's own memory and coders. Small allocations come out of Node's pool; all are Buffers. */
export const nodePlatform: Platform = {
  allocate: (size) => Buffer.allocUnsafe(size),
  utf8Length: (text) => Buffer.byteLength(text),
  writeUtf8: (text, target, at) => {
    (target as Buffer).write(text, at, "utf8");
  },
};

/** A view of the same octets that has Node's methods. */
export const asBuffer = (bytes: Uint8Array): Buffer =>
  Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
