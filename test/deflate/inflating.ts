import { constants, deflateRawSync, type ZlibOptions } from "node:zlib";
import { expect } from "vitest";
import { Inflater } from "../../src/deflate/inflate.ts";
import { InflatePool } from "../../src/deflate/inflate-scratch.ts";

export const bytes = (hex: string): Uint8Array =>
  Uint8Array.from(Buffer.from(hex.replaceAll(" ", ""), "hex"));

export const inflater = (windowBits = 15, takeover = false): Inflater =>
  new Inflater(new InflatePool(), windowBits, takeover);

/** A message as zlib would send it. */
export const squeezed = (data: Uint8Array, options: ZlibOptions = {}): Uint8Array =>
  deflateRawSync(data, { ...options, finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4);

/** What can be read now. */
export function drain(target: Inflater): Buffer {
  const out: Buffer[] = [];
  for (let slice = target.read(); slice; slice = target.read()) out.push(Buffer.from(slice));
  return Buffer.concat(out);
}

/** Pushes the message in pieces of `size` bytes; what came out, or what was wrong. */
export function inflate(target: Inflater, message: Uint8Array, size: number = message.length): string {
  const out: Buffer[] = [];
  let from = 0;
  do {
    const to = Math.min(message.length, from + size);
    target.push(message.subarray(from, to), to === message.length);
    out.push(drain(target));
    from = to;
  } while (from < message.length && target.error === undefined);
  if (target.error !== undefined) return target.error;
  expect(target.ended).toBe(true);
  return Buffer.concat(out).toString("latin1");
}

/** Bytes of bits in the order in which they are sent. */
export const fromBits = (bits: string): Uint8Array =>
  Uint8Array.from(bits.match(/.{1,8}/g)!, (byte) => parseInt(byte.split("").toReversed().join(""), 2));
