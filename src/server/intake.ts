import type { Duplex } from "node:stream";
import type { CloseEvent, MessageEvent, PieceEvent } from "../connection/event.ts";
import type { Context } from "./context.ts";
import type { Driver } from "./driver.ts";
import { Outlet } from "./outlet.ts";
import { RateLimit } from "./rate-limit.ts";

/*
 * Between a connection's events and who consumes them. Events go straight to a consumer that is ready. While it is busy,
 * messages are read ahead up to a limit, so that pings between them are answered; the end of the conversation is left
 * unread, so that what was read ahead can still be answered. Without a consumer only control frames are read.
 */

export type DataEvent = MessageEvent | PieceEvent;

/** Who gets the messages of connections: hooks, or an iteration. */
export interface Consumer {
  readonly inPieces?: boolean;
  /** Called while the intake is not busy, which it may become by this. */
  take(event: DataEvent, driver: Driver): void;
  /** The conversation is over, and all that was read has been taken. Returns what the news of it has to wait for. */
  end?(): PromiseLike<unknown> | undefined;
}

/**
 * How reading goes on: with more input, with this input in a later turn, when the consumer is ready, or when the peer may
 * send again.
 */
export type Reading = "read" | "later" | "wait" | "slow";

/** What a message costs beside its octets, in octets. */
const OVERHEAD = 128;
/** Places of taken events that are kept before the list is made shorter. */
const SLACK = 64;

export abstract class Intake extends Outlet {
  /** The same object, as one that may be handed to consumers. */
  protected abstract readonly self: Driver;
  /** Undefined where no iteration is under way. */
  consumer: Consumer | undefined;
  /** How fast the peer may send. */
  protected readonly limit: RateLimit | undefined;
  /** The consumer does not take the next event yet. */
  busy = false;
  /** Events are being handed out right now. */
  protected inside = false;
  /** What was read ahead, and where it begins in the list. */
  #inbox: (DataEvent | undefined)[] | undefined;
  #at = 0;
  #size = 0;
  /** The end, where the transport was gone before the consumer was through. */
  #farewell: CloseEvent | undefined;
  #halted = false;

  protected constructor(transport: Duplex, context: Context) {
    super(transport, context);
    const { rateLimit } = context.settings;
    this.limit = rateLimit && new RateLimit(rateLimit);
  }

  /** The conversation is over. */
  protected abstract over(event: CloseEvent): void;

  /** Whether nothing that was read waits for the consumer. */
  get empty(): boolean {
    return this.#inbox === undefined && !(this.busy && this.consumer !== undefined);
  }

  /** Octets of what comes next that have a place to go: in the message that is open, or, as a piece, in the read-ahead. */
  protected get awaited(): number {
    const { awaited } = this.connection;
    if (awaited === 0 || this.limit !== undefined) return 0;
    return this.consumer?.inPieces
      ? Math.min(awaited, this.context.settings.readAhead - this.#size)
      : awaited;
  }

  /** Hands out what can be handed out. */
  protected handOut(): Reading {
    // A hook has asked for more: the loop that called it goes on.
    if (this.inside) return "read";
    this.inside = true;
    try {
      return this.#loop();
    } finally {
      this.inside = false;
    }
  }

  #loop(): Reading {
    const { connection } = this;
    while (!this.#halted) {
      const { consumer } = this;
      const ready = consumer !== undefined && !this.busy;
      if (ready && this.#inbox !== undefined) {
        consumer.take(this.takeAhead()!, this.self);
        continue;
      }
      if (this.#farewell !== undefined) return this.#sayFarewell(this.#farewell);
      if (!ready && this.#size >= this.context.settings.readAhead) return "wait";
      if (this.limit?.holdsMessages) return "slow";
      const event = connection.next(ready ? undefined : consumer === undefined ? "data" : "end");
      if (event === undefined) break;
      if (event.type === "message" || event.type === "piece") {
        if (this.limit?.admits(event) === false) {
          this.exceeded();
          continue;
        }
        this.received(event);
        if (ready) consumer.take(event, this.self);
        else this.#push(event);
      } else if (event.type === "close") this.over(event);
      else if (event.type === "pong") this.ponged(event.bytes);
    }
    if (this.#halted) return "wait";
    if (!connection.inputPending) return this.limit?.holdsBytes ? "slow" : "read";
    return connection.endHeld || this.consumer === undefined ? "wait" : "later";
  }

  /** The next event that was read ahead. */
  takeAhead(): DataEvent | undefined {
    const inbox = this.#inbox;
    if (inbox === undefined) return undefined;
    const event = inbox[this.#at]!;
    inbox[this.#at++] = undefined;
    this.#size -= event.bytes.length + OVERHEAD;
    if (this.#at === inbox.length) this.dropAhead();
    else if (this.#at > SLACK && this.#at * 2 > inbox.length) {
      inbox.splice(0, this.#at);
      this.#at = 0;
    }
    return event;
  }

  /** Nothing is handed out any more, until the end is told. */
  protected halt(): void {
    this.#halted = true;
    this.dropAhead();
  }

  /** Throws away what was read ahead. */
  protected dropAhead(): void {
    this.#inbox = undefined;
    this.#at = this.#size = 0;
  }

  /** The transport is gone: what was read ahead is still handed out. Returns the end, where it was not told before. */
  protected abandon(): CloseEvent | undefined {
    this.#halted = false;
    this.connection.abandon();
    const event = this.connection.next();
    if (event?.type === "close") this.#farewell = event;
    return this.#farewell;
  }

  /** Tells the end, once the consumer is through with what came before it. */
  #sayFarewell(event: CloseEvent): Reading {
    if (this.consumer !== undefined && !this.empty) return "wait";
    this.#farewell = undefined;
    this.over(event);
    return "read";
  }

  #push(event: DataEvent): void {
    (this.#inbox ??= []).push(event);
    this.#size += event.bytes.length + OVERHEAD;
  }
}
