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

const count = new Int32Array(16);
const place = new Int32Array(16);
const sorted = new Uint16Array(288);

/**
 * Fills `table` for the code with `lengths[from, to)`, and returns the number of bits to index it by: at
 * most `root`. Returns -1 for a code that is over-subscribed or incomplete; as zlib does, a code of one
 * symbol of one bit passes (3.2.7 knows it for distances), and a code without symbols where `mayBeEmpty`.
 */
export function buildTable(
  table: Int32Array,
  root: number,
  entries: Int32Array,
  lengths: Uint8Array,
  from: number,
  to: number,
  mayBeEmpty: boolean,
): number {
  count.fill(0);
  for (let i = from; i < to; i++) count[lengths[i]!]!++;
  let max = 15;
  while (max > 0 && count[max] === 0) max--;
  let left = 1;
  let symbols = 0;
  for (let bits = 1; bits <= 15; bits++) {
    left = (left << 1) - count[bits]!;
    if (left < 0) return -1;
    place[bits] = symbols;
    symbols += count[bits]!;
  }
  if (left > 0) {
    if (max > 1 || (max === 0 && !mayBeEmpty)) return -1;
    table.fill(UNDEFINED_CODE, 0, 2);
    if (max === 0) return 1;
  }
  for (let i = from; i < to; i++) if (lengths[i] !== 0) sorted[place[lengths[i]!]!++] = i - from;
  const index = Math.min(root, max);
  fillTable(table, index, max, symbols, entries, lengths, from);
  return index;
}

/** Goes through the symbols in the order of their codes; `code` is kept with its bits reversed, as they arrive. */
function fillTable(
  table: Int32Array,
  index: number,
  max: number,
  symbols: number,
  entries: Int32Array,
  lengths: Uint8Array,
  from: number,
): void {
  const size = 1 << index;
  let code = 0;
  let prefix = -1;
  let start = 0;
  let width = 0;
  let next = size;
  for (let i = 0; i < symbols; i++) {
    const symbol = sorted[i]!;
    const length = lengths[from + symbol]!;
    const entry = entries[symbol]! | length;
    if (length <= index) {
      for (let k = code; k < size; k += 1 << length) table[k] = entry;
    } else {
      if ((code & (size - 1)) !== prefix) {
        // A new subtable: as wide as the codes that are left need to fill it.
        prefix = code & (size - 1);
        width = length - index;
        let room = (1 << width) - count[length]!;
        while (width + index < max && room > 0) room = (room << 1) - count[++width + index]!;
        start = next;
        next += 1 << width;
        table[prefix] = SUBTABLE | width | (start << 16);
      }
      for (let k = code >>> index; k < 1 << width; k += 1 << (length - index)) table[start + k] = entry;
    }
    count[length]!--;
    let bit = 1 << (length - 1);
    while ((code & bit) !== 0) bit >>>= 1;
    code = bit === 0 ? 0 : (code & (bit - 1)) | bit;
  }
}

/** A table of its own for one of the fixed codes (3.2.6). */
function fixedTable(root: number, entries: Int32Array, lengths: Uint8Array): Int32Array {
  const table = new Int32Array(1 << root);
  buildTable(table, root, entries, lengths, 0, lengths.length, false);
  return table;
}

/** Lengths of the fixed literal/length code: 8, 9, 7 and 8 bits. */
export const FIXED_LITERAL_LENGTHS: Uint8Array = new Uint8Array(288)
  .fill(8)
  .fill(9, 144, 256)
  .fill(7, 256, 280);
export const FIXED_LITERALS: Int32Array = fixedTable(9, LITERAL_ENTRIES, FIXED_LITERAL_LENGTHS);
export const FIXED_DISTANCES: Int32Array = fixedTable(5, DISTANCE_ENTRIES, new Uint8Array(32).fill(5));
