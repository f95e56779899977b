import type { MessageKind } from "../connection/event.ts";
import { asBuffer } from "./node-platform.ts";

/** A text message. It was validated on arrival and is decoded when `text` is read for the first time. */
export class TextMessage {
  readonly type = "text";
  /** The octets: valid UTF-8. A byte order mark is kept. */
  readonly bytes: Uint8Array;
  #text: string | undefined;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  get text(): string {
    return (this.#text ??= asBuffer(this.bytes).toString("utf8"));
  }
}

/** A binary message. */
export class BinaryMessage {
  readonly type = "binary";
  readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }
}

/** A whole message: told apart by `type`. */
export type Message = TextMessage | BinaryMessage;

export const messageOf = (event: { readonly kind: MessageKind; readonly bytes: Uint8Array }): Message =>
  event.kind === "text" ? new TextMessage(event.bytes) : new BinaryMessage(event.bytes);
