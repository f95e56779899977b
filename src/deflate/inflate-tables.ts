/*
 * Decoding tables for canonical Huffman codes (RFC 1951 section 3.2.2), in two levels: `root` bits of input
 * index the table; a code longer than that finds there the place and the width of its subtable.
 *
 * An entry is one number, so that a symbol costs one load:
 *   bits 0-3   length of the code in bits (of a subtable's entry: of the whole code)
 *   bits 4-7   number of extra bits
 *   bits 8-9   the kind: LITERAL, BASE (a length or a distance), STOP or SUBTABLE
 *   bits 16-31 the byte, the base value, or the subtable's offset
 */

export const LITERAL = 0;
export const BASE: number = 1 << 8;
/** The end of the block where there are no extra bits, a code that nobody defined where there is one. */
export const STOP: number = 2 << 8;
export const SUBTABLE: number = 3 << 8;
export const KIND: number = 3 << 8;
export const UNDEFINED_CODE: number = STOP | (1 << 4) | 1;

export const LITERAL_ROOT = 10;
export const DISTANCE_ROOT = 8;
/**
 * Room for any legal code. A subtable of 2^k entries holds at least k + 1 codes, so 286 symbols fill at
 * most 47 subtables of 32 behind 1,024, and 30 symbols fewer than 4 of 128 behind 256.
 */
export const LITERAL_ROOM: number = (1 << LITERAL_ROOT) + 48 * 32;
export const DISTANCE_ROOM: number = (1 << DISTANCE_ROOT) + 4 * 128;

/** Extra bits and base of the length symbols 257-285 (3.2.5). */
export const LENGTH_EXTRA: Uint8Array = Uint8Array.from({ length: 29 }, (_, i) =>
  i < 8 || i === 28 ? 0 : (i >> 2) - 1,
);
export const LENGTH_BASE: Uint16Array = Uint16Array.from({ length: 29 }, (_, i) =>
  i < 8 ? i + 3 : i === 28 ? 258 : (((i & 3) + 4) << ((i >> 2) - 1)) + 3,
);
/** Extra bits and base of the distance symbols 0-29 (3.2.5). */
export const DISTANCE_EXTRA: Uint8Array = Uint8Array.from({ length: 30 }, (_, i) =>
  i < 4 ? 0 : (i >> 1) - 1,
);
export const DISTANCE_BASE: Uint16Array = Uint16Array.from({ length: 30 }, (_, i) =>
  i < 4 ? i + 1 : (((i & 1) + 2) << ((i >> 1) - 1)) + 1,
);

/** The entries of the literal/length symbols, without the length of their code; 286 and 287 are undefined. */
export const LITERAL_ENTRIES: Int32Array = Int32Array.from({ length: 288 }, (_, symbol) => {
  if (symbol < 256) return LITERAL | (symbol << 16);
  if (symbol === 256) return STOP;
  if (symbol > 285) return STOP | (1 << 4);
  return BASE | (LENGTH_EXTRA[symbol - 257]! << 4) | (LENGTH_BASE[symbol - 257]! << 16);
});
export const DISTANCE_ENTRIES: Int32Array = Int32Array.from({ length: 32 }, (_, symbol) =>
  symbol > 29 ? STOP | (1 << 4) : BASE | (DISTANCE_EXTRA[symbol]! << 4) | (DISTANCE_BASE[symbol]! << 16),
);
/** The code length code: the symbol itself (3.2.7). */
export const CODE_LENGTH_ENTRIES: Int32Array = Int32Array.from({ length: 19 }, (_, symbol) => symbol << 16);

/** The order in which the lengths of the code length code are sent (3.2.7). */
export const CODE_LENGTH_ORDER: Uint8Array = new Uint8Array([
  16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15,
]);

/** The lengths of codes as they are read: of the symbols that have one, rising. */
export class CodeLengths {
  readonly symbols: Uint16Array = new Uint16Array(320);
  readonly lengths: Uint8Array = new Uint8Array(320);
  count = 0;

  static of(lengths: Uint8Array): CodeLengths {
    const read = new CodeLengths();
    lengths.forEach((length, symbol) => read.add(symbol, length));
    return read;
  }

  add(symbol: number, length: number): void {
    if (length > 0) {
      this.symbols[this.count] = symbol;
      this.lengths[this.count++] = length;
    }
  }
}

const count = new Int32Array(16);
const place = new Int32Array(16);
/** The entries in the order of their codes. */
const sorted = new Int32Array(288);

/**
 * Fills `table` for the code of `read[from, to)`, whose symbols count from `base` on, and returns the number of bits to
 * index it by: at most `root`, and 0 for a code without symbols. Returns -1 for a code that is over-subscribed or
 * incomplete; as zlib does, a code of one symbol of one bit passes (3.2.7 knows it for distances).
 */
export function buildTable(
  table: Int32Array,
  root: number,
  entries: Int32Array,
  read: CodeLengths,
  from: number,
  to: number,
  base: number,
): number {
  const { symbols, lengths } = read;
  count.fill(0);
  for (let i = from; i < to; i++) count[lengths[i]!]!++;
  let max = 15;
  while (max > 0 && count[max] === 0) max--;
  let left = 1;
  let before = 0;
  for (let bits = 1; bits <= max; bits++) {
    left = (left << 1) - count[bits]!;
    if (left < 0) return -1;
    place[bits] = before;
    before += count[bits]!;
  }
  if (left > 0) {
    if (max > 1) return -1;
    table.fill(UNDEFINED_CODE, 0, 2);
    if (max === 0) return 0;
  }
  for (let i = from; i < to; i++) {
    const length = lengths[i]!;
    sorted[place[length]!++] = entries[symbols[i]! - base]! | length;
  }
  const index = Math.min(root, max);
  fillTable(table, index, max);
  return index;
}

/** The code behind `code`, both with their bits reversed, as they arrive. Behind the last one nobody looks. */
function following(code: number, length: number): number {
  const zeros = ~code & ((1 << length) - 1);
  const bit = 1 << (31 - Math.clz32(zeros));
  return (code & (bit - 1)) | bit;
}

/**
 * Goes through the entries in the order of their codes. The table begins with as many as one bit asks for, and doubles
 * for each further bit.
 */
function fillTable(table: Int32Array, index: number, max: number): void {
  let code = 0;
  let done = 0;
  let size = 2;
  for (let length = 1; ; length++) {
    for (let n = count[length]!; n > 0; n--) {
      table[code] = sorted[done++]!;
      code = following(code, length);
    }
    if (length === index) break;
    if (size < 128) for (let k = 0; k < size; k++) table[size + k] = table[k]!;
    else table.copyWithin(size, 0, size);
    size *= 2;
  }
  fillSubtables(table, index, max, code, done);
}

/** The codes that are longer than the index, from the code `from` on, and their entries, from `first` on. */
function fillSubtables(table: Int32Array, index: number, max: number, from: number, first: number): void {
  const mask = (1 << index) - 1;
  let code = from;
  let done = first;
  let prefix = -1;
  let start = 0;
  let width = 0;
  let next = 1 << index;
  for (let length = index + 1; length <= max;) {
    if (count[length] === 0) {
      length++;
      continue;
    }
    if ((code & mask) !== prefix) {
      // A new subtable: as wide as the codes that are left need to fill it.
      prefix = code & mask;
      width = length - index;
      let room = (1 << width) - count[length]!;
      while (room > 0) room = (room << 1) - count[++width + index]!;
      start = next;
      next += 1 << width;
      table[prefix] = SUBTABLE | width | (start << 16);
    }
    const entry = sorted[done++]!;
    for (let k = code >>> index; k < 1 << width; k += 1 << (length - index)) table[start + k] = entry;
    count[length]!--;
    code = following(code, length);
  }
}

/** A table of its own for one of the fixed codes (3.2.6). */
function fixedTable(root: number, entries: Int32Array, lengths: Uint8Array): Int32Array {
  const table = new Int32Array(1 << root);
  const read = CodeLengths.of(lengths);
  buildTable(table, root, entries, read, 0, read.count, 0);
  return table;
}

/** Lengths of the fixed literal/length code: 8, 9, 7 and 8 bits. */
export const FIXED_LITERAL_LENGTHS: Uint8Array = new Uint8Array(288)
  .fill(8)
  .fill(9, 144, 256)
  .fill(7, 256, 280);
export const FIXED_LITERALS: Int32Array = fixedTable(9, LITERAL_ENTRIES, FIXED_LITERAL_LENGTHS);
export const FIXED_DISTANCES: Int32Array = fixedTable(5, DISTANCE_ENTRIES, new Uint8Array(32).fill(5));
