/** What the fuzzer needs of a TCP connection. */
export interface Transport {
  /** Writes of one turn of the event loop leave together. */
  write(bytes: Buffer): void;
  /** Closes after what was written has left. */
  end(): void;
  /** Throws the connection away, with a TCP reset where that is possible. */
  reset(): void;
}
