import type { Clock } from "../src/fuzzer/clock.ts";

/** Time that passes when told to. Timers of the same moment fire in the order in which they were set. */
export class FakeClock implements Clock {
  #now = 0;
  #order = 0;
  #due: { at: number; order: number; action: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  after(ms: number, action: () => void): () => void {
    const entry = { at: this.#now + ms, order: this.#order++, action };
    this.#due.push(entry);
    return () => {
      this.#due = this.#due.filter((other) => other !== entry);
    };
  }

  turn(action: () => void): void {
    this.after(0, action);
  }

  /** Until nothing is due any more. */
  run(): void {
    for (;;) {
      const [next] = this.#due.toSorted((a, b) => a.at - b.at || a.order - b.order);
      if (!next) return;
      this.#due = this.#due.filter((other) => other !== next);
      this.#now = next.at;
      next.action();
    }
  }
}
