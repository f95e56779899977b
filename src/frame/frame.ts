import { headerSizeFor, LENGTH_TOP_BIT, LENGTH_UNCOUNTABLE, parseHeader, writeHeader } from "./header.ts";
import { mask } from "./mask.ts";
import type { Violation } from "./violation.ts";

/*
 * The simple pair: one whole frame from octets and back. It knows the grammar and no law, so it can also read and
 * write frames that must not be sent, which is what tests want. Connections do not use it: they never wait for a
 * whole frame.
 */

export interface Frame {
  readonly fin: boolean;
  /** The three reserved bits, RSV1 first: 0 to 7. */
  readonly rsv: number;
  /** 0 to 15. */
  readonly opcode: number;
  /** Present where the frame is masked: a 32-bit number, the key's first octet in its top byte. */
  readonly maskingKey: number | undefined;
  /** Not masked, whatever the wire has. */
  readonly payload: Uint8Array;
}

export interface ParsedFrame {
  readonly frame: Frame;
  /** Octets that the frame takes on the wire. */
  readonly size: number;
}

/**
 * Reads the frame that begins at `start` (RFC 6455 section 5.2). Undefined when it is not whole yet; the name of a
 * violation when its length is more than can be counted. The payload is a copy.
 */
export function parseFrame(bytes: Uint8Array, start = 0): ParsedFrame | Violation | undefined {
  const header = parseHeader(bytes, start, bytes.length);
  if (header === undefined) return undefined;
  const { fin, rsv, opcode, maskingKey, length } = header;
  if (length === LENGTH_TOP_BIT) return "length-top-bit";
  if (length === LENGTH_UNCOUNTABLE) return "message-too-big";
  const from = start + header.size;
  if (bytes.length - from < length) return undefined;
  // Not slice(): a Buffer's gives a view, and the caller's octets would be unmasked in their place.
  const payload = new Uint8Array(bytes.subarray(from, from + length));
  if (maskingKey !== undefined) mask(payload, 0, length, payload, 0, maskingKey, 0);
  return { frame: { fin, rsv, opcode, maskingKey, payload }, size: header.size + length };
}

/** The octets of a frame on the wire, its length in the shortest encoding. The payload is not changed. */
export function serializeFrame(frame: Frame): Uint8Array {
  const { payload, maskingKey } = frame;
  const bytes = new Uint8Array(headerSizeFor(payload.length, maskingKey !== undefined) + payload.length);
  const first = (frame.fin ? 0x80 : 0) | ((frame.rsv & 0x7) << 4) | (frame.opcode & 0xf);
  const at = writeHeader(bytes, 0, first, payload.length, maskingKey);
  bytes.set(payload, at);
  if (maskingKey !== undefined) mask(bytes, at, bytes.length, bytes, at, maskingKey, 0);
  return bytes;
}
