/*
 * The search for repetitions (LZ77, RFC 1951 section 2): turns bytes into tokens and counts their symbols.
 *
 * Strategy: a table of two places of each hash of four bytes, the last and an earlier one. Places are absolute: they go
 * on rising from message to message, so that places of older messages are recognised by their value, and nothing is
 * cleared. What costs most is what no processor can foresee: conditions are worked out where that saves a question.
 */
import { LENGTH_BASE } from "./inflate-tables.ts";

const HASH_FACTOR: number = 0x9e3779b1 | 0;
const MAX_MATCH = 258;
/** A match that is good enough not to look for a better one. */
const GOOD_MATCH = 32;
/** Behind the window, so that three words of a match may be read past its end. */
const SLACK = 12;
/** Before places reach 2^31 everything is forgotten. */
const LAST_PLACE = 2 ** 30;

export const END_OF_BLOCK = 256;

/** Length symbol (from 257) of each match length, and distance symbol of each distance less 1. */
export const LENGTH_SYMBOL: Uint16Array = new Uint16Array(MAX_MATCH + 1);
LENGTH_BASE.forEach((base, i) => LENGTH_SYMBOL.fill(257 + i, base));
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

/** Base-2 logarithm of the entries of the table of hashes: a quarter of a chunk's bytes, at most as many as the window's. */
const hashBits = (size: number, chunk: number): number =>
  Math.min(29 - Math.clz32(chunk), 31 - Math.clz32(size));

/** What a `MatchWindow` takes, in bytes. */
export const windowBytes = (size: number, chunk: number): number =>
  size + chunk + SLACK + 8 * (1 << hashBits(size, chunk));

/** How many octets of two places' words are alike, 0 to 4, counted from the lowest. */
function alike(view: DataView, one: number, other: number): number {
  const differ = view.getInt32(one, true) ^ view.getInt32(other, true);
  return (32 - Math.clz32(~differ & (differ - 1))) >>> 3;
}

/** How far two places read alike whose first words do: 4 to two words past `most`. Most matches end within 12 octets. */
function matchLength(view: DataView, one: number, other: number, most: number): number {
  const second = alike(view, one + 4, other + 4);
  let length = 4 + second + (alike(view, one + 8, other + 8) & -(second >>> 2));
  for (let more = length === 12; more && length < most;) {
    const next = alike(view, one + length, other + length);
    length += next;
    more = next === 4;
  }
  return length;
}

/** The place of a word, by its hash; the last one with that hash comes behind it. */
function remember(places: Int32Array, hash: number, place: number): void {
  places[2 * hash + 1] = places[2 * hash]!;
  places[2 * hash] = place;
}

/** The bytes that may be referred to, and where words occurred last in them. */
export class MatchWindow {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  /** Of each hash the last place, and an earlier one. */
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
    this.#shift = 32 - hashBits(size, chunk);
    this.#room = size + chunk;
    this.#chunk = chunk;
    this.bytes = new Uint8Array(this.#room + SLACK);
    this.#view = new DataView(this.bytes.buffer);
    this.#places = new Int32Array(2 << hashBits(size, chunk));
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
        // The earlier place stays: the last one is of another word, or out of reach for ever.
        list[count++] = word & 255;
        literals[word & 255]!++;
        at++;
        continue;
      }
      const another = (places[slot + 1]! - base) | 0;
      places[slot + 1] = first;
      const most = end - at < 258 ? (end - at) | 0 : 258;
      let length = matchLength(view, other, at, most);
      // Out of reach, good enough, to the end, or no longer: again one question.
      const no = ((another - floor) | (good - length) | (most - 1 - length)) >> 31;
      const there = another & ~(another >> 31);
      const differ =
        (view.getInt32(there, true) ^ word) |
        (view.getInt32(there + length - 3, true) ^ view.getInt32(at + length - 3, true));
      if ((no | differ) === 0) {
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
      // Of the places inside a match three: all would save 1 % of the output for 10 to 40 % more time.
      if (at + 3 <= last) {
        remember(places, Math.imul(view.getInt32(at + 1, true), factor) >>> shift, base + at + 1);
        remember(places, Math.imul(view.getInt32(at + 2, true), factor) >>> shift, base + at + 2);
        remember(places, Math.imul(view.getInt32(at + 3, true), factor) >>> shift, base + at + 3);
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
