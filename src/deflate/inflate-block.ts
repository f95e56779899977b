/*
 * The two halves of a compressed block: its header (RFC 1951 3.2.3, 3.2.7) and its symbols (3.2.5). Both read
 * the stage without asking how far it is filled, and take back the step that went past its end.
 */
import type { InflateScratch } from "./inflate-scratch.ts";
import {
  BASE,
  buildTable,
  CODE_LENGTH_ENTRIES,
  CODE_LENGTH_ORDER,
  CodeLengths,
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

/** What is in the way: `"input"` asks for more of it. Where nothing is, the stream's state says how to go on. */
export type StepResult = "input" | "invalid" | undefined;

export function readHeader(stream: InflateScratch): StepResult {
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
    return undefined;
  }
  const valid = type === 0 ? readStored(stream) : readDynamic(stream);
  if (stream.pos > end) {
    stream.pos = start;
    stream.mode = "header";
    return "input";
  }
  return valid ? undefined : "invalid";
}

function readStored(stream: InflateScratch): boolean {
  const at = (stream.pos + 7) >>> 3;
  const length = stream.view.getUint16(at, true);
  stream.pos = (at + 4) * 8;
  if (length + stream.view.getUint16(at + 2, true) !== 0xffff) return false;
  stream.stored = length;
  stream.mode = "stored";
  return true;
}

const read = new CodeLengths();
const codeLengthTable = new Int32Array(128);
const codeLengthLengths = new Uint8Array(19);

/** Reads the two codes of a dynamic block into the stream's own tables. Every false answer is final once the bits are all there. */
function readDynamic(stream: InflateScratch): boolean {
  const { view } = stream;
  const counts = view.getInt32(stream.pos >>> 3, true) >>> (stream.pos & 7);
  const literals = (counts & 31) + 257;
  const total = literals + ((counts >>> 5) & 31) + 1;
  stream.pos += 14;
  const bits = readCodeLengthCode(stream, ((counts >>> 10) & 15) + 4);
  if (literals > 286 || total - literals > 30 || bits < 1) return false;
  const ofLiterals = readLengths(stream, (1 << bits) - 1, literals, total);
  // Incomplete reads must not spoil the tables' checks: the caller looks at the position first.
  if (ofLiterals < 1 || stream.pos > stream.end * 8) return false;
  const { literalRoom, distanceRoom } = stream;
  const { count } = read;
  const l = buildTable(literalRoom, LITERAL_ROOT, LITERAL_ENTRIES, read, 0, ofLiterals, 0);
  const d = buildTable(distanceRoom, DISTANCE_ROOT, DISTANCE_ENTRIES, read, ofLiterals, count, literals);
  stream.literals = literalRoom;
  stream.distances = distanceRoom;
  stream.literalBits = l;
  stream.distanceBits = d;
  stream.mode = "symbols";
  return Math.min(l, d) >= 0;
}

/** Reads the code that the lengths are sent by; returns the bits of its table, or less than one. */
function readCodeLengthCode(stream: InflateScratch, sent: number): number {
  const { view } = stream;
  let { pos } = stream;
  const lengths = codeLengthLengths.fill(0);
  for (let i = 0; i < sent; i++, pos += 3)
    lengths[CODE_LENGTH_ORDER[i]!] = (view.getUint16(pos >>> 3, true) >>> (pos & 7)) & 7;
  stream.pos = pos;
  read.count = 0;
  for (let symbol = 0; symbol < 19; symbol++) read.add(symbol, lengths[symbol]!);
  return buildTable(codeLengthTable, 7, CODE_LENGTH_ENTRIES, read, 0, read.count, 0);
}

/** Reads the lengths of both codes; returns how many are of literals, or 0. There must be one for the end of the block. */
function readLengths(stream: InflateScratch, mask: number, literals: number, total: number): number {
  const { view } = stream;
  const { symbols, lengths } = read;
  let { pos } = stream;
  let count = 0;
  let last = -1;
  let ofLiterals = 0;
  let hasEnd = false;
  for (let symbol = 0; symbol < total;) {
    const word = view.getInt32(pos >>> 3, true) >>> (pos & 7);
    const entry = codeLengthTable[word & mask]!;
    const used = entry & 15;
    const value = entry >>> 16;
    pos += used;
    stream.pos = pos;
    if ((entry & KIND) !== LITERAL) return 0;
    let repeat = 1;
    if (value < 16) last = value;
    else {
      const extra = value === 16 ? 2 : value === 17 ? 3 : 7;
      repeat = ((word >>> used) & ((1 << extra) - 1)) + (value === 18 ? 11 : 3);
      pos += extra;
      stream.pos = pos;
      if (value > 16) last = 0;
      if (symbol + repeat > total || last < 0) return 0;
    }
    if (last === 0) symbol += repeat;
    else
      for (; repeat > 0; repeat--, symbol++) {
        if (symbol < literals) ofLiterals++;
        if (symbol === 256) hasEnd = true;
        symbols[count] = symbol;
        lengths[count++] = last;
      }
  }
  read.count = count;
  return hasEnd ? ofLiterals : 0;
}

/**
 * The hot loop, in one piece because it is one: its state lives in local variables. A word of 32 bits at any
 * bit position has 25 good ones: enough for a whole length (20), not always for a whole distance (28).
 */
// oxlint-disable-next-line max-lines-per-function -- calls in the hot loop would cost its speed
export function decodeSymbols(stream: InflateScratch): StepResult {
  const { view, out, outView, limit, window, literals, literalBits, distances, distanceBits } = stream;
  const end = stream.end * 8;
  const literalMask = (1 << literalBits) - 1;
  const distanceMask = (1 << distanceBits) - 1;
  let { pos, op } = stream;
  let seen = 0;
  let result: StepResult = "input";
  while (op < limit) {
    let next = pos;
    let word = view.getInt32(next >>> 3, true) >>> (next & 7);
    let entry = literals[word & literalMask]!;
    if ((entry & KIND) === SUBTABLE)
      entry = literals[(entry >>> 16) + ((word >>> literalBits) & ((1 << (entry & 15)) - 1))]!;
    const used = entry & 15;
    next += used;
    if ((entry & KIND) === LITERAL) {
      if (next > end) break;
      pos = next;
      out[op++] = entry >>> 16;
      seen |= entry;
      // Literals come in runs, and the word has bits for another.
      entry = literals[(word >>> used) & literalMask]!;
      if ((entry & KIND) !== LITERAL) continue;
      next += entry & 15;
      if (next > end) break;
      pos = next;
      out[op++] = entry >>> 16;
      seen |= entry;
      continue;
    }
    let extra = (entry >>> 4) & 15;
    if ((entry & KIND) !== BASE) {
      if (next > end) break;
      pos = next;
      if (extra > 0) result = "invalid";
      else {
        stream.endBlock();
        result = undefined;
      }
      break;
    }
    const length = (entry >>> 16) + ((word >>> used) & ((1 << extra) - 1));
    next += extra;
    word = view.getInt32(next >>> 3, true) >>> (next & 7);
    entry = distances[word & distanceMask]!;
    if ((entry & KIND) === SUBTABLE)
      entry = distances[(entry >>> 16) + ((word >>> distanceBits) & ((1 << (entry & 15)) - 1))]!;
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
    if (distance >= 4 && length <= 32) {
      // Four words, although most matches are shorter: their length cannot be foreseen. What stands behind is written anew.
      let source = op - distance;
      do {
        outView.setInt32(op, outView.getInt32(source, true), true);
        outView.setInt32(op + 4, outView.getInt32(source + 4, true), true);
        outView.setInt32(op + 8, outView.getInt32(source + 8, true), true);
        outView.setInt32(op + 12, outView.getInt32(source + 12, true), true);
        op += 16;
        source += 16;
      } while (op < stop);
      op = stop;
    } else if (distance >= length) {
      out.copyWithin(op, op - distance, stop - distance);
      op = stop;
    } else if (length > 24 && distance === 1) {
      out.fill(out[op - 1]!, op, stop);
      op = stop;
    } else for (; op < stop; op++) out[op] = out[op - distance]!;
  }
  stream.pos = pos;
  stream.op = op;
  stream.seen |= seen >>> 16;
  return result;
}
