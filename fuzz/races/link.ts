import { Duplex } from "node:stream";

/*
 * A transport in memory: what one half writes the other reads, in a later microtask. Its client's half may stop
 * reading, so that the server's fills up.
 */

class Half extends Duplex {
  other!: Half;
  #waiting: (() => void) | undefined;

  constructor() {
    super({ allowHalfOpen: true, highWaterMark: 1024 });
  }

  override _read(): void {
    const { other } = this;
    const taken = other.#waiting;
    other.#waiting = undefined;
    taken?.();
  }

  override _write(chunk: Buffer, _: BufferEncoding, callback: () => void): void {
    if (this.other.push(chunk)) queueMicrotask(callback);
    else this.#waiting = callback;
  }

  override _final(callback: () => void): void {
    this.other.push(null);
    callback();
  }

  /** A half that goes before its time takes the other with it, as a reset does. */
  override _destroy(_: Error | null, callback: (error: Error | null) => void): void {
    if (!this.readableEnded || !this.writableFinished) queueMicrotask(() => this.other.destroy());
    callback(null);
  }
}

/** Both ends of a link. */
export function link(): { server: Duplex; client: Duplex } {
  const [server, client] = [new Half(), new Half()];
  [server.other, client.other] = [client, server];
  return { server, client };
}
