import { mask } from "./mask.ts";

export interface FrameHeader {
  readonly fin: boolean;
  /** RSV1, RSV2, RSV3 as one number: 4, 2, 1. */
  readonly rsv: number;
  readonly opcode: number;
  readonly maskingKey: Buffer | undefined;
  readonly length: number;
}

export interface Frame extends FrameHeader {
  /** Unmasked. */
  readonly payload: Buffer;
}

function headerLength(header: FrameHeader): number {
  const extended = header.length < 126 ? 0 : header.length < 65536 ? 2 : 8;
  return 2 + extended + (header.maskingKey ? 4 : 0);
}

function writeHeader(out: Buffer, header: FrameHeader): number {
  const { length, maskingKey } = header;
  const masked = maskingKey ? 0x80 : 0;
  out[0] = (header.fin ? 0x80 : 0) | (header.rsv << 4) | header.opcode;
  let at = 2;
  if (length < 126) out[1] = masked | length;
  else if (length < 65536) {
    out[1] = masked | 126;
    at = out.writeUInt16BE(length, 2);
  } else {
    out[1] = masked | 127;
    at = out.writeBigUInt64BE(BigInt(length), 2);
  }
  if (maskingKey) at += maskingKey.copy(out, at);
  return at;
}

/** Any header at all, the forbidden ones included: sending those is what this suite is for. */
export function serializeHeader(header: FrameHeader): Buffer {
  const out = Buffer.allocUnsafe(headerLength(header));
  writeHeader(out, header);
  return out;
}

export function serializeFrame(frame: Omit<Frame, "length">): Buffer {
  const header = { ...frame, length: frame.payload.length };
  const start = headerLength(header);
  const out = Buffer.allocUnsafe(start + header.length);
  writeHeader(out, header);
  frame.payload.copy(out, start);
  if (frame.maskingKey) mask(out.subarray(start), frame.maskingKey);
  return out;
}
