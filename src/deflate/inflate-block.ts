/*
 * The two halves of a compressed block: its header (RFC 1951 3.2.3, 3.2.7) and its symbols (3.2.5). Both read
 * the stage without asking how far it is filled, and take back the step that went past its end.
 */
import {
  BASE,
  buildTable,
  CODE_LENGTH_ENTRIES,
  CODE_LENGTH_ORDER,
  DISTANCE_ENTRIES,
  DISTANCE_ROOT,
  FIXED_DISTANCES,
  FIXED_LITERALS,
  KIND,
  LITERAL,
  LITERAL_ENTRIES,
  LITERAL_ROOT,
  SUBTABLE,
} from "./inflate-tables.ts";

/** A stream of blocks in the middle of being decoded. */
export interface InflateStream {
  readonly stage: Uint8Array;
  readonly view: DataView;
  readonly literalRoom: Int32Array;
  readonly distanceRoom: Int32Array;
  /** Position of the next bit in the stage. */
  pos: number;
  /** Bytes in the stage. */
  end: number;
  readonly out: Uint8Array;
  /** Where to write next; everything before it may be referred to. */
  op: number;
  /** Where to stop writing; the last match may go 257 bytes further. */
  readonly limit: number;
  /** The longest distance allowed, in bytes. */
  readonly window: number;
  mode: "header" | "symbols" | "stored" | "final";
  final: boolean;
  stored: number;
  literals: Int32Array;
  literalBits: number;
  distances: Int32Array;
  distanceBits: number;
}

/** `"input"` asks for more of it; `"go"` means that the stream's state says how to go on. */
export type StepResult = "input" | "go" | "invalid";

export function readHeader(stream: InflateStream): StepResult {
  const start = stream.pos;
  const end = stream.end * 8;
  if (start + 3 > end) return "input";
  const header = stream.view.getUint16(start >>> 3, true) >>> (start & 7);
  stream.final = (header & 1) === 1;
  stream.pos = start + 3;
  const type = (header >>> 1) & 3;
  if (type === 3) return "invalid";
  if (type === 1) {
    stream.literals = FIXED_LITERALS;
    stream.literalBits = 9;
    stream.distances = FIXED_DISTANCES;
    stream.distanceBits = 5;
    stream.mode = "symbols";
    return "go";
  }
  const valid = type === 0 ? readStored(stream) : readDynamic(stream);
  if (stream.pos > end) {
    stream.pos = start;
    return "input";
  }
  return valid ? "go" : "invalid";
}

function readStored(stream: InflateStream): boolean {
  const at = (stream.pos + 7) >>> 3;
  const length = stream.view.getUint16(at, true);
  stream.pos = (at + 4) * 8;
  if (length + stream.view.getUint16(at + 2, true) !== 0xffff) return false;
  if (stream.pos > stream.end * 8) return false;
  stream.stored = length;
  stream.mode = "stored";
  return true;
}

const lengths = new Uint8Array(320);
const codeLengthTable = new Int32Array(128);

/** Reads the two codes of a dynamic block into the stream's own tables. Every false answer is final once the bits are all there. */
function readDynamic(stream: InflateStream): boolean {
  const { view } = stream;
  let { pos } = stream;
  const counts = view.getInt32(pos >>> 3, true) >>> (pos & 7);
  const literals = (counts & 31) + 257;
  const distances = ((counts >>> 5) & 31) + 1;
  const codeLengths = ((counts >>> 10) & 15) + 4;
  pos += 14;
  lengths.fill(0, 0, 19);
  for (let i = 0; i < codeLengths; i++, pos += 3)
    lengths[CODE_LENGTH_ORDER[i]!] = (view.getUint16(pos >>> 3, true) >>> (pos & 7)) & 7;
  stream.pos = pos;
  if (literals > 286 || distances > 30) return false;
  const bits = buildTable(codeLengthTable, 7, CODE_LENGTH_ENTRIES, lengths, 0, 19, false);
  if (bits < 0) return false;
  const mask = (1 << bits) - 1;
  const total = literals + distances;
  for (let i = 0; i < total;) {
    const word = view.getInt32(pos >>> 3, true) >>> (pos & 7);
    const entry = codeLengthTable[word & mask]!;
    const symbol = entry >>> 16;
    const used = entry & 15;
    pos += used;
    if ((entry & KIND) !== LITERAL) {
      stream.pos = pos;
      return false;
    }
    if (symbol < 16) {
      lengths[i++] = symbol;
      continue;
    }
    const extra = symbol === 16 ? 2 : symbol === 17 ? 3 : 7;
    const repeat = ((word >>> used) & ((1 << extra) - 1)) + (symbol === 18 ? 11 : 3);
    pos += extra;
    stream.pos = pos;
    if (i + repeat > total || (symbol === 16 && i === 0)) return false;
    lengths.fill(symbol === 16 ? lengths[i - 1]! : 0, i, i + repeat);
    i += repeat;
  }
  stream.pos = pos;
  // Incomplete reads must not spoil the tables' checks: the caller looks at the position first.
  if (pos > stream.end * 8 || lengths[256] === 0) return false;
  stream.literals = stream.literalRoom;
  stream.distances = stream.distanceRoom;
  const l = buildTable(stream.literals, LITERAL_ROOT, LITERAL_ENTRIES, lengths, 0, literals, false);
  const d = buildTable(stream.distances, DISTANCE_ROOT, DISTANCE_ENTRIES, lengths, literals, total, true);
  stream.literalBits = l;
  stream.distanceBits = d;
  stream.mode = "symbols";
  return l > 0 && d > 0;
}

/**
 * The hot loop, in one piece because it is one: its state lives in local variables. A word of 32 bits at any
 * bit position has 25 good ones: enough for a whole length (20), not always for a whole distance (28).
 */
// oxlint-disable-next-line max-lines-per-function -- calls in the hot loop would cost its speed
export function decodeSymbols(stream: InflateStream): StepResult {
  const { view, out, limit, window, literals, distances } = stream;
  const end = stream.end * 8;
  const literalMask = (1 << stream.literalBits) - 1;
  const distanceMask = (1 << stream.distanceBits) - 1;
  let { pos, op } = stream;
  let result: StepResult = "input";
  while (op < limit) {
    let next = pos;
    let word = view.getInt32(next >>> 3, true) >>> (next & 7);
    let entry = literals[word & literalMask]!;
    if ((entry & KIND) === SUBTABLE)
      entry = literals[(entry >>> 16) + ((word >>> stream.literalBits) & ((1 << (entry & 15)) - 1))]!;
    const used = entry & 15;
    next += used;
    if ((entry & KIND) === LITERAL) {
      if (next > end) break;
      pos = next;
      out[op++] = entry >>> 16;
      // Literals come in runs, and the word has bits for another.
      entry = literals[(word >>> used) & literalMask]!;
      if ((entry & KIND) !== LITERAL) continue;
      next += entry & 15;
      if (next > end) break;
      pos = next;
      out[op++] = entry >>> 16;
      continue;
    }
    let extra = (entry >>> 4) & 15;
    if ((entry & KIND) !== BASE) {
      if (next > end) break;
      pos = next;
      if (extra > 0) result = "invalid";
      else {
        stream.mode = stream.final ? "final" : "header";
        result = "go";
      }
      break;
    }
    const length = (entry >>> 16) + ((word >>> used) & ((1 << extra) - 1));
    next += extra;
    word = view.getInt32(next >>> 3, true) >>> (next & 7);
    entry = distances[word & distanceMask]!;
    if ((entry & KIND) === SUBTABLE)
      entry = distances[(entry >>> 16) + ((word >>> stream.distanceBits) & ((1 << (entry & 15)) - 1))]!;
    next += entry & 15;
    extra = (entry >>> 4) & 15;
    if ((entry & KIND) !== BASE) {
      if (next <= end) result = "invalid";
      break;
    }
    // Reading again costs less than asking whether the bits of `word` suffice.
    word = view.getInt32(next >>> 3, true) >>> (next & 7);
    const distance = (entry >>> 16) + (word & ((1 << extra) - 1));
    next += extra;
    if (next > end) break;
    if (distance > op || distance > window) {
      result = "invalid";
      break;
    }
    pos = next;
    const stop = op + length;
    if (length > 24 && distance >= length) {
      out.copyWithin(op, op - distance, stop - distance);
      op = stop;
    } else if (length > 24 && distance === 1) {
      out.fill(out[op - 1]!, op, stop);
      op = stop;
    } else for (; op < stop; op++) out[op] = out[op - distance]!;
  }
  stream.pos = pos;
  stream.op = op;
  return result;
}
