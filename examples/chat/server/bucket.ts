/** A token bucket: `burst` at once, and `perSecond` in the long run. Times are milliseconds of any clock. */
export class Bucket {
  readonly #perMs: number;
  readonly #burst: number;
  #tokens: number;
  #at: number;

  constructor(perSecond: number, burst: number, now: number) {
    this.#perMs = perSecond / 1000;
    this.#burst = burst;
    this.#tokens = burst;
    this.#at = now;
  }

  /** Takes one token. Returns 0, or the milliseconds after which `ahead` tokens are there. */
  take(now: number, ahead = 1): number {
    this.#tokens = Math.min(this.#burst, this.#tokens + (now - this.#at) * this.#perMs);
    this.#at = now;
    if (this.#tokens < 1) return Math.ceil((Math.min(ahead, this.#burst) - this.#tokens) / this.#perMs);
    this.#tokens -= 1;
    return 0;
  }
}
