import type { Platform } from "./platform.ts";

/*
 * Octets of a message whose length nobody knows: what is inflated. A bomb must not take more than the limit, so they are
 * gathered in chunks, and not in memory that is copied to grow; only when the message is whole they are brought together.
 */

/** What is there is doubled by chunks of up to this many octets. */
const MAX_CHUNK = 1024 * 1024;
/** Octets that join() copies before others have a turn: about a millisecond. */
const JOIN_BUDGET = 4 * 1024 * 1024;

export class Gathered {
  readonly #platform: Platform;
  readonly #chunks: Uint8Array[] = [];
  /** Of the last chunk. */
  #used: number;
  /** Octets in all. */
  size: number;
  #joined: Uint8Array | undefined;
  #joinedSize = 0;
  #nextChunk = 0;

  /** @param first what is there already */
  constructor(platform: Platform, first: Uint8Array) {
    this.#platform = platform;
    this.#chunks.push(first);
    this.#used = this.size = first.length;
  }

  /** Copies octets in. @param limit octets that the message may have */
  add(octets: Uint8Array, limit: number): void {
    const last = this.#chunks.at(-1)!;
    const fit = Math.min(octets.length, last.length - this.#used);
    last.set(octets.subarray(0, fit), this.#used);
    this.#used += fit;
    const rest = octets.length - fit;
    if (rest > 0) {
      const room = Math.min(this.size, MAX_CHUNK, limit - this.size - fit);
      const chunk = this.#platform.allocate(Math.max(rest, room));
      chunk.set(octets.subarray(fit));
      this.#chunks.push(chunk);
      this.#used = rest;
    }
    this.size += octets.length;
  }

  /** All in one piece, behind `front` octets; undefined where that took enough time, and is gone on with at the next call. */
  join(front: number): Uint8Array | undefined {
    const joined = (this.#joined ??= this.#platform.allocate(front + this.size));
    const chunks = this.#chunks;
    for (let work = 0; this.#nextChunk < chunks.length; this.#nextChunk++) {
      if (work >= JOIN_BUDGET) return undefined;
      const chunk = chunks[this.#nextChunk]!;
      const length = Math.min(chunk.length, this.size - this.#joinedSize);
      joined.set(chunk.subarray(0, length), front + this.#joinedSize);
      this.#joinedSize += length;
      work += length;
      // Copied: it may go.
      chunks[this.#nextChunk] = joined;
    }
    return joined;
  }
}
