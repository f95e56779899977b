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
const HASH_FACTOR = 0x9e3779b1;
const MIN_MATCH = 4;
const MAX_MATCH = 258;
/** Links of a chain that are followed, and the match that is good enough to stop at. */
const DEPTH = 4;
const GOOD_MATCH = 32;
/** Places inside a match that are remembered: all of them would save 1 % of the output for 10 to 40 % more time. */
const KNOWN_PLACES = 3;
/** Behind the window, so that words may be read past its end. */
const SLACK = 8;
/** Before places reach 2^31 everything is forgotten. */
const LAST_PLACE = 2 ** 30;

/** Length symbol (from 257) of each match length, and distance symbol: of 1-256, then of steps of 128. */
export const LENGTH_SYMBOL: Uint16Array = new Uint16Array(MAX_MATCH + 1);
LENGTH_BASE.forEach((base, i) => LENGTH_SYMBOL.fill(257 + i, base));
const DISTANCE_SYMBOL: Uint8Array = new Uint8Array(512);
DISTANCE_BASE.forEach((base, i) => {
  if (base <= 256) DISTANCE_SYMBOL.fill(i, base - 1, 256);
  else DISTANCE_SYMBOL.fill(i, 256 + ((base - 1) >> 7));
});
export const distanceSymbol = (distance: number): number =>
  distance <= 256 ? DISTANCE_SYMBOL[distance - 1]! : DISTANCE_SYMBOL[256 + ((distance - 1) >> 7)]!;

/** The tokens of one block, and how often each symbol occurs in it. */
export class Tokens {
  /** A literal is its byte; a match is its length in the upper 16 bits and its distance in the lower. */
  readonly list: Int32Array;
  count = 0;
  readonly literals: Int32Array = new Int32Array(286);
  readonly distances: Int32Array = new Int32Array(30);

  /** @param room the most bytes that a block is made of */
  constructor(room: number) {
    this.list = new Int32Array(room);
  }
}

const hashBits = (size: number): number => Math.min(HASH_BITS, 31 - Math.clz32(size));

/** What a `MatchWindow` takes, in bytes. */
export const windowBytes = (size: number, chunk: number): number =>
  size + chunk + SLACK + 4 * (1 << hashBits(size)) + 4 * size;

/** The bytes that may be referred to, and the chains through them. */
export class MatchWindow {
  readonly bytes: Uint8Array;
  readonly #view: DataView;
  /** The last place of each hash, and from each place the one before with the same. */
  readonly #head: Int32Array;
  readonly #links: Int32Array;
  readonly #room: number;
  readonly #chunk: number;
  readonly #lastPlace: number;
  /** The place of the buffer's first byte: nothing before it may be referred to. */
  #base = 1;
  #end = 0;

  /** @param size of the largest window, a power of 2; @param chunk the most bytes taken at once */
  constructor(size: number, chunk: number, lastPlace: number = LAST_PLACE) {
    this.#lastPlace = lastPlace;
    this.#room = size + chunk;
    this.#chunk = chunk;
    this.bytes = new Uint8Array(this.#room + SLACK);
    this.#view = new DataView(this.bytes.buffer);
    this.#head = new Int32Array(1 << hashBits(size));
    this.#links = new Int32Array(size);
  }

  /** Forgets what was before: nothing will refer to it. */
  forget(): void {
    this.#base += this.#end;
    this.#end = 0;
    if (this.#base > this.#lastPlace) {
      this.#head.fill(0);
      this.#base = 1;
    }
  }

  /** Takes up to a chunk of `bytes` from `from`, and returns where it begins and ends in `this.bytes`. */
  take(bytes: Uint8Array, from: number): { from: number; to: number } {
    if (this.#base > this.#lastPlace) this.forget();
    if (this.#end === this.#room) {
      const kept = this.#links.length;
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
    const head = this.#head;
    const links = this.#links;
    const mask = links.length - 1;
    const shift = 32 - hashBits(links.length);
    const base = this.#base;
    const { list, literals, distances } = tokens;
    const last = to - MIN_MATCH;
    let count = 0;
    let at = from;
    while (at <= last) {
      const word = view.getInt32(at, true);
      const hash = Math.imul(word, HASH_FACTOR) >>> shift;
      const place = base + at;
      let candidate = head[hash]!;
      links[place & mask] = candidate;
      head[hash] = place;
      const floor = Math.max(base, place - reach);
      let length = MIN_MATCH - 1;
      let distance = 0;
      for (let depth = DEPTH; candidate >= floor && depth > 0; depth--) {
        const other = candidate - base;
        if (bytes[other + length] === bytes[at + length] && view.getInt32(other, true) === word) {
          const most = Math.min(MAX_MATCH, to - at);
          let same = MIN_MATCH;
          while (same < most - 3 && view.getInt32(other + same, true) === view.getInt32(at + same, true))
            same += 4;
          while (same < most && bytes[other + same] === bytes[at + same]) same++;
          if (same > length) {
            length = same;
            distance = place - candidate;
            if (same >= GOOD_MATCH || same === most) break;
          }
        }
        candidate = links[candidate & mask]!;
      }
      if (distance === 0) {
        const byte = bytes[at++]!;
        list[count++] = byte;
        literals[byte]!++;
        continue;
      }
      list[count++] = (length << 16) | distance;
      literals[LENGTH_SYMBOL[length]!]!++;
      distances[distanceSymbol(distance)]!++;
      const stop = at + length;
      const known = Math.min(stop - 1, last, at + KNOWN_PLACES);
      while (++at <= known) {
        const key = Math.imul(view.getInt32(at, true), HASH_FACTOR) >>> shift;
        links[(base + at) & mask] = head[key]!;
        head[key] = base + at;
      }
      at = stop;
    }
    for (; at < to; at++) {
      const byte = bytes[at]!;
      list[count++] = byte;
      literals[byte]!++;
    }
    tokens.count = count;
  }
}
