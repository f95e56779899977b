import { Buffer } from "node:buffer";
import type { Duplex } from "node:stream";
import type { MessageCodec } from "../connection/codec.ts";
import type { ConnectionOptions } from "../connection/connection-options.ts";
import type { CloseEvent } from "../connection/event.ts";
import { Slab } from "../connection/outbox.ts";
import { type HttpAnswer, refuse } from "../handshake/response.ts";
import { AddressLimit } from "./address-limit.ts";
import { Compression } from "./compression.ts";
import { nodePlatform } from "./node-platform.ts";
import type { ServerOptions } from "./options.ts";
import { readOptions, type Settings } from "./settings.ts";
import type { Driver } from "./driver.ts";
import { MessageHandler, streamHandler } from "./handlers.ts";
import { tell } from "./diagnostics.ts";
import { Heartbeat } from "./heartbeat.ts";
import type { Consumer } from "./intake.ts";
import type { Outlet } from "./outlet.ts";
import type { Fate, Leaving } from "./shutdown.ts";
import { Tally } from "./stats.ts";
import type { WebSocketServer } from "./server.ts";
import { Topics } from "./topics.ts";
import type { ServerSocket } from "./socket.ts";

const FULL: HttpAnswer = refuse(503, "The server has as many connections as it may");
// It is the client's doing, and no sign that the server is unwell (RFC 6585 section 4).
const TOO_MANY: HttpAnswer = refuse(429, "There are too many connections from this address");

/** What is under way and would keep the server from closing. */
export interface Pending {
  /** Ends it with a refusal. */
  abandon(): void;
}

/** What all connections of one server share. */
export class Context {
  readonly server: WebSocketServer;
  readonly settings: Settings;
  /** Of Buffers: node:stream makes one of everything else, for each write anew. */
  readonly #slab: Slab = new Slab((size) => Buffer.allocUnsafeSlow(size));
  readonly compression: Compression | undefined;
  readonly sockets: Set<ServerSocket> = new Set();
  readonly topics: Topics = new Topics();
  readonly tally: Tally = new Tally();
  readonly heartbeat: Heartbeat;
  /** Transports whose handshake is under way. */
  handshakes = 0;
  /** Ends each of them with a refusal, and in time what was handed over. */
  readonly pending: Set<Pending> = new Set();
  /** Transports that are no connections: they are being refused, or belong to an HTTP server. */
  readonly parting: Set<Duplex> = new Set();
  /** Bytes of pieces that wait for others of their turn, of all connections. */
  gathered = 0;
  closing = false;
  /** What is counted while the server closes. */
  leaving: Leaving | undefined;
  readonly #options: Map<MessageCodec | undefined, ConnectionOptions> = new Map();
  #addresses: AddressLimit | undefined;
  readonly #whenIdle: (() => void)[] = [];
  readonly #whenParted: (() => void)[] = [];
  #unflushed: Outlet[] = [];
  readonly #messageHandler: MessageHandler | undefined;

  constructor(options: ServerOptions, server: WebSocketServer) {
    this.server = server;
    this.settings = readOptions(options);
    const { deflate, hooks, maxConnectionsPerAddress } = this.settings;
    this.#messageHandler = hooks.message && new MessageHandler(hooks);
    this.heartbeat = new Heartbeat(this, this.settings);
    if (maxConnectionsPerAddress < Number.MAX_SAFE_INTEGER) {
      this.#addresses = new AddressLimit(maxConnectionsPerAddress);
    }
    this.compression = deflate && new Compression(deflate);
  }

  /** The refusal of one transport more; undefined where there is room for it, and for its address. Then it counts. */
  refuses(transport: Duplex, from: { readonly remoteAddress?: string | undefined }): HttpAnswer | undefined {
    if (this.sockets.size + this.handshakes >= this.settings.maxConnections) return FULL;
    return this.#addresses?.admits(transport, from.remoteAddress) === false ? TOO_MANY : undefined;
  }

  /** The transport does not count for its address any more. */
  release(transport: Duplex): void {
    this.#addresses?.release(transport);
  }

  /** The same object for all connections with the same codec. */
  optionsFor(codec: MessageCodec | undefined): ConnectionOptions {
    let options = this.#options.get(codec);
    if (options === undefined) {
      const { hooks, maxPayload, maxFragments, tolerateLongLengths } = this.settings;
      options = Object.freeze<ConnectionOptions>({
        role: "server",
        delivery: hooks.stream === undefined ? "messages" : "pieces",
        maxPayload,
        maxFragments,
        tolerateLongLengths,
        codec,
        platform: nodePlatform,
        slab: this.#slab,
      });
      this.#options.set(codec, options);
    }
    return options;
  }

  /** Whether a hook takes the messages. */
  get hasHandler(): boolean {
    return this.#messageHandler !== undefined || this.settings.hooks.stream !== undefined;
  }

  /** Who takes the messages of a new connection; undefined where that is left to an iteration. */
  consumerFor(driver: Driver): Consumer | undefined {
    return this.settings.hooks.stream === undefined
      ? this.#messageHandler
      : streamHandler(this.settings.hooks, driver);
  }

  /** What is sent in a turn of the event loop leaves at its end, in one write for each socket. */
  scheduleFlush(driver: Outlet): void {
    if (this.#unflushed.push(driver) > 1) return;
    setImmediate(() => {
      const drivers = this.#unflushed;
      this.#unflushed = [];
      for (const each of drivers) each.flushScheduled();
    });
  }

  /** A transport does not become a connection. */
  refused(transport: Duplex, { status, body }: HttpAnswer): void {
    this.tally.refused(status);
    tell(this, "handfast:refuse", () => {
      const { remoteAddress } = transport as { remoteAddress?: string };
      return { status, reason: body.trimEnd(), remoteAddress };
    });
    if (this.leaving !== undefined) this.leaving.refused++;
    this.part(transport);
  }

  /** A transport is somebody else's from now on, or nobody's; but it has to be gone before the server is. */
  part(transport: Duplex): void {
    this.parting.add(transport);
    transport.once("close", () => {
      this.parting.delete(transport);
      if (this.parting.size === 0) settle(this.#whenParted);
    });
  }

  /** A connection is open. */
  add(driver: Driver): void {
    this.sockets.add(driver.socket);
    this.heartbeat.add(driver);
    this.tally.opened++;
  }

  /** A conversation is over. */
  over(socket: ServerSocket, { code, reason, clean, violation }: CloseEvent): void {
    this.tally.closed(code);
    tell(this, "handfast:close", () => ({ socket, code, reason, clean, violation }));
  }

  /** A connection is gone. */
  remove(driver: Driver, fate: Fate): void {
    const { socket } = driver;
    if (this.leaving !== undefined) this.leaving[fate]++;
    this.sockets.delete(socket);
    this.heartbeat.remove(driver);
    this.tally.gone(socket.stats());
    this.topics.remove(socket);
    if (this.sockets.size === 0) settle(this.#whenIdle);
  }

  /** Resolves when there is no connection any more. */
  idle(): Promise<void> {
    return new Promise((resolve) => {
      if (this.sockets.size === 0) resolve();
      else this.#whenIdle.push(resolve);
    });
  }

  /** Resolves when there is no other transport any more. */
  parted(): Promise<void> {
    return new Promise((resolve) => {
      if (this.parting.size === 0) resolve();
      else this.#whenParted.push(resolve);
    });
  }

  /** A hook has failed. That is told and survived. */
  report(error: unknown, socket: ServerSocket | undefined): void {
    tell(this, "handfast:error", () => ({ error, socket }));
    const { hooks } = this.settings;
    try {
      if (hooks.error !== undefined) return hooks.error(error, socket);
    } catch (failure) {
      process.emitWarning(failure instanceof Error ? failure : String(failure));
    }
    process.emitWarning(error instanceof Error ? error : String(error));
  }
}

function settle(waiting: (() => void)[]): void {
  for (const resolve of waiting.splice(0)) resolve();
}
