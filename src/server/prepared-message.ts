import type { MessageKind } from "../connection/event.ts";
import { MisuseError } from "../connection/misuse.ts";
import { MERGE_LIMIT } from "../connection/outbox.ts";
import { serializeFrame } from "../frame/frame.ts";
import { Opcode } from "../frame/opcode.ts";
import { BinaryMessage, isMessage, type Message } from "./message.ts";
import { asBuffer, encodeUtf8 } from "./node-platform.ts";

/** What can be sent: a string or a text message as text, everything else as binary. */
export type SendData = string | ArrayBufferView | ArrayBuffer | SharedArrayBuffer | Message | PreparedMessage;

/** A message that is encoded once, and compressed once for all connections that compress alike. See {@link prepare}. */
export class PreparedMessage {
  readonly type: MessageKind;
  /** The octets of the message; they must not change. */
  readonly bytes: Uint8Array;
  /** @internal See {@link MessageEvent}. */
  readonly room: number | undefined;
  #frame: Uint8Array | undefined;
  readonly #deflated: Map<number, Uint8Array | undefined> = new Map();

  /** @internal */
  constructor(type: MessageKind, bytes: Uint8Array, room?: number) {
    this.type = type;
    this.bytes = bytes;
    this.room = room;
  }

  /** @internal As a frame, for connections without compression; undefined where it is too large to be copied. */
  get frame(): Uint8Array | undefined {
    if (this.bytes.length > MERGE_LIMIT) return undefined;
    const opcode = this.type === "text" ? Opcode.TEXT : Opcode.BINARY;
    // A Buffer: node:stream makes one of everything else, for each write anew.
    return (this.#frame ??= asBuffer(
      serializeFrame({ fin: true, rsv: 0, opcode, maskingKey: undefined, payload: this.bytes }),
    ));
  }

  /** @internal What it is compressed to on connections with this number (undefined: it goes out as it is). */
  deflated(shareable: number, deflate: () => Uint8Array | undefined): Uint8Array | undefined {
    if (!this.#deflated.has(shareable)) this.#deflated.set(shareable, deflate());
    return this.#deflated.get(shareable);
  }
}

/**
 * Makes a message ready to be sent many times, to one or to many. Octets are not copied: they must not change. Throws
 * {@link MisuseError} ERR_INVALID_DATA for anything but text and bytes.
 */
export function prepare(data: SendData): PreparedMessage {
  if (data instanceof PreparedMessage) return data;
  if (typeof data === "string") return new PreparedMessage("text", asBuffer(encodeUtf8(data, 0)));
  if (isMessage(data)) return new PreparedMessage(data.type, data.bytes, data.room);
  return new PreparedMessage("binary", octetsOf(data));
}

/** The octets of binary data, without a copy. */
export function octetsOf(data: unknown): Uint8Array {
  if (data instanceof Uint8Array) return data;
  if (data instanceof BinaryMessage) return data.bytes;
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  if (data instanceof ArrayBuffer || data instanceof SharedArrayBuffer) return new Uint8Array(data);
  const given = data === null ? "null" : typeof data;
  throw new MisuseError("ERR_INVALID_DATA", `send takes a string, bytes or a message, not ${given}`);
}
