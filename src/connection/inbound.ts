import {
  headerSize,
  headerSizeFor,
  lengthEnd,
  MAX_HEADER_SIZE,
  readLength,
  readUint32,
} from "../frame/header.ts";
import { isControl, Opcode } from "../frame/opcode.ts";
import { checkFirstOctet, checkLength, checkSecondOctet, MAX_CONTROL_SIZE } from "../frame/rules.ts";
import type { Violation } from "../frame/violation.ts";
import { Assembly } from "./assembly.ts";
import { compressedLimit } from "./compressed-limit.ts";
import type { Delivery, MessageEvent } from "./event.ts";
import { asEvent, type ControlFrame, type InboundEvent, type InboundOptions } from "./inbound-event.ts";
import { Inflating } from "./inflating.ts";
import { readSmallMessage } from "./small-message.ts";

/*
 * The input of a connection: octets to messages, pieces and control frames.
 *
 * The input is pulled from: receive() hands over a chunk, and each next() goes on in it until there is something to
 * tell. So a consumer that is busy simply does not pull, and what it sends in between takes its right place in the
 * output. Of a chunk nothing is kept once it is used up, except up to 13 octets of a header that was cut.
 *
 * Payloads are unmasked into memory of their own; those of compressed messages are inflated slice by slice.
 */

const EMPTY = new Uint8Array(0);

export class Inbound {
  readonly #options: InboundOptions;
  #input: Uint8Array = EMPTY;
  #at = 0;
  #end = 0;
  /** A header that was cut, and how much of it is there. */
  #cut: Uint8Array | undefined;
  #cutSize = 0;

  // The frame whose payload is being read.
  #inFrame = false;
  #opcode = 0;
  #fin = false;
  #key = 0;
  #phase = 0;
  #remaining = 0;

  // The message that is open, between its first frame and its last. Most never are: they are read in one go.
  #assembly: Assembly | undefined;
  /** How messages are handed out; may change while none is open. */
  delivery: Delivery;
  #fragments = 0;
  /** Payload of its frames, as declared. */
  #declared = 0;
  #compressed = false;
  /** From the first compressed message on. */
  #inflating: Inflating | undefined;
  /** A control frame may come inside a message: it is collected apart. */
  #control: Uint8Array | undefined;

  constructor(options: InboundOptions) {
    this.#options = options;
    this.delivery = options.delivery;
  }

  /** Whether what was received is not used up yet. */
  get pending(): boolean {
    return this.#at < this.#end || this.#inflating?.active === true;
  }

  /** Whether a message has begun and not ended. */
  get messageOpen(): boolean {
    return this.#fragments > 0;
  }

  /** Leaves itself to who gets input next, where nothing is under way: whether it did. */
  leave(): boolean {
    const open = this.pending || this.#inFrame || this.messageOpen || this.#cut !== undefined;
    if (open || this.#inflating !== undefined || this.delivery !== this.#options.delivery) return false;
    this.#options.spare = this;
    return true;
  }

  /** Octets that the open frame has still to bring, where they go straight into their message. */
  get awaited(): number {
    return this.#compressed ? 0 : this.#remaining;
  }

  receive(bytes: Uint8Array, end: number = bytes.length): void {
    this.#input = bytes;
    this.#at = 0;
    this.#end = end;
    this.#inflating?.rest();
  }

  /** Copies what is left of the input: its memory may be written anew. */
  keep(): void {
    // Not slice: a Buffer's is no copy.
    this.#input = this.pending ? new Uint8Array(this.#input.subarray(this.#at, this.#end)) : EMPTY;
    this.#end -= this.#at;
    this.#at = 0;
  }

  /** After a Close frame or a failure: it is of no more use. */
  discard(): void {
    this.#inflating?.discard();
  }

  /**
   * What comes next; undefined when more octets are needed, when the budget of work is used up, or with `controlOnly` where
   * a data frame begins: that stays where it is.
   */
  next(controlOnly = false): InboundEvent | undefined {
    while (this.pending) {
      const inflating = this.#inflating;
      if (inflating?.active === true) {
        const event = this.#readInflated(inflating);
        if (event !== undefined) return event;
        if (!inflating.exhausted) continue;
        inflating.rest();
        return undefined;
      }
      if (!this.#inFrame) {
        if (controlOnly && !isControl(this.#cut === undefined ? this.#input[this.#at]! : this.#cut[0]!))
          return undefined;
        const message = this.#readSmallMessage();
        if (message !== undefined) return message;
        const violation = this.#cut === undefined ? this.#readHeader() : this.#mendHeader();
        if (violation !== undefined) return { type: "violation", violation };
        if (!this.#inFrame) break;
      }
      const event = isControl(this.#opcode) ? this.#readControl() : this.#readData();
      if (event !== undefined) return event;
    }
    this.#input = EMPTY;
    return undefined;
  }

  #readSmallMessage(): MessageEvent | undefined {
    const { maxFragments, fromClient } = this.#options;
    const unfinished = this.#fragments !== 0 || this.#cut !== undefined;
    if (unfinished || this.delivery === "pieces" || !fromClient || maxFragments === 0) return undefined;
    const message = readSmallMessage(this.#input, this.#at, this.#end, this.#options);
    const size = message?.bytes.length;
    if (size !== undefined) this.#at += headerSizeFor(size, true) + size;
    return message;
  }

  /** Reads the header at the input's position where it is whole; else keeps what is there for the next chunk. */
  #readHeader(): Violation | undefined {
    const violation = this.#tryHeader(this.#input, this.#at, this.#end);
    if (violation !== undefined || this.#inFrame) return violation;
    this.#cut = new Uint8Array(MAX_HEADER_SIZE);
    this.#cutSize = this.#end - this.#at;
    this.#cut.set(this.#input.subarray(this.#at, this.#end));
    this.#at = this.#end;
    return undefined;
  }

  /** Adds octets to a header that was cut, one by one: at most 13 times for a frame. */
  #mendHeader(): Violation | undefined {
    const cut = this.#cut!;
    while (this.#at < this.#end) {
      cut[this.#cutSize++] = this.#input[this.#at++]!;
      // A whole header moves the position in the octets it was read from, which are not the input here.
      const at = this.#at;
      const violation = this.#tryHeader(cut, 0, this.#cutSize);
      this.#at = at;
      if (violation !== undefined) return violation;
      if (this.#inFrame) {
        this.#cut = undefined;
        return undefined;
      }
    }
    return undefined;
  }

  /** Each rule is asked once the octet is there that decides it; the frame begins when the header is whole. */
  #tryHeader(bytes: Uint8Array, at: number, end: number): Violation | undefined {
    const { fromClient, maxPayload, tolerateLongLengths, codec } = this.#options;
    const first = bytes[at]!;
    const violation = checkFirstOctet(first, this.#fragments > 0, codec !== undefined);
    if (violation !== undefined || end - at < 2) return violation;
    const second = bytes[at + 1]!;
    const unlawful = checkSecondOctet(first, second, fromClient);
    if (unlawful !== undefined || end - at < lengthEnd(second)) return unlawful;
    const length = readLength(bytes, at);
    const limit = isControl(first) ? MAX_CONTROL_SIZE : this.#roomFor(first, maxPayload);
    const wrongLength = checkLength(second, length, limit, tolerateLongLengths);
    const size = headerSize(second);
    if (wrongLength !== undefined || end - at < size) return wrongLength;
    this.#at = at + size;
    this.#key = fromClient ? readUint32(bytes, at + size - 4) : 0;
    return this.#beginFrame(first, length);
  }

  #beginFrame(first: number, length: number): Violation | undefined {
    this.#inFrame = true;
    this.#opcode = first & 0xf;
    this.#fin = (first & 0x80) !== 0;
    this.#phase = 0;
    this.#remaining = length;
    if (isControl(this.#opcode)) {
      this.#control = length === 0 ? EMPTY : this.#options.platform.allocate(length);
      return undefined;
    }
    if (this.#opcode !== Opcode.CONTINUATION) {
      const { codec } = this.#options;
      const kind = this.#opcode === Opcode.TEXT ? "text" : "binary";
      this.#assembly = new Assembly(this.#options, this.delivery, kind);
      this.#compressed = (first & 0x40) !== 0;
      this.#declared = this.#fragments = 0;
      if (this.#compressed) (this.#inflating ??= new Inflating(codec!, this.#options)).begin(this.#assembly);
    }
    this.#declared += length;
    return ++this.#fragments > this.#options.maxFragments ? "too-many-fragments" : undefined;
  }

  /** Octets that a data frame may declare: what its message has left. */
  #roomFor(first: number, maxPayload: number): number {
    const isFirst = (first & 0xf) !== Opcode.CONTINUATION;
    const compressed = isFirst ? (first & 0x40) !== 0 : this.#compressed;
    const declared = isFirst ? 0 : this.#declared;
    if (!compressed) return maxPayload - declared;
    return compressedLimit(maxPayload, isFirst ? 1 : this.#fragments + 1) - declared;
  }

  /** Unmasks what the input has of the payload; returns the OR of its octets. */
  #unmask(size: number, target: Uint8Array, at: number): number {
    const from = this.#at;
    this.#at += size;
    this.#remaining -= size;
    const phase = this.#phase;
    this.#phase = (phase + size) & 3;
    return this.#options.platform.mask(this.#input, from, from + size, target, at, this.#key, phase);
  }

  #readControl(): ControlFrame | undefined {
    const payload = this.#control!;
    const size = Math.min(this.#remaining, this.#end - this.#at);
    this.#unmask(size, payload, payload.length - this.#remaining);
    if (this.#remaining > 0) return undefined;
    this.#inFrame = false;
    this.#control = undefined;
    return { type: "control", opcode: this.#opcode, payload };
  }

  #readData(): InboundEvent | undefined {
    const size = Math.min(this.#remaining, this.#end - this.#at);
    const rest = this.#remaining - size;
    const last = rest === 0 && this.#fin;
    if (rest === 0) this.#inFrame = false;
    if (this.#compressed) {
      const piece = this.#options.platform.allocate(size);
      this.#unmask(size, piece, 0);
      this.#inflating!.push(piece, last);
      return undefined;
    }
    const assembly = this.#assembly!;
    assembly.reserve(size, this.#fin ? rest : Infinity);
    const violation = assembly.added(size, this.#unmask(size, assembly.memory, assembly.end));
    return violation === undefined ? this.#take(last) : { type: "violation", violation };
  }

  #readInflated(inflating: Inflating): InboundEvent | undefined {
    const last = !this.#inFrame && this.#fin;
    const taken = inflating.read(last);
    return inflating.active ? asEvent(taken) : this.#take(last);
  }

  /** Hands out the message, or its piece. */
  #take(last: boolean): InboundEvent | undefined {
    const taken = asEvent(this.#assembly!.take(last));
    if (last && taken?.type !== "violation") {
      this.#fragments = 0;
      this.#assembly = undefined;
    }
    return taken;
  }
}

/** The one that the last who used it has left, or a new one. */
export function lentInbound(options: InboundOptions): Inbound {
  const inbound = options.spare ?? new Inbound(options);
  options.spare = undefined;
  return inbound;
}
