import { randomFillSync } from "node:crypto";

const pool = Buffer.allocUnsafe(8192);
let taken = pool.length;

/** A fresh unpredictable key. Drawn from a pool, since sections 12 and 13 need some hundred thousand of them. */
export function freshMaskingKey(): Buffer {
  if (taken === pool.length) {
    randomFillSync(pool);
    taken = 0;
  }
  const key = Buffer.from(pool.subarray(taken, taken + 4));
  taken += 4;
  return key;
}

/** XORs in place; `phase` is how many payload bytes of the same frame went before (RFC 6455, 5.3). */
export function mask(bytes: Buffer, key: Uint8Array, phase = 0): void {
  const turned = Uint8Array.from([0, 1, 2, 3], (i) => key[(i + phase) & 3]!);
  let at = 0;
  // Whole words where the memory allows it: a 16 MiB payload byte by byte costs noticeable time.
  const lead = -bytes.byteOffset & 3;
  if (bytes.length - lead >= 64) {
    for (; at < lead; at++) bytes[at]! ^= turned[at & 3]!;
    const rotated = Uint8Array.from([0, 1, 2, 3], (i) => turned[(i + lead) & 3]!);
    const word = new Uint32Array(rotated.buffer)[0]!;
    const words = new Uint32Array(bytes.buffer, bytes.byteOffset + lead, (bytes.length - lead) >>> 2);
    for (let i = 0; i < words.length; i++) words[i]! ^= word;
    at = lead + words.length * 4;
  }
  for (; at < bytes.length; at++) bytes[at]! ^= turned[at & 3]!;
}
