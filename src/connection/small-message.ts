import { headerSizeFor, readUint32 } from "../frame/header.ts";
import { Opcode } from "../frame/opcode.ts";
import type { AssemblyOptions } from "./assembly.ts";
import type { MessageEvent } from "./event.ts";

/** The longest message that is read in one go. */
const MAX_SMALL = 4 * 1024;

const FIN_TEXT = 0x80 | Opcode.TEXT;
const FIN_BINARY = 0x80 | Opcode.BINARY;

/**
 * The most frequent input in one go, without a trace in any state: a message of at most `maxPayload` octets in one masked
 * frame, all of it there and nothing wrong with it. Undefined for everything else, which is then read step by step. Input
 * that comes octet by octet never gets here, and the properties compare its events with these.
 */
export function readSmallMessage(
  input: Uint8Array,
  at: number,
  end: number,
  { maxPayload, platform }: AssemblyOptions,
): MessageEvent | undefined {
  // The least that a masked frame has: all octets that are looked at before its size is known.
  if (end - at < 6) return undefined;
  const first = input[at]!;
  // FIN and no reserved bit.
  if (first !== FIN_TEXT && first !== FIN_BINARY) return undefined;
  const short = input[at + 1]! - 0x80;
  const size = short === 126 ? (input[at + 2]! << 8) | input[at + 3]! : short;
  // Less than 126 octets are short themselves; 127 announces 8 octets of length.
  if (short < 0 || short === 127 || size < short || size > MAX_SMALL || size > maxPayload) return undefined;
  const start = at + headerSizeFor(size, true);
  if (start + size > end) return undefined;
  const bytes = platform.allocate(size);
  const seen = platform.mask(input, start, start + size, bytes, 0, readUint32(input, start - 4), 0);
  const isText = first === FIN_TEXT;
  if (isText && seen >= 0x80 && !platform.isUtf8(bytes)) return undefined;
  return { type: "message", kind: isText ? "text" : "binary", bytes };
}
