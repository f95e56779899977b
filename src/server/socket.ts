import type { MessageKind } from "../connection/event.ts";
import { MisuseError } from "../connection/misuse.ts";
import type { State } from "../connection/state.ts";
import { CloseCode } from "../frame/close-code.ts";
import type { Driver } from "./driver.ts";
import type { Message } from "./message.ts";
import { OutgoingStreams, piecesOf, type StreamSource } from "./outgoing-stream.ts";
import { MessageStream } from "./message-stream.ts";
import type { Overflow } from "./options.ts";
import type { SendData } from "./prepared-message.ts";
import { MessageReader, StreamReader } from "./reader.ts";
import { output, refuseOverflow } from "./sender.ts";
import { checkWhole } from "./settings.ts";
import type { SocketStats } from "./stats.ts";

/** How a connection ended. */
export interface CloseInfo {
  /**
   * The peer's code, 1005 where it gave none, 1006 where the transport ended without a Close frame, or the code by which
   * a violation was answered.
   */
  readonly code: number;
  readonly reason: string;
  /** Whether both Close frames were exchanged. */
  readonly clean: boolean;
}

/** The server's end of an open WebSocket connection. */
export class ServerSocket<Data = unknown> {
  readonly #driver: Driver;
  #reader: MessageReader | StreamReader | undefined;
  #streams: OutgoingStreams | undefined;
  /** The subprotocol that was agreed on; undefined where none was. */
  readonly subprotocol: string | undefined;
  /** What the upgrade hook gave; the application's to use and to change. */
  data: Data;

  /** @internal */
  constructor(driver: Driver, subprotocol: string | undefined, data: Data) {
    this.#driver = driver;
    this.subprotocol = subprotocol;
    this.data = data;
  }

  /** Where the closing handshake stands: `"open"` as long as messages can be sent. */
  get state(): State {
    return this.#driver.connection.state;
  }

  /** Bytes that were sent and not yet handed to the system. */
  get bufferedAmount(): number {
    return this.#driver.bufferedAmount + (this.#streams?.waiting ?? 0);
  }

  /** Milliseconds from the last answered Ping of the heartbeat to its Pong; undefined before the first. */
  get latency(): number | undefined {
    const { latency } = this.#driver.vitals;
    return latency < 0 ? undefined : latency / 1000;
  }

  /** What was counted since the connection was opened; also when it is over. */
  stats(): SocketStats {
    const { vitals, compression } = this.#driver;
    const { messagesReceived, bytesReceived, messagesSent, bytesSent, messagesDropped } = vitals;
    const { payloadReceived, payloadSent } = vitals;
    return {
      messagesReceived,
      bytesReceived,
      messagesSent,
      bytesSent,
      messagesDropped,
      buffered: this.bufferedAmount,
      latency: this.latency,
      compression: compression && { payloadReceived, payloadSent },
    };
  }

  /** Resolves when the connection is over, in whatever way. Never rejects. */
  get closed(): Promise<CloseInfo> {
    return this.#driver.closed.then(({ code, reason, clean }) => ({ code, reason, clean }));
  }

  /**
   * Sends a message. A large binary payload is not copied: it must not change until it is written. Returns undefined
   * where the peer keeps up, otherwise a promise to wait for before sending more (RFC 6455 has no flow control: TCP's is
   * what there is). It resolves when the peer has taken enough, or is gone, and never rejects. Where
   * {@link ServerOptions.maxBuffered} bytes wait already, `whenFull` is done instead.
   *
   * Throws {@link MisuseError}: ERR_NOT_OPEN after a close, ERR_INVALID_DATA for anything but text and bytes,
   * ERR_BUFFER_FULL.
   */
  send(data: SendData): PromiseLike<void> | undefined {
    const driver = this.#driver;
    if (this.#isFull()) {
      this.#checkOpen();
      refuseOverflow(driver, driver.context.settings.whenFull);
      return driver.drained;
    }
    if (this.#streams !== undefined) {
      this.#checkOpen();
      return this.#streams.postpone(data);
    }
    output(driver, data);
    return driver.sent();
  }

  /**
   * Sends one message in pieces, as they come, at the pace of the peer: fragments (section 5.4). Other messages wait
   * until it is through. `type` is by default what the first piece is; the bytes of a text must be UTF-8.
   * The memory of a piece may be used again when the next is asked for.
   *
   * Resolves when all is sent. Rejects with the source's error, with {@link MisuseError} ERR_NOT_OPEN where the connection
   * ends before, ERR_INVALID_DATA for pieces that are neither text nor bytes. A message that has begun and cannot be
   * finished ends the connection with 1011.
   */
  async sendStream(source: StreamSource, { type }: { readonly type?: MessageKind } = {}): Promise<void> {
    this.#checkOpen();
    const pieces = piecesOf(source);
    this.#streams ??= new OutgoingStreams(this.#driver, () => (this.#streams = undefined));
    await this.#streams.send(pieces, type, source instanceof MessageStream);
  }

  /** @internal Sends one of many copies; whether it was taken. */
  offer(data: SendData, whenFull: Overflow): boolean {
    if (this.state !== "open") return false;
    if (this.#isFull()) {
      refuseOverflow(this.#driver, whenFull);
      return false;
    }
    void this.send(data);
    return true;
  }

  /**
   * The messages, one at a time; it ends when the connection does. Only where the server has neither a `message` nor a
   * `stream` hook: throws {@link MisuseError} ERR_HAS_HANDLER; ERR_INVALID_OPTION where no Buffer can hold `maxPayload`. All iterations of a socket are one: what a loop leaves
   * is there for the next.
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<Message, undefined> {
    checkWhole(this.#driver.context.settings.maxPayload);
    return this.#read(MessageReader);
  }

  /** The messages as streams of their pieces; otherwise like the iteration over whole messages, and instead of it. */
  streams(): AsyncIterableIterator<MessageStream, undefined> {
    return this.#read(StreamReader);
  }

  /** What this socket has subscribed to. */
  get topics(): ReadonlySet<string> {
    return this.#driver.context.topics.topicsOf(this);
  }

  /** From now on what is published to `topic` is sent here, until the connection is over. */
  subscribe(topic: string): void {
    if (this.#driver.farewell === undefined) this.#driver.context.topics.subscribe(this, topic);
  }

  unsubscribe(topic: string): void {
    this.#driver.context.topics.unsubscribe(this, topic);
  }

  /** Sends a Ping with up to 125 bytes. Throws {@link MisuseError}: ERR_NOT_OPEN, ERR_CONTROL_TOO_LONG, ERR_INVALID_DATA. */
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
    this.#driver.close(code, reason);
  }

  /** Destroys the connection at once, without a Close frame. */
  terminate(): void {
    this.#driver.terminate();
  }

  #isFull(): boolean {
    // What only waits for the end of the turn says nothing about the peer.
    return this.#muchWaits && (!this.#driver.writeGathered() || this.#muchWaits);
  }

  get #muchWaits(): boolean {
    const { settings } = this.#driver.context;
    return this.#driver.full || (this.#streams !== undefined && this.bufferedAmount >= settings.maxBuffered);
  }

  #checkOpen(): void {
    if (this.state === "open") return;
    throw new MisuseError("ERR_NOT_OPEN", `nothing can be sent: the connection is ${this.state}`);
  }

  #read<Reader extends MessageReader | StreamReader>(kind: new (driver: Driver) => Reader): Reader {
    if (this.#driver.context.hasHandler) {
      throw new MisuseError(
        "ERR_HAS_HANDLER",
        "the messages of this server go to its message or stream hook",
      );
    }
    const reader = (this.#reader ??= new kind(this.#driver));
    if (reader instanceof kind) return reader;
    throw new MisuseError("ERR_HAS_HANDLER", "messages are read either whole or as streams, not both");
  }
}
