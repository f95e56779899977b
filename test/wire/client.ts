import { Buffer } from "node:buffer";
import net from "node:net";
import type { Duplex } from "node:stream";
import { setImmediate } from "node:timers/promises";
import tls from "node:tls";
import { onTestFinished } from "vitest";

/*
 * A client that knows no protocol: it writes octets in any cutting and collects what comes back. Both halves of the
 * connection are ended apart, so a test sees what the server ends by itself. Everything is awaited as an event.
 */

export type Address = net.NetConnectOpts & { readonly tls?: tls.ConnectionOptions };

export class RawClient {
  readonly socket: net.Socket;
  #chunks: Buffer[] = [];
  #watchers: Set<() => void> = new Set();
  /** The server has ended its half. */
  ended = false;
  /** The connection is gone, both halves or by a reset. */
  closed = false;
  error: NodeJS.ErrnoException | undefined;

  private constructor(socket: net.Socket) {
    this.socket = socket;
    socket.on("data", (chunk: Buffer) => this.#note(() => this.#chunks.push(chunk)));
    socket.on("end", () => this.#note(() => (this.ended = true)));
    socket.on("close", () => this.#note(() => (this.closed = true)));
    socket.on("error", (error) => this.#note(() => (this.error = error)));
  }

  /** A connection; it is destroyed when the test is over. */
  static async connect(to: Address): Promise<RawClient> {
    const { tls: secure, ...address } = to;
    const plain = net.connect({ ...address, allowHalfOpen: true, noDelay: true } as net.NetConnectOpts);
    await new Promise<void>((resolve, reject) => plain.once("connect", resolve).once("error", reject));
    plain.removeAllListeners("error");
    const socket = secure === undefined ? plain : tls.connect({ ...secure, socket: plain });
    const client = new RawClient(socket);
    onTestFinished(() => void socket.destroy());
    if (socket !== plain) await new Promise((resolve) => socket.once("secureConnect", resolve));
    return client;
  }

  /** A client over a stream that is there already. */
  static over(stream: Duplex): RawClient {
    return new RawClient(stream as net.Socket);
  }

  get received(): Buffer {
    if (this.#chunks.length > 1) this.#chunks = [Buffer.concat(this.#chunks)];
    return this.#chunks[0] ?? Buffer.alloc(0);
  }

  /** Writes octets at once, or in pieces of a size, each in a turn of the event loop of its own. */
  async send(octets: string | Uint8Array, pieceSize: number = Infinity): Promise<void> {
    const bytes = typeof octets === "string" ? Buffer.from(octets, "latin1") : octets;
    if (pieceSize >= bytes.length) return void this.socket.write(bytes);
    for (let at = 0; at < bytes.length && this.socket.writable; at += pieceSize) {
      this.socket.write(bytes.subarray(at, at + pieceSize));
      await setImmediate();
    }
  }

  /** Writes octets and waits until the system has taken them. */
  flush(octets: Uint8Array): Promise<void> {
    return new Promise((resolve) => void this.socket.write(octets, () => resolve()));
  }

  /** Resolves with all that was received once `done` says so; rejects where the connection is over before. */
  until(done: (received: Buffer) => boolean): Promise<Buffer> {
    return this.#when(
      () => done(this.received),
      () => this.ended || this.closed,
    );
  }

  untilSize(size: number): Promise<Buffer> {
    return this.until((received) => received.length >= size);
  }

  /** Resolves with all that was received once the server has ended its half. */
  untilEnded(): Promise<Buffer> {
    return this.#when(
      () => this.ended,
      () => this.closed,
    );
  }

  untilClosed(): Promise<Buffer> {
    return this.#when(
      () => this.closed,
      () => false,
    );
  }

  end(): void {
    this.socket.end();
  }

  /** Ends the connection with a reset. */
  reset(): void {
    this.socket.resetAndDestroy();
  }

  #note(change: () => void): void {
    change();
    for (const watcher of this.#watchers) watcher();
  }

  #when(done: () => boolean, hopeless: () => boolean): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const watcher = (): void => {
        if (done()) resolve(this.received);
        else if (hopeless())
          reject(
            new Error(
              `the connection is over; received: ${JSON.stringify(this.received.toString("latin1"))}`,
            ),
          );
        else return;
        this.#watchers.delete(watcher);
      };
      this.#watchers.add(watcher);
      watcher();
    });
  }
}
