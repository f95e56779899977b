import { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { Connection } from "../connection/connection.ts";
import type { ConnectionEvent } from "../connection/event.ts";
import { CloseCode } from "../frame/close-code.ts";
import type { AgreedCompression, Compression } from "./compression.ts";
import type { Context } from "./context.ts";
import { BinaryMessage, TextMessage } from "./message.ts";
import { isPromiseLike } from "./promise-like.ts";
import { ServerSocket } from "./socket.ts";

/*
 * Drives one connection over a transport: octets in, hooks called, octets out. What is sent is written once in a turn of
 * the event loop, when all transports that had input have been read: reading many and then writing many costs less
 * than taking turns, because the peers are not woken for each reply. Much output is written at once. While the transport is full, output waits in the connection, where pongs replace each other, and a peer
 * that does not take its output is not read any more.
 */

/** Output that may wait, in bytes, before `send` says stop and the peer is no longer read. */
const HIGH_WATER = 64 * 1024;

/** Output, in bytes, that does not wait for the end of the turn. */
const FLUSH_AT_ONCE = 16 * 1024;

const DRIVER = Symbol("handfast driver");
type Transport = Duplex & { [DRIVER]?: Driver };

// One function for all transports, not one closure each: memory of idle connections.
function onData(this: Transport, chunk: Uint8Array): void {
  this[DRIVER]!.receive(chunk);
}
function onEnd(this: Transport): void {
  this[DRIVER]!.receiveEnd();
}
function onDrain(this: Transport): void {
  this[DRIVER]!.drained();
}
function onClose(this: Transport): void {
  this[DRIVER]!.gone();
}
/** An error is followed by the transport's end, and that tells: a Close frame is missing. */
function onError(): void {}

export class Driver {
  readonly connection: Connection;
  readonly socket: ServerSocket;
  readonly #transport: Transport;
  readonly #context: Context;
  /** Hooks are being called: what they send is seen to afterwards. */
  #busy = false;
  /** A TCP or unix socket: what a write has completed, nobody holds any more. Other streams may pass it on. */
  readonly #copiesOnWrite: boolean;
  #scheduled = false;
  /** The transport is full. */
  #blocked = false;
  #paused = false;
  /** Input waits to be inflated. */
  #held = false;
  /** ... until the transport takes output again. */
  #stalled = false;
  /** The peer has ended its half. */
  #ended = false;
  /** Our half of the transport is ended. */
  #ending = false;
  #dead = false;
  #deadline: NodeJS.Timeout | undefined;

  readonly #agreed: AgreedCompression | undefined;

  constructor(
    transport: Duplex,
    context: Context,
    subprotocol: string | undefined,
    agreed: AgreedCompression | undefined,
  ) {
    const { settings, platform, slab } = context;
    this.#transport = transport;
    this.#context = context;
    this.#copiesOnWrite = transport instanceof Socket;
    this.connection = new Connection({
      role: "server",
      maxPayload: settings.maxPayload,
      maxFragments: settings.maxFragments,
      tolerateLongLengths: settings.tolerateLongLengths,
      codec: agreed?.codec,
      platform,
      slab,
    });
    this.#agreed = agreed;
    this.socket = new ServerSocket(this, subprotocol);
    this.#transport[DRIVER] = this;
    transport
      .on("data", onData)
      .on("end", onEnd)
      .on("drain", onDrain)
      .on("close", onClose)
      .on("error", onError);
  }

  get bufferedAmount(): number {
    return this.connection.outputSize + this.#transport.writableLength;
  }

  /** Present where the connection is compressed. */
  get compression(): Compression | undefined {
    return this.#agreed === undefined ? undefined : this.#context.compression;
  }

  /** Whether the peer takes what is sent. */
  get keepsUp(): boolean {
    return !this.#blocked && this.connection.outputSize < HIGH_WATER;
  }

  /** Announces the connection, then reads what came behind the head. */
  open(announce: () => void | Promise<void>, rest: Uint8Array): void {
    this.#busy = true;
    this.#call(announce);
    this.receive(rest);
    this.#resume();
  }

  receive(chunk: Uint8Array): void {
    this.connection.receive(chunk);
    this.#dispatch();
    const { outputSize, state } = this.connection;
    if (outputSize > FLUSH_AT_ONCE || state !== "open") this.#flush();
    else if (outputSize > 0) this.flushLater();
  }

  /** The peer has ended its half of the transport. */
  receiveEnd(): void {
    this.#ended = true;
    if (this.#held) return;
    this.connection.receiveEnd();
    this.#dispatch();
    this.#flush();
  }

  drained(): void {
    this.#blocked = false;
    this.#flush();
    if (!this.#paused || this.#blocked) return;
    this.#paused = false;
    if (this.#stalled) this.#goOnLater();
    else this.#resume();
  }

  /** The transport is closed, for whatever reason. */
  gone(): void {
    this.#dead = true;
    clearTimeout(this.#deadline);
    this.connection.abandon();
    this.#dispatch();
    this.#agreed?.release();
    this.#context.remove(this.socket);
  }

  terminate(): void {
    this.#dead = true;
    this.#transport.destroy();
  }

  /** Sees to it that what was sent is written at the end of this turn. */
  flushLater(): void {
    if (this.#busy || this.#scheduled) return;
    this.#scheduled = true;
    this.#context.scheduleFlush(this);
  }

  flushScheduled(): void {
    this.#scheduled = false;
    this.#flush();
  }

  #dispatch(): void {
    this.#busy = true;
    for (let event = this.connection.next(); event !== undefined; event = this.connection.next()) {
      this.#tell(event);
    }
    this.#busy = false;
    if (this.connection.inputPending) this.#goOnLater();
  }

  /** Inflating has used up its share of this turn. Until it is through, nothing more is read. */
  #goOnLater(): void {
    this.#stalled = false;
    this.#held = true;
    this.#transport.pause();
    setImmediate(() => this.#goOn());
  }

  #goOn(): void {
    // What is inflated may be answered: a peer that does not take that gets no more of it.
    this.#stalled = this.#paused && !this.#dead;
    if (this.#stalled) return;
    this.#held = false;
    if (this.#dead) return;
    this.#dispatch();
    this.#flush();
    if (this.#held) return;
    if (this.#ended) this.receiveEnd();
    else this.#resume();
  }

  /** Reads on, unless there is a reason not to. */
  #resume(): void {
    if (!this.#held && !this.#paused) this.#transport.resume();
  }

  #tell(event: ConnectionEvent): void {
    const { hooks } = this.#context.settings;
    if (event.type === "message") {
      if (this.#dead || hooks.message === undefined) return;
      const message = event.kind === "text" ? new TextMessage(event.bytes) : new BinaryMessage(event.bytes);
      try {
        this.#watch(hooks.message(this.socket, message));
      } catch (error) {
        this.#hookFailed(error);
      }
    } else if (event.type === "close") {
      this.#call(() => hooks.close?.(this.socket, event.code, event.reason));
    }
  }

  /** A hook's failure ends its own connection, and no other. */
  #call(hook: () => void | Promise<void>): void {
    try {
      this.#watch(hook());
    } catch (error) {
      this.#hookFailed(error);
    }
  }

  #watch(result: void | Promise<void>): void {
    if (isPromiseLike(result)) Promise.resolve(result).catch((error: unknown) => this.#hookFailed(error));
  }

  #hookFailed(error: unknown): void {
    this.connection.close(CloseCode.INTERNAL_ERROR);
    this.flushLater();
    this.#context.report(error, this.socket);
  }

  #flush(): void {
    if (!this.#blocked && !this.#dead) this.#write(this.connection.takeOutput());
    if (this.#blocked && !this.#paused && this.connection.outputSize > HIGH_WATER) {
      this.#paused = true;
      this.#transport.pause();
    }
    if (this.connection.state !== "open") this.#settle();
  }

  #write(chunks: readonly Uint8Array[]): void {
    const transport = this.#transport;
    if (chunks.length === 1) {
      this.#blocked = !transport.write(chunks[0]);
      // The kernel took it all at once: the memory is free again.
      if (this.#copiesOnWrite && transport.writableLength === 0) this.connection.giveBackOutput();
    } else if (chunks.length > 1) {
      transport.cork();
      for (const chunk of chunks) this.#blocked = !transport.write(chunk);
      transport.uncork();
    }
  }

  /** A connection that is not open any more has a deadline, and is ended once its last words are written. */
  #settle(): void {
    if (this.#dead) return;
    this.#startDeadline();
    if (this.connection.transport === "end" && this.connection.outputSize === 0) this.#endTransport();
  }

  /** Ends our half. What still arrives is read and thrown away, so that no reset overtakes our last words. */
  #endTransport(): void {
    if (this.#ending) return;
    this.#ending = true;
    this.#startDeadline();
    if (this.#paused) this.#transport.resume();
    this.#transport.end();
  }

  #startDeadline(): void {
    this.#deadline ??= setTimeout(() => this.terminate(), this.#context.settings.closeTimeout);
  }
}
