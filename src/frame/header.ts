/*
 * The grammar of a frame header (RFC 6455 section 5.2): can these octets be read? Whether such a header may come
 * now is the business of rules.ts.
 *
 *   octet 0   FIN RSV1 RSV2 RSV3 opcode(4)
 *   octet 1   MASK length(7); 126: 2 octets of length follow; 127: 8 octets
 *   then      the masking key, 4 octets, where MASK is set
 */

/** The longest header there is: 2 + 8 octets of length + 4 of key. */
export const MAX_HEADER_SIZE = 14;

/** RSV1 within the three reserved bits as {@link FrameHeader.rsv} gives them. */
export const RSV1 = 0x4;

/** What {@link readLength} gives for lengths that a number cannot count. */
export const LENGTH_UNCOUNTABLE: number = 2 ** 53;
/** What {@link readLength} gives where the top bit of a 64-bit length is set. */
export const LENGTH_TOP_BIT: number = Infinity;

export interface FrameHeader {
  readonly fin: boolean;
  /** The three reserved bits, RSV1 first: 0 to 7. */
  readonly rsv: number;
  /** 0 to 15. */
  readonly opcode: number;
  /** The key as one 32-bit number, its first octet in the top byte; undefined where the frame is not masked. */
  readonly maskingKey: number | undefined;
  /** Octets of payload; {@link LENGTH_UNCOUNTABLE} above 2^53 - 1, {@link LENGTH_TOP_BIT} from 2^63 on. */
  readonly length: number;
  /** Octets of the header itself: 2 to 14. */
  readonly size: number;
}

/** Octets up to the end of the length, by the header's second octet. */
export function lengthEnd(second: number): number {
  const short = second & 0x7f;
  return short < 126 ? 2 : short === 126 ? 4 : 10;
}

/** Octets of the whole header, by its second octet. */
export const headerSize = (second: number): number => lengthEnd(second) + ((second & 0x80) === 0 ? 0 : 4);

/** The payload length of the header that begins at `at`; its octets up to {@link lengthEnd} must be there. */
export function readLength(bytes: Uint8Array, at: number): number {
  const short = bytes[at + 1]! & 0x7f;
  if (short < 126) return short;
  if (short === 126) return (bytes[at + 2]! << 8) | bytes[at + 3]!;
  const high = readUint32(bytes, at + 2);
  if (high >= 0x8000_0000) return LENGTH_TOP_BIT;
  if (high > 0x1f_ffff) return LENGTH_UNCOUNTABLE;
  return high * 0x1_0000_0000 + readUint32(bytes, at + 6);
}

/** A big-endian 32-bit number, without sign. */
export const readUint32 = (bytes: Uint8Array, at: number): number =>
  ((bytes[at]! << 24) | (bytes[at + 1]! << 16) | (bytes[at + 2]! << 8) | bytes[at + 3]!) >>> 0;

function writeUint32(bytes: Uint8Array, at: number, value: number): void {
  bytes[at] = value >>> 24;
  bytes[at + 1] = value >>> 16;
  bytes[at + 2] = value >>> 8;
  bytes[at + 3] = value;
}

/** Reads the header that begins at `start`; undefined when it is not whole before `end`. */
export function parseHeader(bytes: Uint8Array, start: number, end: number): FrameHeader | undefined {
  const first = bytes[start]!;
  // Where it is not there, two octets are the least that is asked for, and too many.
  const second = bytes[start + 1]!;
  const size = headerSize(second);
  if (end - start < size) return undefined;
  return {
    fin: (first & 0x80) !== 0,
    rsv: (first >> 4) & 0x7,
    opcode: first & 0xf,
    maskingKey: (second & 0x80) === 0 ? undefined : readUint32(bytes, start + size - 4),
    length: readLength(bytes, start),
    size,
  };
}

/** Octets that a header takes in its shortest form. */
export const headerSizeFor = (length: number, masked: boolean): number =>
  (length < 126 ? 2 : length < 65536 ? 4 : 10) + (masked ? 4 : 0);

/**
 * Writes a header in its shortest form and returns the offset behind it. `first` is the whole first octet
 * (FIN, RSV and opcode); `length` at most 2^53 - 1.
 */
export function writeHeader(
  target: Uint8Array,
  at: number,
  first: number,
  length: number,
  maskingKey: number | undefined,
): number {
  const mask = maskingKey === undefined ? 0 : 0x80;
  target[at] = first;
  let next = at + 2;
  if (length < 126) {
    target[at + 1] = mask | length;
  } else if (length < 65536) {
    target[at + 1] = mask | 126;
    target[at + 2] = length >>> 8;
    target[at + 3] = length;
    next = at + 4;
  } else {
    target[at + 1] = mask | 127;
    writeUint32(target, at + 2, Math.floor(length / 0x1_0000_0000));
    writeUint32(target, at + 6, length % 0x1_0000_0000);
    next = at + 10;
  }
  if (maskingKey === undefined) return next;
  writeUint32(target, next, maskingKey);
  return next + 4;
}
