import type { Frame, FrameHeader } from "./frame.ts";
import { mask } from "./mask.ts";
import { isControl, isReserved } from "./opcode.ts";
import { protocolViolation } from "./violation.ts";

/*
 * Chunks in, frames out, nothing forgiven. A payload is gathered as the list of the pieces that came and copied
 * once when it is whole, so that a 16 MiB echo is not copied again with each chunk.
 */

export interface FrameReaderOptions {
  /** Clients must mask, servers must not (RFC 6455, 5.1). */
  readonly masked: boolean;
  /** Permessage-deflate was agreed, so RSV1 has a meaning (RFC 7692, 6). */
  readonly rsv1: () => boolean;
}

const maxLength = 1 << 30;

export class FrameReader {
  readonly #options: FrameReaderOptions;
  #chunks: Buffer[] = [];
  #size = 0;
  #header: FrameHeader | undefined;

  constructor(options: FrameReaderOptions) {
    this.#options = options;
  }

  push(chunk: Buffer): void {
    if (chunk.length === 0) return;
    this.#chunks.push(chunk);
    this.#size += chunk.length;
  }

  /** The next whole frame, or undefined until more bytes come. Throws a Violation. */
  next(): Frame | undefined {
    this.#header ??= this.#readHeader();
    const header = this.#header;
    if (!header || this.#size < header.length) return undefined;
    const payload = this.#take(header.length);
    if (header.maskingKey) mask(payload, header.maskingKey);
    this.#header = undefined;
    return { ...header, payload };
  }

  #readHeader(): FrameHeader | undefined {
    if (this.#size < 2) return undefined;
    const head = this.#peek(14);
    const short = head[1]! & 0x7f;
    const masked = (head[1]! & 0x80) !== 0;
    const lengthEnd = short === 126 ? 4 : short === 127 ? 10 : 2;
    const start = { fin: (head[0]! & 0x80) !== 0, rsv: (head[0]! >> 4) & 7, opcode: head[0]! & 15 };
    this.#check(start, short, masked);
    const end = lengthEnd + (masked ? 4 : 0);
    if (head.length < end) return undefined;
    const length = readLength(head, short);
    const maskingKey = masked ? Buffer.from(head.subarray(lengthEnd, end)) : undefined;
    this.#take(end);
    return { ...start, maskingKey, length };
  }

  #check({ fin, rsv, opcode }: Pick<FrameHeader, "fin" | "rsv" | "opcode">, short: number, masked: boolean) {
    const compressed = rsv === 4 && this.#options.rsv1() && (opcode === 1 || opcode === 2);
    if (rsv !== 0 && !compressed) throw protocolViolation(`RSV bits ${rsv} without a meaning`);
    if (isReserved(opcode)) throw protocolViolation(`reserved opcode ${opcode}`);
    if (masked !== this.#options.masked)
      throw protocolViolation(masked ? "masked frame from a server" : "unmasked frame from a client");
    if (!isControl(opcode)) return;
    if (!fin) throw protocolViolation("fragmented control frame");
    if (short > 125) throw protocolViolation("control frame of more than 125 bytes");
  }

  #peek(count: number): Buffer {
    const first = this.#chunks[0]!;
    if (first.length >= count || this.#chunks.length === 1) return first.subarray(0, count);
    return Buffer.concat(this.#chunks.slice(0, count)).subarray(0, count);
  }

  #take(count: number): Buffer {
    this.#size -= count;
    const first = this.#chunks[0];
    if (first && first.length > count) {
      this.#chunks[0] = first.subarray(count);
      return first.subarray(0, count);
    }
    let rest = count;
    let used = 0;
    while (used < this.#chunks.length && this.#chunks[used]!.length <= rest)
      rest -= this.#chunks[used++]!.length;
    const parts = this.#chunks.splice(0, used);
    if (rest > 0) {
      parts.push(this.#chunks[0]!.subarray(0, rest));
      this.#chunks[0] = this.#chunks[0]!.subarray(rest);
    }
    return parts.length === 1 ? parts[0]! : Buffer.concat(parts, count);
  }
}

function readLength(head: Buffer, short: number): number {
  if (short < 126) return short;
  const length = short === 126 ? head.readUInt16BE(2) : Number(head.readBigUInt64BE(2));
  // RFC 6455, 5.2: "the minimal number of bytes MUST be used"
  if (length < (short === 126 ? 126 : 65536)) throw protocolViolation("length not in its shortest form");
  if (length > maxLength)
    throw protocolViolation(`frame of ${length} bytes, more than this suite would ever echo`);
  return length;
}
