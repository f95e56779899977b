/** Time as the fuzzer sees it: injected, so that the timing of every case can be tested without waiting. */
export interface Clock {
  /** Milliseconds. */
  now(): number;
  /** Returns what cancels it. */
  after(ms: number, action: () => void): () => void;
  /** In a turn of the event loop of its own. */
  turn(action: () => void): void;
}

export const realClock: Clock = {
  now: () => performance.now(),
  after(ms, action) {
    const timer = setTimeout(action, ms);
    return () => clearTimeout(timer);
  },
  turn: (action) => void setImmediate(action),
};
