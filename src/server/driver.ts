import type { Duplex } from "node:stream";
import { Connection } from "../connection/connection.ts";
import type { CloseEvent } from "../connection/event.ts";
import { CloseCode } from "../frame/close-code.ts";
import { Closing } from "./closing.ts";
import type { AgreedCompression, Compression } from "./compression.ts";
import type { Context } from "./context.ts";
import { abortTransport } from "./ending.ts";
import { type Consumer, Intake } from "./intake.ts";
import { isTooLate } from "./message-stream.ts";
import { HIGH_WATER } from "./outlet.ts";
import { isPromiseLike, type Resolvers, withResolvers } from "./promises.ts";
import { ServerSocket } from "./socket.ts";
import { listenTo } from "./transport.ts";

/*
 * Drives a connection over a transport: octets in, consumers called, octets out. A peer that does not take its output, or
 * whose messages nobody takes, is not read any more.
 */

/** Why a transport is not read. */
const Pause = {
  /** The peer does not take its output. */
  OUTPUT: 1,
  /** The consumer is busy, and enough is read ahead. */
  CONSUMER: 2,
  /** Inflating has used up its share of this turn, or the peer its rate. */
  TURN: 4,
} as const;

/** Takes what nobody wants any more. */
const NOBODY: Consumer = { take() {} };

export class Driver extends Intake {
  readonly connection: Connection;
  readonly socket: ServerSocket;
  /** Bytes for context takeover; undefined where the connection is not compressed. */
  readonly #reserved: number | undefined;
  #pauses = 0;
  /** The peer has ended its half. */
  #ended = false;
  #closing: Closing | undefined;
  #farewell: CloseEvent | undefined;
  /** A message that is being sent in pieces hears here that it need not go on. */
  whenOver: (() => void) | undefined;
  #whenClosed: Resolvers<CloseEvent> | undefined;

  constructor(
    transport: Duplex,
    context: Context,
    subprotocol: string | undefined,
    data: unknown,
    agreed: AgreedCompression | undefined,
  ) {
    super(transport, context);
    this.connection = new Connection(context.optionsFor(agreed?.codec));
    this.#reserved = agreed?.reserved;
    this.socket = new ServerSocket(this, subprotocol, data);
    this.consumer = context.consumerFor(this);
    listenTo(transport, this, context.settings.sharedRead);
  }

  protected get self(): this {
    return this;
  }

  /** Present where the connection is compressed. */
  get compression(): Compression | undefined {
    return this.#reserved === undefined ? undefined : this.context.compression;
  }

  /** The end of the conversation, once it has been told. */
  get farewell(): CloseEvent | undefined {
    return this.#farewell;
  }

  /** Resolves at the end of the conversation, however it comes. */
  get closed(): Promise<CloseEvent> {
    if (this.#whenClosed === undefined) {
      this.#whenClosed = withResolvers();
      if (this.#farewell !== undefined) this.#whenClosed.resolve(this.#farewell);
    }
    return this.#whenClosed.promise;
  }

  /** Announces the connection, then reads what came behind the head. */
  open(announce: () => unknown, rest: Uint8Array): void {
    try {
      const result = announce();
      // Where no hook takes the messages, an iteration may well be inside of it.
      if (isPromiseLike(result)) void (this.context.hasHandler ? this.waitFor(result) : this.watch(result));
    } catch (error) {
      this.hookFailed(error);
    }
    if (rest.length > 0) this.receive(rest, rest.length);
    if (this.#pauses === 0 && this.transport.isPaused()) this.transport.resume();
  }

  /** The first `size` octets of `memory`, which must stay as they are. */
  receive(memory: Uint8Array, size: number): void {
    this.vitals.bytesReceived += size;
    this.vitals.heard = this.context.heartbeat.now;
    this.limit?.received(size);
    this.connection.receive(memory, size);
    this.#advance();
    this.flushSoon();
  }

  /** ... of memory that is written anew after the call. */
  receiveBorrowed(memory: Uint8Array, size: number): number {
    this.receive(memory, size);
    this.connection.keepInput();
    return this.awaited;
  }

  /** The peer has ended its half of the transport. */
  receiveEnd(): void {
    this.#ended = true;
    this.#advance();
    this.flushSoon();
  }

  /** Whether what the peer sends is read now. */
  get listening(): boolean {
    return this.#pauses === 0 && !this.#ended;
  }

  /** The consumer is ready for more. */
  proceed(): void {
    if (this.inside) return;
    this.#advance();
    this.flushSoon();
  }

  transportDrained(): void {
    this.unblocked();
    this.flush();
    if (this.blocked || (this.#pauses & Pause.OUTPUT) === 0) return;
    this.#unpause(Pause.OUTPUT);
    if ((this.#pauses & Pause.TURN) !== 0) setImmediate(() => this.#goOn());
  }

  /** The transport is closed, for whatever reason. */
  gone(): void {
    const destroyed = this.dead;
    this.dead = true;
    this.#closing?.stop();
    this.limit?.stop();
    const farewell = this.abandon();
    this.whenOver?.();
    if (farewell !== undefined) this.#whenClosed?.resolve(farewell);
    this.settleDrained();
    this.compression?.release(this.#reserved!);
    const clean = (this.#farewell ?? farewell)?.clean === true;
    this.context.remove(this, clean ? "closed" : destroyed ? "destroyed" : "lost");
    this.#advance();
  }

  terminate(): void {
    this.dead = true;
    this.halt();
    abortTransport(this.transport);
  }

  close(code: number, reason: string): void {
    this.connection.close(code, reason);
    this.whenOver?.();
    // The answer comes behind messages that nobody may be there to read.
    this.consumer ??= NOBODY;
    this.flushLater();
    this.proceed();
  }

  /** Makes an iteration the consumer; false where nobody will get a message any more. */
  consume(consumer: Consumer): boolean {
    if (this.consumer === NOBODY) return false;
    if (this.consumer !== consumer) {
      this.busy = true;
      this.consumer = consumer;
    }
    return true;
  }

  release(consumer: Consumer): void {
    if (this.consumer === consumer) this.consumer = undefined;
  }

  /** The next message waits for a hook's promise. */
  waitFor(result: PromiseLike<unknown>): Promise<void> {
    this.busy = true;
    return this.watch(result, () => {
      this.busy = false;
      this.proceed();
    });
  }

  /** A hook's promise. What this returns is fulfilled behind it, whatever becomes of it. */
  watch(result: PromiseLike<unknown>, done?: () => void): Promise<void> {
    return Promise.resolve(result).then(done, (error: unknown) => this.hookFailed(error));
  }

  /** A hook's failure ends its own connection, and no other. */
  hookFailed(error: unknown): void {
    this.consumer?.end?.();
    this.consumer = NOBODY;
    this.busy = false;
    // That a peer went away before it was answered is no failure of the application's.
    const { state } = this.connection;
    const tooLate = state !== "open" && state !== "closing" && isTooLate(error);
    this.connection.close(CloseCode.INTERNAL_ERROR);
    if (!tooLate) this.context.report(error, this.socket);
    this.flushLater();
    this.proceed();
  }

  over(event: CloseEvent): void {
    this.#farewell = event;
    this.context.over(this.socket, event);
    this.whenOver?.();
    const handling = this.consumer?.end?.();
    this.#whenClosed?.resolve(event);
    if (handling === undefined) this.#tellClose(event);
    else void this.watch(handling, () => this.#tellClose(event));
  }

  #tellClose({ code, reason }: CloseEvent): void {
    try {
      const result = this.context.settings.hooks.close?.(this.socket, code, reason);
      if (isPromiseLike(result)) void this.watch(result);
    } catch (error) {
      this.hookFailed(error);
    }
  }

  /** Hands out events, and sees to it that reading goes on as it may. */
  #advance(): void {
    for (;;) {
      const reading = this.handOut();
      if (this.dead) return;
      if (reading === "wait") return this.#pause(Pause.CONSUMER);
      if (reading === "later" || reading === "slow") return this.#goOnLater(reading);
      if (!this.#ended || !this.empty) return this.#unpause(Pause.CONSUMER);
      this.#ended = false;
      this.connection.receiveEnd();
    }
  }

  /** Until inflating is through, or the peer may send again, nothing more is read. */
  #goOnLater(reading: "later" | "slow"): void {
    this.#pause(Pause.TURN);
    if (reading === "later") setImmediate(() => this.#goOn());
    else if (this.limit?.wait(() => this.#goOn())) this.rateLimited();
  }

  #goOn(): void {
    // What is inflated may be answered: a peer that does not take that gets no more of it.
    if (this.dead || (this.#pauses & Pause.OUTPUT) !== 0) return;
    this.#pauses &= ~Pause.TURN;
    this.#advance();
    this.flush();
    if (this.#pauses === 0) this.transport.resume();
  }

  #pause(reason: number): void {
    if (this.#pauses === 0) this.transport.pause();
    this.#pauses |= reason;
  }

  #unpause(reason: number): void {
    if ((this.#pauses & reason) === 0) return;
    this.#pauses &= ~reason;
    if (this.#pauses === 0) this.transport.resume();
  }

  protected flushed(): void {
    if (this.blocked && this.connection.outputSize > HIGH_WATER) this.#pause(Pause.OUTPUT);
    if (this.connection.state === "open" || this.dead) return;
    const { closeTimeout } = this.context.settings;
    this.#closing ??= new Closing(this.connection, this.transport, closeTimeout, () => this.terminate());
    if (!this.#closing.wrote()) return;
    this.#pauses = 0;
    this.transport.resume();
  }
}
