import { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { Connection } from "../connection/connection.ts";
import { CloseCode } from "../frame/close-code.ts";
import type { Context } from "./context.ts";
import { tell, type TimeoutDiagnostic } from "./diagnostics.ts";
import { type Resolvers, withResolvers } from "./promises.ts";
import type { ServerSocket } from "./socket.ts";
import { watchStall } from "./stall.ts";
import { Vitals } from "./vitals.ts";

/*
 * The writing half of a driver. What is sent is written once in a turn of the event loop, when all transports that had
 * input have been read: reading many and then writing many costs less than taking turns, because the peers are not woken
 * for each reply. Much output is written at once. While the transport is full, output waits in the connection, where pongs
 * replace each other.
 */

/** Output that may wait, in bytes, before `send` says stop and the peer is no longer read. */
export const HIGH_WATER: number = 64 * 1024;

/** Output, in bytes, that does not wait for the end of the turn. */
const FLUSH_AT_ONCE = 16 * 1024;
/** ... where it is made of large pieces. */
const GATHERED = 512 * 1024;

export abstract class Outlet extends Vitals {
  abstract readonly connection: Connection;
  abstract readonly socket: ServerSocket;
  /** Events are being handed out: what is sent then is seen to afterwards. */
  protected abstract readonly inside: boolean;
  abstract close(code: number, reason: string): void;
  /** Called whenever output was written, or could not be. */
  protected abstract flushed(): void;
  protected readonly transport: Duplex;
  readonly context: Context;
  protected dead = false;
  /** The transport is full. */
  blocked = false;
  #endStall: (() => void) | undefined;
  #scheduled = false;
  /** Bytes that wait for others of their turn, or did when they were written and not taken. */
  #gathered = 0;
  #whenDrained: Resolvers<void> | undefined;

  protected constructor(transport: Duplex, context: Context) {
    super();
    this.transport = transport;
    this.context = context;
  }

  /** The same object: one less for idle connections to hold. */
  get vitals(): Vitals {
    return this;
  }

  /** Bytes that were sent and not yet handed to the system. */
  get bufferedAmount(): number {
    return this.connection.outputSize + this.transport.writableLength;
  }

  /** Whether as much waits for the peer as may. */
  get full(): boolean {
    const waiting = this.connection.outputSize + (this.blocked ? this.transport.writableLength : 0);
    return waiting >= this.context.settings.maxBuffered;
  }

  /**
   * Sees to what was sent; returns a promise to wait for where the peer does not keep up. A large `piece` of a message waits
   * for others of its turn: many writes cost the kernel much more than one.
   */
  sent(piece = false): Promise<void> | undefined {
    const { outputSize } = this.connection;
    const gathers = piece && !this.blocked && this.#gather(outputSize);
    if (!gathers && outputSize > (this.inside ? HIGH_WATER : FLUSH_AT_ONCE)) this.flush();
    else this.flushLater();
    this.vitals.active = this.context.heartbeat.now;
    return gathers || this.#keepsUp ? undefined : this.drained;
  }

  /** Resolves when the peer has taken enough of what waits, or is gone. */
  get drained(): Promise<void> {
    return (this.#whenDrained ??= withResolvers()).promise;
  }

  /** Writes pieces that wait for others of their turn; whether there were any. */
  writeGathered(): boolean {
    if (this.#gathered === 0 || this.blocked) return false;
    this.flush();
    return true;
  }

  /** Sees to it that what was sent is written at the end of this turn. */
  flushLater(): void {
    if (this.inside || this.#scheduled) return;
    this.#scheduled = true;
    this.context.scheduleFlush(this);
  }

  flushScheduled(): void {
    this.#scheduled = false;
    this.flush();
  }

  /** What events have caused is written now where it is much, or where it ends the connection. */
  protected flushSoon(): void {
    const { outputSize, state } = this.connection;
    if (outputSize > (this.#gathered > 0 ? GATHERED : FLUSH_AT_ONCE) || state !== "open") this.flush();
    else if (outputSize > 0) this.flushLater();
  }

  protected flush(): void {
    if (!this.blocked && !this.dead) this.#write(this.connection.takeOutput());
    if (this.#keepsUp) this.settleDrained();
    this.flushed();
  }

  ponged(payload: Uint8Array): void {
    this.context.heartbeat.ponged(this.vitals, payload);
  }

  /** The transport is full: gives the peer up where it takes no octet for `time` milliseconds. */
  watchStall(time: number): void {
    this.#endStall ??= watchStall(this.transport, time, () => this.giveUp("stalled"));
  }

  /** The peer is gone without a word. What has come of it before is still handed out. */
  giveUp(cause: TimeoutDiagnostic["cause"]): void {
    this.context.tally.heartbeatTimeouts++;
    tell(this.context, "handfast:timeout", () => ({ socket: this.socket, cause }));
    this.dead = true;
    this.transport.destroy();
  }

  /** The peer is past its rate. */
  protected rateLimited(): void {
    this.context.tally.rateLimited++;
    tell(this.context, "handfast:rate-limit", () => ({ socket: this.socket }));
  }

  exceeded(): void {
    if (this.connection.state !== "open") return;
    this.rateLimited();
    this.close(CloseCode.POLICY_VIOLATION, "More than the rate limit");
  }

  protected unblocked(): void {
    this.blocked = false;
    this.#endStall?.();
    this.#endStall = undefined;
  }

  /** Whether `size` bytes of output may wait: what all connections have gathered is no more than one may make wait. */
  #gather(size: number): boolean {
    const { context } = this;
    const sum = context.gathered + size - this.#gathered;
    if (size > GATHERED || sum > context.settings.maxBuffered) return false;
    context.gathered = sum;
    this.#gathered = size;
    return true;
  }

  protected settleDrained(): void {
    this.#whenDrained?.resolve();
    this.#whenDrained = undefined;
    this.context.gathered -= this.#gathered;
    this.#gathered = 0;
  }

  get #keepsUp(): boolean {
    return !this.blocked && this.connection.outputSize < HIGH_WATER;
  }

  #write(chunks: readonly Uint8Array[]): void {
    const { transport } = this;
    if (chunks.length === 0) return;
    const several = chunks.length > 1;
    if (several) transport.cork();
    for (const chunk of chunks) {
      this.vitals.bytesSent += chunk.length;
      transport.write(chunk);
    }
    if (several) transport.uncork();
    // A TCP or unix socket holds nothing that the kernel has taken; other streams may have passed it on.
    else if (transport.writableLength === 0 && transport instanceof Socket) this.connection.giveBackOutput();
    this.blocked = transport.writableLength >= transport.writableHighWaterMark;
  }
}
