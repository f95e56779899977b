import type { MessageEvent } from "../connection/event.ts";
import { decodeUtf8 } from "./node-platform.ts";

/** A text message. It was validated on arrival and is decoded when `text` is read for the first time. */
export class TextMessage {
  readonly type = "text";
  /** The octets: valid UTF-8. A byte order mark is kept. */
  readonly bytes: Uint8Array;
  /** @internal See {@link MessageEvent}. */
  readonly room: number | undefined;
  #text: string | undefined;

  /** @internal */
  constructor(bytes: Uint8Array, room: number | undefined) {
    this.bytes = bytes;
    this.room = room;
  }

  get text(): string {
    return (this.#text ??= decodeUtf8(this.bytes));
  }
}

/** A binary message. */
export class BinaryMessage {
  readonly type = "binary";
  readonly bytes: Uint8Array;
  /** @internal See {@link MessageEvent}. */
  readonly room: number | undefined;

  /** @internal */
  constructor(bytes: Uint8Array, room: number | undefined) {
    this.bytes = bytes;
    this.room = room;
  }
}

/** A whole message: told apart by `type`. */
export type Message = TextMessage | BinaryMessage;

export const isMessage = (data: unknown): data is Message =>
  data instanceof TextMessage || data instanceof BinaryMessage;

export const messageOf = ({ kind, bytes, room }: Pick<MessageEvent, "kind" | "bytes" | "room">): Message =>
  kind === "text" ? new TextMessage(bytes, room) : new BinaryMessage(bytes, room);
