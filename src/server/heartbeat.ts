import { Buffer } from "node:buffer";
import { CloseCode } from "../frame/close-code.ts";
import type { Context } from "./context.ts";
import type { Driver } from "./driver.ts";
import { asBuffer } from "./node-platform.ts";
import type { Settings } from "./settings.ts";
import type { Vitals } from "./vitals.ts";

/*
 * Finds the peers that are gone without a word, and the connections that nobody uses. One timer for a server, and only
 * while it has connections; a connection waits in the slot of the tick at which it is to be looked at, so a tick looks
 * at few. What comes in notes the tick and nothing else.
 *
 * Time is what this counts: ticks, in which the event loop has turned. A tick that comes late, because the loop was
 * blocked or the process was stopped, does not count, and before each one the transports have been read. So the silence
 * of a peer is never our own, and time is never too short. Where we do not read (the consumer is busy), there is no silence to judge: such a peer is
 * sent a Ping all the same, so that TCP notices when nobody acknowledges it. Where the peer does not take its output, no
 * Ping would get through: then what counts is whether it takes any octet (see `stall`).
 */

/** Ticks in the shortest time that is measured. */
const STEPS = 32;
/** Milliseconds. */
const LEAST_TICK = 10;
/** Ticks that one may be late before it does not count. */
const LATE = 4;
/** A connection is looked at after this many ticks at the latest. */
const SLOTS = 256;
/**
 * How long a peer may take nothing of its output, in intervals and time-outs: the system tells of room only by the
 * megabyte, which takes a slow peer a while.
 */
const STALL = 4;
/** Pings are spread over this part of the interval. */
const JITTER = 1 / 8;
/**
 * So many that came one behind the other share a slot. V8 moves objects in the order in which it finds them, here too, and a
 * broadcast that goes through thousands of them in the order they came takes a third more where that is another one.
 */
const TOGETHER = 64;

/** Milliseconds as ticks; infinite for none. */
type Ticks = number;

export class Heartbeat {
  /** The number of this tick. */
  now = 0;
  readonly #context: Context;
  /** Milliseconds from tick to tick; infinite where there is nothing to find. */
  readonly #tick: number;
  readonly #interval: Ticks;
  readonly #timeout: Ticks;
  readonly #idle: Ticks;
  readonly #slots: (Set<Driver> | undefined)[] = Array.from({ length: SLOTS });
  #size = 0;
  #timer: NodeJS.Timeout | undefined;
  #pings = 0;
  #turn = 0;

  constructor(context: Context, { heartbeat, idleTimeout }: Settings) {
    this.#context = context;
    const { interval = Infinity, timeout = Infinity } = heartbeat ?? {};
    const idle = idleTimeout || Infinity;
    this.#tick = Math.max(LEAST_TICK, Math.ceil(Math.min(interval, timeout, idle) / STEPS));
    this.#interval = Math.ceil(interval / this.#tick);
    this.#timeout = Math.ceil(timeout / this.#tick);
    this.#idle = Math.ceil(idle / this.#tick);
  }

  add(driver: Driver): void {
    if (this.#tick === Infinity) return;
    const { vitals } = driver;
    vitals.heard = vitals.active = this.now;
    this.#size++;
    this.#schedule(driver, this.now + Math.min(this.#interval + this.#jitter(), this.#idle));
    if (this.#timer === undefined) this.#wait();
  }

  remove(driver: Driver): void {
    if (this.#tick === Infinity) return;
    this.#slots[driver.vitals.slot]?.delete(driver);
    if (--this.#size > 0) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }

  /** A Pong has come. */
  ponged(vitals: Vitals, payload: Uint8Array): void {
    if (payload.length !== 4 || asBuffer(payload).readUInt32BE() !== vitals.ping) return;
    vitals.latency = Math.round((performance.now() - vitals.pingedAt) * 1000);
    vitals.ping = -1;
  }

  #wait(): void {
    const due = performance.now() + this.#tick;
    // By then all transports that had input when the timer fired have been read.
    const timer = setTimeout(() => setImmediate(() => this.#timer === timer && this.#beat(due)), this.#tick);
    this.#timer = timer.unref();
  }

  #beat(due: number): void {
    if (performance.now() - due <= LATE * this.#tick) {
      const slot = ++this.now % SLOTS;
      const drivers = this.#slots[slot] ?? [];
      this.#slots[slot] = undefined;
      for (const driver of drivers) this.#look(driver);
    }
    this.#wait();
  }

  #schedule(driver: Driver, due: Ticks): void {
    const slot = Math.max(this.now + 1, Math.min(due, this.now + SLOTS - 1)) % SLOTS;
    driver.vitals.slot = slot;
    (this.#slots[slot] ??= new Set()).add(driver);
  }

  #look(driver: Driver): void {
    driver.vitals.slot = -1;
    // A connection that is being closed has a deadline of its own.
    if (driver.connection.state !== "open") return;
    const due = Math.min(this.#checkSilence(driver), this.#checkIdle(driver));
    if (due < Infinity) this.#schedule(driver, due);
  }

  /** Returns when to look again. */
  #checkSilence(driver: Driver): Ticks {
    const { now } = this;
    const [interval, timeout] = [this.#interval, this.#timeout];
    const { vitals, listening } = driver;
    if (interval === Infinity || (listening && now - vitals.heard < interval)) {
      return vitals.heard + interval + this.#jitter();
    }
    if (driver.blocked) {
      driver.watchStall(STALL * (interval + timeout) * this.#tick);
      return now + interval;
    }
    if (listening && vitals.pinged > vitals.heard) {
      if (now - vitals.pinged < timeout) return Math.min(vitals.pinged + timeout, now + interval);
      driver.giveUp("silent");
      return Infinity;
    }
    this.#ping(driver);
    if (listening) return now + Math.min(timeout, interval);
    vitals.heard = now;
    return now + interval;
  }

  #ping(driver: Driver): void {
    const { vitals, connection } = driver;
    const payload = Buffer.allocUnsafe(4);
    vitals.ping = this.#pings = (this.#pings + 1) >>> 0;
    payload.writeUInt32BE(vitals.ping);
    vitals.pinged = this.now;
    vitals.pingedAt = performance.now();
    connection.ping(payload);
    driver.flushLater();
  }

  /** Of many connections that came together only some are asked together. */
  #jitter(): Ticks {
    return Math.floor(this.#turn++ / TOGETHER) % Math.max(1, Math.round(this.#interval * JITTER));
  }

  #checkIdle(driver: Driver): Ticks {
    if (this.#idle === Infinity) return Infinity;
    const { vitals, connection, empty, listening, blocked } = driver;
    const coming = connection.messageOpen && this.now - vitals.heard < this.#idle;
    const waiting = !listening || !empty || blocked;
    if (coming || waiting) vitals.active = this.now;
    const due = vitals.active + this.#idle;
    if (this.now < due) return due;
    driver.close(CloseCode.GOING_AWAY, `No message for ${this.#context.settings.idleTimeout} ms`);
    return Infinity;
  }
}
