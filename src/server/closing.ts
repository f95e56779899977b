import type { Duplex } from "node:stream";
import type { Connection } from "../connection/connection.ts";

/** A connection that is not open any more: it has a deadline, and its transport is ended behind its last words. */
export class Closing {
  readonly #connection: Connection;
  readonly #transport: Duplex;
  readonly #deadline: NodeJS.Timeout;
  #ended = false;

  /** `expired` is called where the connection is still there after `time` milliseconds. */
  constructor(connection: Connection, transport: Duplex, time: number, expired: () => void) {
    this.#connection = connection;
    this.#transport = transport;
    this.#deadline = setTimeout(expired, time);
  }

  /**
   * Output was written: ends our half where it was the last. True where that is so for the first time: what still
   * arrives is then to be read and thrown away, so that no reset overtakes our last words.
   */
  wrote(): boolean {
    const { transport, outputSize } = this.#connection;
    if (this.#ended || transport !== "end" || outputSize > 0) return false;
    this.#ended = true;
    this.#transport.end();
    return true;
  }

  /** The transport is gone. */
  stop(): void {
    clearTimeout(this.#deadline);
  }
}
