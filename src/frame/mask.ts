/*
 * Masking (RFC 6455 section 5.3): octet i of the payload is XORed with octet i mod 4 of the key.
 *
 * Short payloads are XORed octet by octet, four a turn. Long ones are copied first (a copy is much faster than an
 * XOR in JavaScript) and then XORed in place by aligned 32-bit words. Both tell on the way whether every octet is
 * ASCII, which costs next to nothing here and spares texts a second pass.
 */

const LONG = 256;
const littleEndian = new Uint8Array(new Uint32Array([1]).buffer)[0] === 1;

/** The key turned so that its first octet belongs to the octet `phase` of the payload. */
const turn = (key: number, phase: number): number => {
  // Shifts are taken modulo 32: in phase 0 both give the key.
  const bits = (phase & 3) * 8;
  return (key << bits) | (key >>> (32 - bits));
};

/** The key as octets that begin at `phase` of the payload, read as a little-endian word. */
export function keyWord(key: number, phase: number): number {
  const word = turn(key, phase);
  return ((word & 0xff) << 24) | ((word & 0xff00) << 8) | ((word >>> 8) & 0xff00) | (word >>> 24);
}

/**
 * Writes the octets of `source` from `start` to `end`, masked or unmasked by `key`, to `target` from `at` on;
 * source and target may be the same octets, at the same place. `phase` is how many octets of the payload came before
 * `start`. Returns the OR of all octets written: below 0x80 where all of them are ASCII.
 */
export function mask(
  source: Uint8Array,
  start: number,
  end: number,
  target: Uint8Array,
  at: number,
  key: number,
  phase: number,
): number {
  if (end - start >= LONG) {
    if (source !== target) target.set(source.subarray(start, end), at);
    return maskWords(target, at, at + end - start, key, phase);
  }
  return maskOctets(source, start, end, target, at, turn(key, phase));
}

function maskOctets(
  source: Uint8Array,
  start: number,
  end: number,
  target: Uint8Array,
  at: number,
  key: number,
): number {
  const key0 = key >>> 24;
  const key1 = (key >>> 16) & 0xff;
  const key2 = (key >>> 8) & 0xff;
  const key3 = key & 0xff;
  const shift = at - start;
  let seen = 0;
  let i = start;
  for (const whole = start + ((end - start) & ~3); i < whole; i += 4) {
    const octet0 = source[i]! ^ key0;
    const octet1 = source[i + 1]! ^ key1;
    const octet2 = source[i + 2]! ^ key2;
    const octet3 = source[i + 3]! ^ key3;
    target[i + shift] = octet0;
    target[i + shift + 1] = octet1;
    target[i + shift + 2] = octet2;
    target[i + shift + 3] = octet3;
    seen |= octet0 | octet1 | octet2 | octet3;
  }
  for (let k = key; i < end; i++, k <<= 8) {
    const octet = source[i]! ^ (k >>> 24);
    target[i + shift] = octet;
    seen |= octet;
  }
  return seen;
}

/** Memory of which the last words are kept: short messages share theirs, and this must not hold a large one. */
const KEPT = 64 * 1024;
let keptMemory: ArrayBufferLike | undefined;
let keptWords: Uint32Array = new Uint32Array(0);

/** All of a memory as 32-bit words. Making a view costs as much as masking half a KiB. */
function wordsOf(memory: ArrayBufferLike): Uint32Array {
  const count = memory.byteLength >> 2;
  if (memory === keptMemory && keptWords.length === count) return keptWords;
  const words = new Uint32Array(memory, 0, count);
  if (memory.byteLength > KEPT) return words;
  keptMemory = memory;
  keptWords = words;
  return words;
}

/** In place, by 32-bit words where they are aligned in memory. */
function maskWords(bytes: Uint8Array, start: number, end: number, key: number, phase: number): number {
  const first = Math.min(end, start + (-(bytes.byteOffset + start) & 3));
  const count = (end - first) >> 2;
  const last = first + count * 4;
  let seen = maskOctets(bytes, start, first, bytes, start, turn(key, phase));
  const turned = turn(key, phase + first - start);
  const word = littleEndian ? keyWord(turned, 0) : turned;
  const words = wordsOf(bytes.buffer);
  const from = (bytes.byteOffset + first) >> 2;
  const to = from + count;
  let seenWords = 0;
  let i = from;
  for (const whole = from + (count & ~3); i < whole; i += 4) {
    const word0 = words[i]! ^ word;
    const word1 = words[i + 1]! ^ word;
    const word2 = words[i + 2]! ^ word;
    const word3 = words[i + 3]! ^ word;
    words[i] = word0;
    words[i + 1] = word1;
    words[i + 2] = word2;
    words[i + 3] = word3;
    seenWords |= word0 | word1 | word2 | word3;
  }
  for (; i < to; i++) {
    const masked = words[i]! ^ word;
    words[i] = masked;
    seenWords |= masked;
  }
  seen |= (seenWords | (seenWords >>> 8) | (seenWords >>> 16) | (seenWords >>> 24)) & 0xff;
  return seen | maskOctets(bytes, last, end, bytes, last, turned);
}
