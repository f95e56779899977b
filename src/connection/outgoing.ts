import { Opcode } from "../frame/opcode.ts";
import { checkOctets } from "./check-octets.ts";
import type { MessageCodec, MessageDeflater } from "./codec.ts";
import type { MessageKind } from "./event.ts";
import { MisuseError } from "./misuse.ts";
import { Outbox, type Slab } from "./outbox.ts";
import type { Platform } from "./platform.ts";

/*
 * Messages on their way out: whole or in fragments, deflated where that was agreed on.
 */

const FIN = 0x80;
/** Marks the first frame of a compressed message (RFC 7692 section 6). */
const RSV1 = 0x40;
/** A larger message is not deflated: that would hold up everybody else for more than some ten milliseconds. */
const MAX_DEFLATED = 1024 * 1024;

const opcodeOf = (kind: MessageKind): number => (kind === "text" ? Opcode.TEXT : Opcode.BINARY);

export class Outgoing extends Outbox {
  readonly #codec: MessageCodec | undefined;
  /** Held while a message is sent in fragments, and under takeover. */
  #deflater: MessageDeflater | undefined;
  /** The kind of the message that is being sent in fragments. */
  #open: MessageKind | undefined;

  constructor(
    platform: Platform,
    slab: Slab,
    maskingKey: (() => number) | undefined,
    codec: MessageCodec | undefined,
  ) {
    super(platform, slab, maskingKey);
    this.#codec = codec;
  }

  /** Connections with the same number deflate a whole message to the same octets; undefined where none is alike. */
  get shareable(): number | undefined {
    return this.#codec?.shareable;
  }

  /** A whole message; a string is text. `room` is what a message that was received has. */
  message(kind: MessageKind, data: string | Uint8Array, room?: number): void {
    if (this.#codec === undefined) {
      this.#checkNoneOpen();
      if (typeof data === "string") this.textFrame(FIN | Opcode.TEXT, data);
      else {
        checkOctets(data);
        this.frame(FIN | opcodeOf(kind), data, room);
      }
    } else {
      const bytes = typeof data === "string" ? this.platform.encodeUtf8(data, 0) : data;
      this.prepared(kind, bytes, this.deflate(bytes), room);
    }
  }

  /** A whole message and what {@link deflate} made of it. */
  prepared(kind: MessageKind, bytes: Uint8Array, deflated: Uint8Array | undefined, room?: number): void {
    this.#checkNoneOpen();
    checkOctets(bytes);
    if (deflated === undefined) this.frame(FIN | opcodeOf(kind), bytes, room);
    else this.frame(FIN | RSV1 | opcodeOf(kind), deflated);
  }

  /** A whole small message as a frame that was laid out before. */
  override laidOut(frame: Uint8Array): void {
    this.#checkNoneOpen();
    super.laidOut(frame);
  }

  fragment(kind: MessageKind, bytes: Uint8Array, last: boolean): void {
    checkOctets(bytes);
    if (this.#open !== undefined && this.#open !== kind) {
      throw new MisuseError("ERR_MESSAGE_OPEN", `a ${this.#open} message is being sent in fragments`);
    }
    const start = this.#codec === undefined ? opcodeOf(kind) : opcodeOf(kind) | RSV1;
    const first = this.#open === undefined ? start : Opcode.CONTINUATION;
    const payload = this.#codec === undefined ? bytes : this.#copy(this.#deflate(this.#codec, bytes, last));
    this.frame(last ? FIN | first : first, payload);
    this.#open = last ? undefined : kind;
  }

  /** The octets of a compressed message; undefined where it goes out as it is, because that is no larger. */
  deflate(bytes: Uint8Array): Uint8Array | undefined {
    this.#checkNoneOpen();
    checkOctets(bytes);
    const { length } = bytes;
    if (this.#codec === undefined || length < this.#codec.threshold || length > MAX_DEFLATED)
      return undefined;
    const deflated = this.#deflate(this.#codec, bytes, true);
    // Under takeover the other side must see all that our window has seen.
    if (deflated.length >= length && this.#codec.shareable !== undefined) return undefined;
    return this.#copy(deflated);
  }

  /** Lets go of everything; nothing will be sent any more. */
  release(): void {
    this.#deflater?.release();
    this.#deflater = undefined;
  }

  #deflate(codec: MessageCodec, bytes: Uint8Array, last: boolean): Uint8Array {
    const deflater = this.#deflater ?? codec.takeDeflater();
    this.#deflater = deflater;
    const deflated = deflater.deflate(bytes, last);
    if (last) this.#deflater = codec.giveDeflater(deflater);
    return deflated;
  }

  #copy(bytes: Uint8Array): Uint8Array {
    const copy = this.platform.allocate(bytes.length);
    copy.set(bytes);
    return copy;
  }

  #checkNoneOpen(): void {
    if (this.#open === undefined) return;
    throw new MisuseError("ERR_MESSAGE_OPEN", "a message is being sent in fragments: end it first");
  }
}
