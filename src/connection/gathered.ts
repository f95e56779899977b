import type { Platform } from "./platform.ts";

/*
 * Octets that wait for their turn, and take little more memory than they are long, however small the pieces are that they
 * come in.
 */

/** What is there is doubled by chunks of up to this many octets. */
const MAX_CHUNK = 1024 * 1024;

export class Gathered {
  readonly #platform: Platform;
  readonly #chunks: Uint8Array[] = [];
  /** Of the last chunk. */
  #used = 0;
  #size = 0;

  constructor(platform: Platform) {
    this.#platform = platform;
  }

  /** Copies octets in. */
  add(octets: Uint8Array): void {
    const last = this.#chunks.at(-1);
    const fit = last === undefined ? 0 : Math.min(octets.length, last.length - this.#used);
    last?.set(octets.subarray(0, fit), this.#used);
    this.#used += fit;
    const rest = octets.length - fit;
    if (rest > 0) {
      const chunk = this.#platform.allocate(Math.max(rest, Math.min(this.#size, MAX_CHUNK)));
      chunk.set(octets.subarray(fit));
      this.#chunks.push(chunk);
      this.#used = rest;
    }
    this.#size += octets.length;
  }

  /** The next of them, which are gone then; undefined where there are none. */
  take(): Uint8Array | undefined {
    const chunk = this.#chunks.shift();
    return this.#chunks.length === 0 ? chunk?.subarray(0, this.#used) : chunk;
  }
}
