import { Buffer } from "node:buffer";
import { MisuseError } from "../connection/misuse.ts";
import type { State } from "../connection/state.ts";
import { CloseCode } from "../frame/close-code.ts";
import type { Driver } from "./driver.ts";
import { BinaryMessage, type Message, TextMessage } from "./message.ts";

/** What can be sent: a string or a text message as text, everything else as binary. */
export type SendData = string | ArrayBufferView | ArrayBuffer | SharedArrayBuffer | Message;

/** The server's end of an open WebSocket connection. */
export class ServerSocket {
  readonly #driver: Driver;
  /** The subprotocol that was agreed on; undefined where none was. */
  readonly subprotocol: string | undefined;

  /** @internal */
  constructor(driver: Driver, subprotocol: string | undefined) {
    this.#driver = driver;
    this.subprotocol = subprotocol;
  }

  /** Where the closing handshake stands: `"open"` as long as messages can be sent. */
  get state(): State {
    return this.#driver.connection.state;
  }

  /** Bytes that were sent and not yet handed to the system. */
  get bufferedAmount(): number {
    return this.#driver.bufferedAmount;
  }

  /**
   * Sends a message. A large binary payload is not copied: it must not change until it is written. Returns whether to
   * go on; false where more waits than the peer takes. Throws {@link MisuseError}: ERR_NOT_OPEN after a close,
   * ERR_INVALID_DATA for anything but text and bytes.
   */
  send(data: SendData): boolean {
    const { connection, compression } = this.#driver;
    if (typeof data === "string") {
      if (compression === undefined) connection.sendText(data);
      else compression.send(connection, "text", data, Buffer.from(data));
    } else if (data instanceof TextMessage) {
      if (compression === undefined) connection.sendText(data.bytes);
      else compression.send(connection, "text", data, data.bytes);
    } else if (data instanceof BinaryMessage && compression !== undefined) {
      compression.send(connection, "binary", data, data.bytes);
    } else {
      connection.sendBinary(octetsOf(data));
    }
    this.#driver.flushLater();
    return this.#driver.keepsUp;
  }

  /** Sends a Ping with up to 125 bytes. Throws {@link MisuseError}: ERR_NOT_OPEN, ERR_CONTROL_TOO_LONG. */
  ping(payload?: Uint8Array): void {
    this.#driver.connection.ping(payload);
    this.#driver.flushLater();
  }

  /**
   * Starts the closing handshake; default 1000, no reason. Messages of the peer that are under way still arrive. Where
   * the peer does not answer in time, the connection is destroyed. Throws {@link MisuseError} for a code that must not
   * be sent and a reason over 123 bytes.
   */
  close(code: number = CloseCode.NORMAL_CLOSURE, reason = ""): void {
    this.#driver.connection.close(code, reason);
    this.#driver.flushLater();
  }

  /** Destroys the connection at once, without a Close frame. */
  terminate(): void {
    this.#driver.terminate();
  }
}

function octetsOf(data: unknown): Uint8Array {
  if (data instanceof Uint8Array) return data;
  if (data instanceof BinaryMessage) return data.bytes;
  if (ArrayBuffer.isView(data)) return new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  if (data instanceof ArrayBuffer || data instanceof SharedArrayBuffer) return new Uint8Array(data);
  const given = data === null ? "null" : typeof data;
  throw new MisuseError("ERR_INVALID_DATA", `send takes a string, bytes or a message, not ${given}`);
}
