import type { Clock } from "./clock.ts";
import type { Transport } from "./transport.ts";
import type { WireLog, Writing } from "./wire-log.ts";

interface Piece {
  readonly bytes: Buffer;
  readonly sync: boolean;
}

/**
 * The pace of writing. Frames that want a write of their own, or one for each few bytes, go through a queue that
 * gives each piece a turn of the event loop; as long as that queue is not empty, everything else waits behind it.
 */
export class Writer {
  readonly #transport: Transport;
  readonly #clock: Clock;
  readonly #log: WireLog;
  #queue: Piece[] = [];
  #next = 0;
  #running = false;
  #ending = false;

  constructor(transport: Transport, clock: Clock, log: WireLog) {
    this.#transport = transport;
    this.#clock = clock;
    this.#log = log;
  }

  write(bytes: Buffer, { bytesPerWrite, sync = false }: Writing = {}): void {
    if (bytesPerWrite === undefined && !sync && this.#next === this.#queue.length) {
      this.#send({ bytes, sync });
      return;
    }
    const size = bytesPerWrite ?? bytes.length;
    for (let at = 0; at < bytes.length; at += size) {
      this.#queue.push({ bytes: bytes.subarray(at, at + size), sync: true });
    }
    if (!this.#running) this.#schedule();
  }

  /** Closes TCP when the queue has left. */
  end(): void {
    this.#ending = true;
    if (!this.#running) this.#transport.end();
  }

  reset(): void {
    this.#queue = [];
    this.#next = 0;
    this.#transport.reset();
  }

  #schedule(): void {
    this.#running = true;
    this.#clock.turn(() => {
      this.#running = false;
      const piece = this.#queue[this.#next++];
      if (!piece) return this.#empty();
      this.#send(piece);
      if (this.#next < this.#queue.length) this.#schedule();
      else this.#empty();
    });
  }

  #empty(): void {
    this.#queue = [];
    this.#next = 0;
    if (this.#ending) this.#transport.end();
  }

  #send({ bytes, sync }: Piece): void {
    this.#log.sent(bytes, sync);
    this.#transport.write(bytes);
  }
}
