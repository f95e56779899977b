import { readUint32 } from "../frame/header.ts";
import { Opcode } from "../frame/opcode.ts";
import type { MessageEvent } from "./event.ts";
import type { Platform } from "./platform.ts";

/** Octets of the header of a masked frame with up to 125 octets. */
export const SMALL_HEADER: number = 6;

const FIN_TEXT = 0x80 | Opcode.TEXT;
const FIN_BINARY = 0x80 | Opcode.BINARY;

/**
 * The most frequent input in one go, without a trace in any state: a message of at most `maxSize` octets in one masked
 * frame, all of it there and nothing wrong with it. Undefined for everything else, which is then read step by step. Input
 * that comes octet by octet never gets here, and the properties compare its events with these.
 */
export function readSmallMessage(
  input: Uint8Array,
  at: number,
  end: number,
  maxSize: number,
  platform: Platform,
): MessageEvent | undefined {
  if (end - at < SMALL_HEADER) return undefined;
  const first = input[at]!;
  // FIN and no reserved bit.
  if (first !== FIN_TEXT && first !== FIN_BINARY) return undefined;
  const size = input[at + 1]! - 0x80;
  const next = at + SMALL_HEADER + size;
  if (size < 0 || size > maxSize || next > end) return undefined;
  const bytes = platform.allocate(size);
  const seen = platform.mask(input, at + SMALL_HEADER, next, bytes, 0, readUint32(input, at + 2), 0);
  const isText = first === FIN_TEXT;
  if (isText && seen >= 0x80 && !platform.isUtf8(bytes)) return undefined;
  return { type: "message", kind: isText ? "text" : "binary", bytes };
}
