/*
 * The search for repetitions (LZ77, RFC 1951 section 2): turns bytes into tokens and counts their symbols.
 *
 * Strategy: a table of the last place of each hash of four bytes, and a chain from each place to the one
 * before with the same hash, of which a few links are followed. Places are absolute: they go on rising from
 * message to message, so that places of older messages are recognised by their value, and nothing is cleared.
 */
import { DISTANCE_BASE, LENGTH_BASE } from "./inflate-tables.ts";

/** Base-2 logarithm of the entries of the table of hashes, at most: as many as the window has bytes. */
const HASH_BITS = 13;
const HASH_FACTOR: number = 0x9e3779b1 | 0;
const MAX_MATCH = 258;
/** A match that is good enough not to look for a better one. */
const GOOD_MATCH = 32;
/** Places inside a match that are remembered: all of them would save 1 % of the output for 10 to 40 % more time. */
const KNOWN_PLACES = 3;
/** Behind the window, so that words may be read past its end. */
const SLACK = 8;
/** Before places reach 2^31 everything is forgotten. */
const LAST_PLACE = 2 ** 30;

export const END_OF_BLOCK = 256;

/** Length symbol (from 257) of each match length, and distance symbol: of 1-256, then of steps of 128. */
export const LENGTH_SYMBOL: Uint16Array = new Uint16Array(MAX_MATCH + 1);
LENGTH_BASE.forEach((base, i) => LENGTH_SYMBOL.fill(257 + i, base));
const DISTANCE_SYMBOL: Uint8Array = new Uint8Array(512);
DISTANCE_BASE.forEach((base, i) => {
  if (base <= 256) DISTANCE_SYMBOL.fill(i, base - 1, 256);
  else DISTANCE_SYMBOL.fill(i, 256 + ((base - 1) >> 7));
});
export const distanceSymbol = (value: number): number => {
  if (value < 2) return value;
  const top = 31 - Math.clz32(value);
  return 2 * top + ((value >>> (top - 1)) & 1);
};

/**
 * The tokens of one block, and how often each symbol occurs in it. A literal is its byte. A match is its distance less 1
 * in bits 0-14, the distance's symbol in bits 15-19 and its length above.
 */
export class Tokens {
  readonly list: Int32Array;
  count = 0;
  readonly literals: Int32Array = new Int32Array(286);
  readonly distances: Int32Array = new Int32Array(30);

  /** @param room the most bytes that a block is made of */
  constructor(room: number) {
    this.list = new Int32Array(room + 1);
  }
}

const hashBits = (size: number): number => Math.min(HASH_BITS, 31 - Math.clz32(size));

/** What a `MatchWindow` takes, in bytes. */
export const windowBytes = (size: number, chunk: number): number =>
  size + chunk + SLACK + 8 * (1 << hashBits(size));

/** How far two places read alike, 0 to a word past `most`. */
function matchLength(view: DataView, one: number, other: number, most: number): number {
  let length = 0;
  do {
    const differ = view.getInt32(one + length, true) ^ view.getInt32(other + length, true);
    if (differ !== 0) return length + ((31 - Math.clz32(differ & -differ)) >>> 3);
    length += 4;
  } while (length < most);
  return length;
}

/** The bytes that may be referred to, and where words occurred last in them. */
export class MatchWindow {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  /** The last two places of each hash, the later one first. */
  readonly #places: Int32Array;
  readonly #size: number;
  readonly #shift: number;
  readonly #room: number;
  readonly #chunk: number;
  readonly #lastPlace: number;
  /** The place of the buffer's first byte: nothing before it may be referred to. */
  #base = 1;
  #end = 0;

  /** @param size of the largest window, a power of 2; @param chunk the most bytes taken at once */
  constructor(size: number, chunk: number, lastPlace: number = LAST_PLACE) {
    this.#lastPlace = lastPlace;
    this.#size = size;
    this.#shift = 32 - hashBits(size);
    this.#room = size + chunk;
    this.#chunk = chunk;
    this.bytes = new Uint8Array(this.#room + SLACK);
    this.#view = new DataView(this.bytes.buffer);
    this.#places = new Int32Array(2 << hashBits(size));
  }

  /** Forgets what was before: nothing will refer to it. */
  forget(): void {
    this.#base += this.#end;
    this.#end = 0;
    if (this.#base > this.#lastPlace) {
      this.#places.fill(0);
      this.#base = 1;
    }
  }

  /** Takes up to a chunk of `bytes` from `from`, and returns where it begins and ends in `this.bytes`. */
  take(bytes: Uint8Array, from: number): { from: number; to: number } {
    if (this.#base > this.#lastPlace) this.forget();
    if (this.#end === this.#room) {
      const kept = this.#size;
      this.bytes.copyWithin(0, this.#end - kept, this.#end);
      this.#base += this.#end - kept;
      this.#end = kept;
    }
    const start = this.#end;
    const length = Math.min(bytes.length - from, this.#chunk, this.#room - start);
    this.bytes.set(length === bytes.length ? bytes : bytes.subarray(from, from + length), start);
    this.#end = start + length;
    return { from: start, to: this.#end };
  }

  /**
   * Finds the tokens of the bytes from `from` to `to`, with no distance over `reach`.
   */
  // oxlint-disable-next-line max-lines-per-function -- the hot loop: its state lives in local variables
  find(tokens: Tokens, from: number, to: number, reach: number): void {
    const { bytes } = this;
    const view = this.#view;
    const places = this.#places;
    const { list, literals, distances } = tokens;
    // Numbers that the compiler cannot see the type of are asked for it again and again: "| 0" tells it once.
    const base = this.#base | 0;
    const shift = this.#shift | 0;
    const factor = HASH_FACTOR | 0;
    const good = GOOD_MATCH | 0;
    const known = KNOWN_PLACES | 0;
    const furthest = reach | 0;
    const end = to | 0;
    const last = (end - 4) | 0;
    let count = 0;
    let at = from | 0;
    while (at <= last) {
      const word = view.getInt32(at, true);
      const slot = (Math.imul(word, factor) >>> shift) << 1;
      const first = places[slot]!;
      places[slot] = base + at;
      const floor = at > furthest ? (at - furthest) | 0 : 0;
      let other = (first - base) | 0;
      const beyond = ((other - floor) | 0) >> 31;
      // One question instead of two: no processor can foresee the answers.
      if ((beyond | (view.getInt32(other & ~(other >> 31), true) ^ word)) !== 0) {
        places[slot + 1] = first;
        const byte = bytes[at++]!;
        list[count++] = byte;
        literals[byte]!++;
        continue;
      }
      const another = (places[slot + 1]! - base) | 0;
      places[slot + 1] = first;
      const most = end - at < 258 ? (end - at) | 0 : 258;
      let length = matchLength(view, other, at, most);
      if (
        length < good &&
        another >= floor &&
        view.getInt32(another + length - 3, true) === view.getInt32(at + length - 3, true)
      ) {
        const longer = matchLength(view, another, at, most);
        if (longer > length) {
          length = longer;
          other = another;
        }
      }
      if (length > most) length = most;
      const value = (at - other - 1) | 0;
      const symbol = distanceSymbol(value);
      list[count++] = (length << 20) | (symbol << 15) | value;
      literals[LENGTH_SYMBOL[length]!]!++;
      distances[symbol]!++;
      const stop = (at + length) | 0;
      for (let next = at + 1; next <= at + known && next <= last; next++) {
        const key = (Math.imul(view.getInt32(next, true), factor) >>> shift) << 1;
        places[key + 1] = places[key]!;
        places[key] = base + next;
      }
      at = stop;
    }
    for (; at < end; at++) {
      const byte = bytes[at]!;
      list[count++] = byte;
      literals[byte]!++;
    }
    tokens.count = count;
  }
}
