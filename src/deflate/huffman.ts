/*
 * Huffman codes for what is to be sent: lengths from frequencies, and the codes themselves (RFC 1951 3.2.2).
 */

const keys = new Int32Array(288);
const ordered = new Int32Array(288);
const COMMON = 30;
const starts = new Int32Array(COMMON + 2);
const weights = new Int32Array(288);
const parents = new Int32Array(288);
const perLength = new Int32Array(33);

/**
 * Gives each symbol with a frequency above 0 a length of at most `limit` bits; the rest get 0. Where fewer
 * than two symbols occur, others get a length too: decoders want complete codes.
 * @param frequencies below 2^22 each, at most 288 of them
 */
export function codeLengths(frequencies: Int32Array, limit: number, lengths: Uint8Array): void {
  let symbols = 0;
  lengths.fill(0, 0, frequencies.length);
  for (let i = 0; i < frequencies.length; i++)
    if (frequencies[i]! > 0) keys[symbols++] = (frequencies[i]! << 9) | i;
  if (symbols < 2) {
    const only = symbols === 1 ? keys[0]! & 511 : 0;
    lengths[only] = 1;
    lengths[only === 0 ? 1 : 0] = 1;
    return;
  }
  sortKeys(symbols);
  countLengths(ordered, symbols);
  limitLengths(limit);
  // The rarest symbols come first, and get the longest codes.
  for (let length = limit, i = 0; length > 0; length--)
    for (let n = perLength[length]!; n > 0; n--) lengths[ordered[i++]! & 511] = length;
}

/** Sorts by frequency: rare symbols by counting them, the few frequent ones among themselves by insertion. */
function sortKeys(count: number): void {
  starts.fill(0);
  for (let i = 0; i < count; i++) starts[Math.min(keys[i]! >>> 9, COMMON) + 1]!++;
  for (let i = 1; i <= COMMON; i++) starts[i]! += starts[i - 1]!;
  const common = starts[COMMON]!;
  for (let i = 0; i < count; i++) ordered[starts[Math.min(keys[i]! >>> 9, COMMON)]!++] = keys[i]!;
  for (let i = common + 1; i < count; i++) {
    const key = ordered[i]!;
    let to = i;
    for (; to > common && ordered[to - 1]! > key; to--) ordered[to] = ordered[to - 1]!;
    ordered[to] = key;
  }
}

/** Builds the tree from two queues, leaves and inner nodes, both already in order; counts leaves by depth. */
function countLengths(sorted: Int32Array, symbols: number): void {
  let leaf = 0;
  let inner = 0;
  for (let node = 0; node < symbols - 1; node++) {
    let weight = 0;
    for (let child = 0; child < 2; child++) {
      if (leaf < symbols && (inner >= node || sorted[leaf]! >>> 9 <= weights[inner]!)) {
        weight += sorted[leaf++]! >>> 9;
      } else {
        weight += weights[inner]!;
        parents[inner++] = node;
      }
    }
    weights[node] = weight;
  }
  // From the root down: `weights` becomes depths, and what is not an inner node on a level is a leaf.
  perLength.fill(0);
  const root = symbols - 2;
  weights[root] = 0;
  for (let node = root - 1; node >= 0; node--) weights[node] = weights[parents[node]!]! + 1;
  let places = 1;
  for (let depth = 0, node = root; places > 0; depth++) {
    let used = 0;
    for (; node >= 0 && weights[node] === depth; node--) used++;
    perLength[Math.min(depth, 32)]! += places - used;
    places = 2 * used;
  }
}

/** Shortens what is over the limit, and lengthens others until the code is complete again. */
function limitLengths(limit: number): void {
  for (let length = limit + 1; length <= 32; length++) {
    perLength[limit]! += perLength[length]!;
    perLength[length] = 0;
  }
  let total = 0;
  for (let length = 1; length <= limit; length++) total += perLength[length]! << (limit - length);
  for (; total > 1 << limit; total--) {
    let length = limit - 1;
    while (perLength[length] === 0) length--;
    perLength[limit]!--;
    perLength[length]!--;
    perLength[length + 1]! += 2;
  }
}

const REVERSED = Uint8Array.from({ length: 256 }, (_, byte) => {
  let reversed = 0;
  for (let bit = 0; bit < 8; bit++) reversed |= ((byte >> bit) & 1) << (7 - bit);
  return reversed;
});
const nextCode = new Int32Array(17);

/** The codes in the order in which their bits are sent, in the lower 16 bits; their lengths above. */
export function assignCodes(lengths: Uint8Array, symbols: number, codes: Int32Array): void {
  nextCode.fill(0);
  for (let i = 0; i < symbols; i++) nextCode[lengths[i]! + 1]!++;
  nextCode[1] = 0;
  for (let length = 2; length <= 15; length++)
    nextCode[length] = (nextCode[length - 1]! + nextCode[length]!) << 1;
  for (let i = 0; i < symbols; i++) {
    const length = lengths[i]!;
    const code = length === 0 ? 0 : nextCode[length]!++;
    const reversed = (REVERSED[code & 255]! << 8) | REVERSED[code >>> 8]!;
    codes[i] = (length << 16) | (reversed >>> (16 - length));
  }
}
