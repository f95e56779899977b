import type { MessageEvent, PieceEvent } from "../connection/event.ts";
import { invalidOption } from "./invalid-option.ts";

/** How much a peer may send. At least one of `messages` and `bytes`. */
export interface RateLimitOptions {
  /** Messages a second; default no limit. */
  readonly messages?: number;
  /** Bytes a second, as they come over the wire; default no limit. */
  readonly bytes?: number;
  /** Seconds' worth that may come at once; default 1. */
  readonly burst?: number;
  /** What is done with a peer that is past it: it is not read until it may go on (default), or closed with 1008. */
  readonly onExceeded?: "wait" | "close";
}

/** The options, with their defaults, checked. */
export type RateSettings = Required<RateLimitOptions>;

/** No limit: nobody sends as much, and sums of it stay numbers. */
const UNLIMITED = 1e15;

/** Undefined for no limit. Throws `MisuseError` ERR_INVALID_OPTION. */
export function readRateLimitOptions(options: RateLimitOptions | undefined): RateSettings | undefined {
  if (options === undefined) return undefined;
  const wrong = (what: string): never => {
    throw invalidOption(`rateLimit${what}`);
  };
  if (typeof options !== "object" || options === null) return wrong(" must be options");
  const { messages = UNLIMITED, bytes = UNLIMITED, burst = 1, onExceeded = "wait" } = options;
  if (options.messages === undefined && options.bytes === undefined) wrong(" needs messages, bytes or both");
  for (const [name, value] of Object.entries({ messages, bytes, burst })) {
    if (!(Number.isFinite(value) && value > 0)) wrong(`.${name} must be above 0, not ${String(value)}`);
  }
  if (messages * burst < 1) wrong(" must let a message through: messages times burst is below 1");
  if (onExceeded !== "wait" && onExceeded !== "close") wrong(`.onExceeded must be "wait" or "close"`);
  return { messages, bytes, burst, onExceeded };
}

/** The longest that is waited before looking again, in milliseconds. */
const LONGEST = 60_000;

/**
 * A token bucket of one connection. A message needs a whole token. Bytes may run into debt, by one chunk of the transport:
 * then nothing is read until the debt is paid.
 */
export class RateLimit {
  readonly #settings: RateSettings;
  #messages: number;
  #bytes: number;
  /** When it was filled last, in milliseconds. */
  #filled: number = performance.now();
  #messageOpen = false;
  #exceeded = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(settings: RateSettings) {
    this.#settings = settings;
    this.#messages = settings.messages * settings.burst;
    this.#bytes = settings.bytes * settings.burst;
  }

  /** A chunk has come. */
  received(size: number): void {
    this.#refill();
    this.#bytes -= size;
  }

  /** Whether the next message has to wait. */
  get holdsMessages(): boolean {
    return this.#settings.onExceeded === "wait" && this.#messages < 1 && !this.#messageOpen;
  }

  /** Whether the next chunk has to wait. */
  get holdsBytes(): boolean {
    return this.#settings.onExceeded === "wait" && this.#bytes < 0;
  }

  /** Takes what has come into account; false where it is past a limit that closes. */
  admits(event: MessageEvent | PieceEvent): boolean {
    if (!this.#messageOpen && --this.#messages < 0) this.#exceeded = true;
    this.#messageOpen = event.type === "piece" && !event.last;
    if (this.#bytes < 0) this.#exceeded = true;
    return this.#settings.onExceeded === "wait" || !this.#exceeded;
  }

  /** Calls `goOn` when the peer may be read again; returns whether nobody waits for that already. */
  wait(goOn: () => void): boolean {
    if (this.#timer !== undefined) return false;
    const { messages, bytes } = this.#settings;
    const seconds = Math.max((1 - this.#messages) / messages, -this.#bytes / bytes);
    const done = (): void => {
      this.#timer = undefined;
      this.#refill();
      goOn();
    };
    // The connection keeps the process running, not what it waits for.
    this.#timer = setTimeout(done, Math.min(Math.ceil(seconds * 1000), LONGEST)).unref();
    return true;
  }

  /** The connection is gone. */
  stop(): void {
    clearTimeout(this.#timer);
  }

  #refill(): void {
    const now = performance.now();
    const seconds = (now - this.#filled) / 1000;
    this.#filled = now;
    const { messages, bytes, burst } = this.#settings;
    this.#messages = Math.min(messages * burst, this.#messages + seconds * messages);
    this.#bytes = Math.min(bytes * burst, this.#bytes + seconds * bytes);
  }
}
