import { Buffer } from "node:buffer";

/*
 * Octets as rows write them. Client frames carry the key 00000000 where the key is not the point, so that the
 * payload can be read.
 */

/** Octets from hexadecimal digits; white space is for the eye. */
export const hex = (digits: string): Buffer => Buffer.from(digits.replaceAll(/\s/g, ""), "hex");

/** What a server sent: its frames. Throws where the octets are not whole frames as a server must send them. */
export interface SentFrame {
  readonly first: number;
  readonly payload: Buffer;
}

export function serverFrames(bytes: Buffer): SentFrame[] {
  const frames: SentFrame[] = [];
  for (let at = 0; at < bytes.length;) {
    const [first, second] = [bytes[at]!, bytes[at + 1]!];
    if (second > 127) throw new Error("a server's frame is masked");
    const size = second < 126 ? 2 : second === 126 ? 4 : 10;
    const length =
      second < 126 ? second : size === 4 ? bytes.readUInt16BE(at + 2) : Number(bytes.readBigUInt64BE(at + 2));
    if (at + size + length > bytes.length) throw new Error("a server's frame is not whole");
    frames.push({ first, payload: bytes.subarray(at + size, at + size + length) });
    at += size + length;
  }
  return frames;
}

/** A whole unfragmented client frame with the key 00000000. */
export function clientFrame(first: number, payload: Uint8Array): Buffer {
  return Buffer.concat([clientHeader(first, payload.length), payload]);
}

/** Its header alone, with the length in its shortest encoding. */
export function clientHeader(first: number, length: number): Buffer {
  const key = Buffer.alloc(4);
  if (length < 126) return Buffer.from([first, 0x80 | length, ...key]);
  if (length < 65536) return Buffer.from([first, 0xfe, length >> 8, length & 0xff, ...key]);
  const size = Buffer.alloc(8);
  size.writeBigUInt64BE(BigInt(length));
  return Buffer.from([first, 0xff, ...size, ...key]);
}

/** An empty Close frame of a client, and the server's answer to it. */
export const CLOSE: Buffer = hex("88 80 00000000");
export const CLOSE_ANSWER: Buffer = hex("88 00");
