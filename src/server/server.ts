import type { Server as HttpServer } from "node:http";
import type { Server as HttpsServer } from "node:https";
import type net from "node:net";
import { checkClose } from "../connection/check-close.ts";
import { CloseCode } from "../frame/close-code.ts";
import { Context } from "./context.ts";
import { receiveUpgrade, type UpgradeListener } from "./attached.ts";
import { describeListener, type Listening, type ListenOptions, startListener } from "./listen.ts";
import type { CloseOptions, ServerOptions } from "./options.ts";
import type { SendData } from "./prepared-message.ts";
import { publish, type PublishOptions } from "./publish.ts";
import type { ServerSocket } from "./socket.ts";
import type { ServerStats } from "./stats.ts";

/**
 * A WebSocket server: three hooks (`open`, `message`, `close`) over any number of listeners of its own and of HTTP
 * servers that it is attached to.
 */
export class WebSocketServer<Data = unknown> {
  readonly #context: Context;
  readonly #listeners: Set<net.Server> = new Set();
  /** HTTP servers and what listens there. */
  readonly #attached: Map<HttpServer | HttpsServer, UpgradeListener> = new Map();

  /** Throws `MisuseError` ERR_INVALID_OPTION. */
  constructor(options: ServerOptions<Data> = {}) {
    this.#context = new Context(options);
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
   * system's error, such as EADDRINUSE. May be called several times.
   */
  async listen(options: ListenOptions): Promise<Listening> {
    const listener = await startListener(this.#context, options);
    this.#context.closing = false;
    this.#listeners.add(listener);
    if (options.http !== undefined) this.attach(options.http);
    return describeListener(listener);
  }

  /** Takes the upgrade requests of an HTTP server that exists already. */
  attach(server: HttpServer | HttpsServer): void {
    this.#context.closing = false;
    if (this.#attached.has(server)) return;
    const listener: UpgradeListener = (request, transport, rest) => {
      receiveUpgrade(this.#context, server, request, transport, rest);
    };
    this.#attached.set(server, listener);
    server.on("upgrade", listener);
  }

  /**
   * Stops listening, closes every connection with 1001, and resolves when all are gone, at the latest after
   * `closeTimeout`. Rejects with `MisuseError` for a code or reason that cannot be sent. HTTP servers it was attached to go on.
   */
  async close({ code = CloseCode.GOING_AWAY, reason = "" }: CloseOptions = {}): Promise<void> {
    const context = this.#context;
    checkClose(code, reason);
    context.closing = true;
    for (const [server, listener] of this.#attached) server.off("upgrade", listener);
    this.#attached.clear();
    for (const listener of this.#listeners) listener.close();
    this.#listeners.clear();
    for (const abandon of context.pending) abandon();
    for (const socket of context.sockets) socket.close(code, reason);
    await context.idle();
  }
}
