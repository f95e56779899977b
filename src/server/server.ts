import type { IncomingMessage } from "node:http";
import type net from "node:net";
import type { Duplex } from "node:stream";
import { MisuseError } from "../connection/misuse.ts";
import { Context } from "./context.ts";
import { type AttachableServer, type AttachOptions, attachTo, receiveUpgrade } from "./attached.ts";
import { describeListener, type Listening, type ListenOptions, startListener } from "./listen.ts";
import type { ServerOptions } from "./options.ts";
import type { SendData } from "./prepared-message.ts";
import { publish, type PublishOptions } from "./publish.ts";
import { type CloseOptions, type CloseReport, readCloseOptions, shutDown } from "./shutdown.ts";
import type { ServerSocket } from "./socket.ts";
import type { ServerStats } from "./stats.ts";

/**
 * A WebSocket server: three hooks (`open`, `message`, `close`) over any number of listeners of its own and of HTTP
 * servers that it is attached to.
 */
export class WebSocketServer<Data = unknown> {
  readonly #context: Context;
  readonly #listeners: Set<net.Server> = new Set();
  /** What ends it on each HTTP server that this one is attached to. */
  readonly #detach: Set<() => void> = new Set();

  #closed: Promise<CloseReport> | undefined;

  /** Throws `MisuseError` ERR_INVALID_OPTION. */
  constructor(options: ServerOptions<Data> = {}) {
    this.#context = new Context(options, this);
    options.signal?.addEventListener("abort", () => void this.close(), { once: true });
  }

  /** The connections that are there, in the order they came. */
  get sockets(): ReadonlySet<ServerSocket<Data>> {
    return this.#context.sockets as ReadonlySet<ServerSocket<Data>>;
  }

  /** Sends a message to all open connections; see {@link WebSocketServer.publish}. */
  broadcast(data: SendData, options?: PublishOptions): number {
    return publish(this.#context.sockets, data, options);
  }

  /**
   * Sends a message to all connections that have subscribed to a topic. It is encoded, and compressed, once. A peer that
   * does not keep up delays nobody: where {@link ServerOptions.maxBuffered} bytes wait for it already, it does not get
   * this message. Returns to how many it was sent. Throws {@link MisuseError} ERR_INVALID_DATA.
   */
  publish(topic: string, data: SendData, options?: PublishOptions): number {
    return publish(this.#context.topics.subscribersOf(topic) ?? [], data, options);
  }

  /** The open connections that have subscribed to a topic. */
  subscribers(topic: string): ReadonlySet<ServerSocket<Data>> {
    return (this.#context.topics.subscribersOf(topic) ?? new Set()) as ReadonlySet<ServerSocket<Data>>;
  }

  /** Adds up the connections: it takes the longer, the more there are. */
  stats(): ServerStats {
    return this.#context.tally.stats(this.#context);
  }

  /**
   * Listens on a port or a unix socket, with a handshake parser of its own. Resolves once it listens; rejects with the
   * system's error, such as EADDRINUSE, or with {@link MisuseError} ERR_INVALID_OPTION, ERR_CLOSING. May be called several
   * times.
   */
  async listen(options: ListenOptions): Promise<Listening> {
    this.#reopen();
    const listener = await startListener(this.#context, options);
    this.#listeners.add(listener);
    if (this.#context.closing) {
      await this.#stop();
      throw new MisuseError("ERR_CLOSING", "the server was closed before it listened");
    }
    if (options.http !== undefined) this.attach(options.http);
    return describeListener(listener);
  }

  /**
   * Takes the upgrade requests of an HTTP server that exists already: of node:http, node:https, or node:http2, whose
   * sessions from then on offer WebSockets (RFC 8441) in their settings. Several servers, and others that listen to its
   * `upgrade` event, share it by path. What nobody's path is gets 404, unless others listen: it is left to them then.
   * May be called several times. Throws `MisuseError` ERR_INVALID_OPTION.
   */
  attach(server: AttachableServer, options: AttachOptions = {}): void {
    this.#reopen();
    this.#detach.add(attachTo(this.#context, server, options));
  }

  /**
   * Takes one upgrade request, with what a listener of node:http's `upgrade` event is given. The transport is this
   * server's from then on, whatever comes of it.
   */
  handleUpgrade(request: IncomingMessage, transport: Duplex, head: Uint8Array): void {
    receiveUpgrade(this.#context, request, transport, head);
  }

  /**
   * Closes every connection, with 1001 where nothing else is said, and resolves with what became of them when all are
   * gone. New handshakes get 503 meanwhile; the listeners stay for that until the last connection is gone, HTTP servers it
   * was attached to go on without it. What is left at the deadline is destroyed.
   *
   * Called again it returns the same promise. Rejects with {@link MisuseError}: ERR_INVALID_CLOSE_CODE,
   * ERR_CLOSE_REASON_TOO_LONG, ERR_INVALID_OPTION; then nothing has happened.
   */
  close(options: CloseOptions = {}): Promise<CloseReport> {
    if (this.#closed !== undefined) return this.#closed;
    try {
      const goodbye = readCloseOptions(options, this.#context.settings.closeTimeout);
      this.#closed = shutDown(this.#context, goodbye, () => this.#stop());
      return this.#closed;
    } catch (error) {
      return Promise.reject(error);
    }
  }

  /** `await using server = new WebSocketServer()`: closes it at the end of the block. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Resolves when nobody is there any more who came by a listener. */
  async #stop(): Promise<void> {
    for (const detach of this.#detach) detach();
    this.#detach.clear();
    const listeners = [...this.#listeners];
    this.#listeners.clear();
    await Promise.all(listeners.map((listener) => new Promise((resolve) => void listener.close(resolve))));
  }

  /** Throws ERR_CLOSING while it is being closed. */
  #reopen(): void {
    const { leaving, settings } = this.#context;
    settings.signal?.throwIfAborted();
    if (leaving !== undefined) throw new MisuseError("ERR_CLOSING", "the server is being closed");
    this.#context.closing = false;
    this.#closed = undefined;
  }
}
