import { headerSizeFor, MAX_HEADER_SIZE, writeHeader } from "../frame/header.ts";
import { mask } from "../frame/mask.ts";
import { Opcode } from "../frame/opcode.ts";
import type { Platform } from "./platform.ts";

/*
 * The output of a connection. Small frames are written one behind the other into a slab, so that all that
 * was sent since the last take leaves in one write; large payloads pass through as they are. A slab may be shared by
 * all connections of a server: each holds a range of it for as long as its output is not taken. When another connection
 * has written behind that range, it moves to the end, so that what waits holds one slab at the most.
 */

const SLAB_SIZE = 64 * 1024;
/** Payloads up to this size are copied into the slab: less work than a chunk of their own. */
export const MERGE_LIMIT: number = 4 * 1024;
/** Frames laid out before that wait as they are; more are copied into the slab. */
const MAX_LAID_OUT = 64;
/**
 * Pongs that may wait in the output, in octets of their frames. While a peer does not read, only the most recent
 * further ping is answered (RFC 6455 section 5.5.3), so a flood of pings costs constant memory.
 */
const PONG_BUDGET = 4 * 1024;

/** Memory that output is written into, from the start to the end, and then anew. */
export class Slab {
  bytes: Uint8Array = new Uint8Array(0);
  at = 0;
  readonly #allocate: (size: number) => Uint8Array;
  readonly #size: number;
  /** The last view that was made, and where it begins. */
  #view: Uint8Array | undefined;
  #viewFrom = 0;

  /** `size` in octets, default 64 KiB. */
  constructor(allocate: (size: number) => Uint8Array, size: number = SLAB_SIZE) {
    this.#allocate = allocate;
    this.#size = size;
  }

  /** Makes room for `size` octets at {@link Slab.at}, in new memory where the old is used up. */
  reserve(size: number): void {
    if (this.at + size <= this.bytes.length) return;
    this.bytes = this.#allocate(Math.max(size, this.#size));
    this.at = 0;
    this.#view = undefined;
  }

  /** A view of a range. Where ranges are given back, the same one often comes again. */
  view(from: number, to: number): Uint8Array {
    const last = this.#view;
    if (last !== undefined && this.#viewFrom === from && last.length === to - from) return last;
    this.#viewFrom = from;
    return (this.#view = this.bytes.subarray(from, to));
  }
}

const NOTHING: readonly Uint8Array[] = [];

export class Outbox {
  protected readonly platform: Platform;
  readonly #slab: Slab;
  readonly #maskingKey: (() => number) | undefined;
  /** Finished chunks, in order; the range in the slab comes behind them. */
  #chunks: Uint8Array[] | undefined;
  /** All of them are frames that were laid out before. */
  #allLaidOut = true;
  #range: Uint8Array | undefined;
  /** The memory of the range that was taken last. */
  #taken: Uint8Array | undefined;
  #from = 0;
  #to = 0;
  #size = 0;
  #pongs = 0;
  #latestPing: Uint8Array | undefined;

  constructor(platform: Platform, slab: Slab, maskingKey: (() => number) | undefined) {
    this.platform = platform;
    this.#slab = slab;
    this.#maskingKey = maskingKey;
  }

  /** Octets that wait to be taken. */
  get size(): number {
    return this.#size;
  }

  /**
   * Queues a frame. A payload above the merge limit is not copied: it must not change until it is written. In `room`
   * octets in front of it, which are nobody's, its header is written.
   */
  frame(first: number, payload: Uint8Array, room = 0): void {
    const key = this.#maskingKey?.();
    const { length } = payload;
    if (length > MERGE_LIMIT) return this.#large(first, payload, room, key);
    const start = this.#header(first, length, key, length);
    const { bytes } = this.#slab;
    if (key !== undefined) mask(payload, 0, length, bytes, start, key, 0);
    else if (length > 48) bytes.set(payload, start);
    else for (let i = 0; i < length; i++) bytes[start + i] = payload[i]!;
    this.#extend(start + length);
  }

  #large(first: number, payload: Uint8Array, room: number, key: number | undefined): void {
    const { length, buffer, byteOffset } = payload;
    const header = headerSizeFor(length, false);
    if (key === undefined && room >= header) {
      const whole = new Uint8Array(buffer, byteOffset - header, header + length);
      writeHeader(whole, 0, first, length, undefined);
      this.#chunk(whole);
    } else {
      this.#extend(this.#header(first, length, key, 0));
      const octets = key === undefined ? payload : this.platform.allocate(length);
      if (key !== undefined) mask(payload, 0, length, octets, 0, key, 0);
      this.#chunk(octets);
    }
  }

  /** Queues a frame whose payload is `text`, written straight to its place. */
  textFrame(first: number, text: string): void {
    // A character takes an octet at least, so a long text need not be counted before.
    const length = text.length > MERGE_LIMIT ? text.length : this.platform.utf8Length(text);
    if (length > MERGE_LIMIT) {
      const payload = this.platform.encodeUtf8(text, MAX_HEADER_SIZE);
      return this.frame(first, payload, MAX_HEADER_SIZE);
    }
    const key = this.#maskingKey?.();
    const start = this.#header(first, length, key, length);
    const { bytes } = this.#slab;
    this.platform.writeUtf8(text, bytes, start);
    if (key !== undefined) mask(bytes, start, start + length, bytes, start, key, 0);
    this.#extend(start + length);
  }

  /**
   * Queues a whole small frame that was laid out before, for many connections: alone it is written as it is, others are
   * copied behind each other once, when they are taken.
   */
  laidOut(frame: Uint8Array): void {
    if (this.#range === undefined) {
      const chunks = (this.#chunks ??= []);
      this.#size += frame.length;
      if (chunks.push(frame) > MAX_LAID_OUT && this.#allLaidOut) this.#merge();
      return;
    }
    const slab = this.#slab;
    slab.reserve(frame.length);
    if (slab.bytes !== this.#range || slab.at !== this.#to) this.#beginRange(frame.length);
    slab.bytes.set(frame, slab.at);
    this.#extend(slab.at + frame.length);
  }

  /** Queues the answer to a ping; beyond the budget it takes the place of the last one that still waits. */
  pong(payload: Uint8Array): void {
    if (this.#pongs >= PONG_BUDGET) {
      // A copy: the same octets were told to the user, who may write into them before the output is taken.
      this.#latestPing = new Uint8Array(payload);
      return;
    }
    const before = this.#size;
    this.frame(0x80 | Opcode.PONG, payload);
    this.#pongs += this.#size - before;
  }

  /** Takes all that waits, in order; what was taken is the caller's to write. */
  take(): readonly Uint8Array[] {
    this.flushPong();
    if (this.#size === 0) return NOTHING;
    const count = (this.#chunks?.length ?? 0) + (this.#range === undefined ? 0 : 1);
    if (count > 1 && this.#allLaidOut) this.#merge();
    const chunks = (this.#chunks ??= []);
    const range = (this.#taken = this.#range);
    if (range !== undefined) {
      const owner = range === this.#slab.bytes ? this.#slab : undefined;
      chunks.push(owner?.view(this.#from, this.#to) ?? range.subarray(this.#from, this.#to));
    }
    this.#range = this.#chunks = undefined;
    this.#allLaidOut = true;
    this.#size = this.#pongs = 0;
    return chunks;
  }

  /**
   * Says that nobody looks any more at what was taken last: its memory may be written anew, unless somebody else has
   * written behind it.
   */
  giveBack(): void {
    const slab = this.#slab;
    if (slab.bytes === this.#taken && slab.at === this.#to) slab.at = this.#from;
    this.#taken = undefined;
  }

  /** Queues the one pong that still waits; called before a Close frame, behind which nothing may come. */
  flushPong(): void {
    if (this.#latestPing === undefined) return;
    this.frame(0x80 | Opcode.PONG, this.#latestPing);
    this.#latestPing = undefined;
  }

  /** Writes a header with room for `room` octets behind it, and returns where they begin. */
  #header(first: number, length: number, key: number | undefined, room: number): number {
    const slab = this.#slab;
    const size = headerSizeFor(length, key !== undefined) + room;
    slab.reserve(size);
    if (slab.bytes !== this.#range || slab.at !== this.#to) this.#beginRange(size);
    return writeHeader(slab.bytes, slab.at, first, length, key);
  }

  /** Begins a range with room for `size` octets, and what waits in an older one moves there: it leaves in one write. */
  #beginRange(size: number): void {
    if (this.#to - this.#from > MERGE_LIMIT) this.#copyOut();
    const old = this.#range;
    const waiting = old === undefined ? 0 : this.#to - this.#from;
    const slab = this.#slab;
    slab.reserve(waiting + size);
    if (old !== undefined) slab.bytes.set(old.subarray(this.#from, this.#to), slab.at);
    // The marks now belong to this range: the one that was taken can no longer be given back.
    this.#taken = undefined;
    this.#range = slab.bytes;
    this.#from = slab.at;
    this.#to = slab.at += waiting;
  }

  #extend(end: number): void {
    this.#size += end - this.#to;
    this.#to = end;
    this.#slab.at = end;
  }

  /** All that waits becomes one range. */
  #merge(): void {
    const slab = this.#slab;
    const old = this.#range?.subarray(this.#from, this.#to);
    slab.reserve(this.#size);
    this.#range = slab.bytes;
    this.#from = slab.at;
    for (const chunk of this.#chunks!) {
      slab.bytes.set(chunk, slab.at);
      slab.at += chunk.length;
    }
    if (old !== undefined) slab.bytes.set(old, slab.at);
    this.#to = slab.at = this.#from + this.#size;
    this.#chunks = this.#taken = undefined;
  }

  #chunk(bytes: Uint8Array): void {
    this.#copyOut();
    this.#allLaidOut = false;
    (this.#chunks ??= []).push(bytes);
    this.#size += bytes.length;
  }

  /** Output that may wait long must not hold a whole slab: it gets memory of its own. */
  #copyOut(): void {
    if (this.#range === undefined) return;
    this.#allLaidOut = false;
    (this.#chunks ??= []).push(new Uint8Array(this.#range.subarray(this.#from, this.#to)));
    if (this.#slab.bytes === this.#range && this.#slab.at === this.#to) this.#slab.at = this.#from;
    this.#range = undefined;
  }
}
