import { Buffer, isUtf8 } from "node:buffer";
import type { ReadableStream } from "node:stream/web";
import type { MessageKind } from "../connection/event.ts";
import { MisuseError } from "../connection/misuse.ts";
import { MERGE_LIMIT } from "../connection/outbox.ts";
import { UTF8_INVALID, UTF8_START, validateUtf8With } from "../frame/utf8.ts";
import { CloseCode } from "../frame/close-code.ts";
import type { Driver } from "./driver.ts";
import { isMessage, type Message } from "./message.ts";
import { octetsOf, PreparedMessage, type SendData } from "./prepared-message.ts";
import { type Resolvers, withResolvers } from "./promises.ts";
import { output } from "./sender.ts";

/*
 * Messages that are sent while they are made, as fragments. No other message may come between the fragments of one (RFC
 * 6455 section 5.4): what is sent meanwhile waits its turn here.
 */

/** What a message can be made from: strings or bytes, as they come. */
export type StreamSource =
  Iterable<string | Uint8Array> | AsyncIterable<string | Uint8Array> | ReadableStream<string | Uint8Array>;

export type Pieces = Iterator<string | Uint8Array> | AsyncIterator<string | Uint8Array>;

/** Something that waits for the end of the message before: another such message, or a whole one. */
type Job = { readonly start: () => Promise<void> } | { readonly data: SendData; readonly size: number };

const HIGH_SURROGATE = /[\ud800-\udbff]$/;

export class OutgoingStreams {
  readonly #driver: Driver;
  readonly #jobs: Job[] = [];
  #active = false;
  /** Roughly the bytes of what waits. */
  waiting = 0;
  readonly #empty: Resolvers<void> = withResolvers();
  readonly #done: () => void;

  /** `done` is called when nothing waits any more. */
  constructor(driver: Driver, done: () => void) {
    this.#driver = driver;
    this.#done = done;
  }

  /** A whole message that has to wait. Throws {@link MisuseError} ERR_INVALID_DATA. */
  postpone(data: SendData): Promise<void> {
    const kept = keptFor(data);
    const size = typeof kept === "string" ? kept.length : "bytes" in kept ? kept.bytes.length : kept.length;
    this.waiting += size;
    this.#jobs.push({ data: kept, size });
    return this.#empty.promise;
  }

  /** Resolves when the last fragment is sent and the peer keeps up. Pieces that are `lasting` stay as they are. */
  send(pieces: Pieces, type: MessageKind | undefined, lasting: boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      const encoder = new PieceEncoder(type, lasting);
      this.#jobs.push({ start: () => this.#send(pieces, encoder).then(resolve, reject) });
      if (!this.#active) void this.#work();
    });
  }

  async #work(): Promise<void> {
    this.#active = true;
    for (let job = this.#jobs.shift(); job !== undefined; job = this.#jobs.shift()) {
      if ("start" in job) await job.start();
      else {
        this.waiting -= job.size;
        // What was sent before a close, and had to wait, is lost with it.
        if (this.#driver.connection.state === "open") output(this.#driver, job.data);
      }
    }
    this.#done();
    void this.#driver.sent();
    this.#empty.resolve();
  }

  async #send(pieces: Pieces, encoder: PieceEncoder): Promise<void> {
    const driver = this.#driver;
    let begun = false;
    try {
      for (;;) {
        const { done, value } = await this.#unlessGone(() => pieces.next());
        const bytes = done ? encoder.end() : encoder.encode(value);
        driver.connection.sendFragment(encoder.kind, bytes, done === true);
        begun = true;
        driver.vitals.payloadSent += bytes.length;
        if (done) driver.vitals.messagesSent++;
        const full = driver.sent(bytes.length > MERGE_LIMIT);
        if (full !== undefined) await full;
        if (done) return;
      }
    } catch (error) {
      // What the peer has of the message can only be taken back by ending the connection.
      if (begun && driver.connection.state === "open") driver.close(CloseCode.INTERNAL_ERROR, "");
      void Promise.resolve(pieces.return?.()).catch(() => {});
      throw error;
    }
  }

  /** A source may take for ever, while the connection is gone. */
  #unlessGone<T>(next: () => T | Promise<T>): Promise<T> {
    const { connection } = this.#driver;
    return new Promise((resolve, reject) => {
      const whenOver = (): void =>
        reject(new MisuseError("ERR_NOT_OPEN", `nothing can be sent: the connection is ${connection.state}`));
      if (connection.state !== "open") return whenOver();
      this.#driver.whenOver = whenOver;
      Promise.resolve(next()).then(resolve, reject);
    });
  }
}

/** The pieces of a message as octets; a text's may be cut anywhere. */
class PieceEncoder {
  #kind: MessageKind | undefined;
  #utf8 = UTF8_START;
  /** The first half of a character outside of the basic plane, whose second may come with the next piece. */
  #half = "";
  /** Whether bytes may be sent without being copied: what leaves later is asked for its next piece before. */
  readonly #lasting: boolean;

  constructor(kind: MessageKind | undefined, lasting: boolean) {
    this.#kind = kind;
    this.#lasting = lasting;
  }

  /** What the first piece was, where nobody said it; a message without pieces is binary. */
  get kind(): MessageKind {
    return this.#kind ?? "binary";
  }

  encode(piece: string | Uint8Array): Uint8Array {
    this.#kind ??= typeof piece === "string" ? "text" : "binary";
    if (typeof piece === "string") return this.#encodeText(piece);
    const bytes = this.#lasting ? piece : Buffer.concat([this.#takeHalf(), octetsOf(piece)]);
    return this.#kind === "text" ? this.#validated(bytes) : bytes;
  }

  end(): Uint8Array {
    const rest = this.#takeHalf();
    if (this.#kind === "text" && this.#validated(rest) && this.#utf8 !== UTF8_START) throw notUtf8();
    return rest;
  }

  #encodeText(piece: string): Uint8Array {
    const text = this.#half + piece;
    this.#half = HIGH_SURROGATE.exec(text)?.[0] ?? "";
    const bytes = Buffer.from(text.slice(0, text.length - this.#half.length));
    return this.#kind === "text" ? this.#validated(bytes) : bytes;
  }

  #takeHalf(): Uint8Array {
    const half = Buffer.from(this.#half);
    this.#half = "";
    return half;
  }

  #validated(bytes: Uint8Array): Uint8Array {
    this.#utf8 = validateUtf8With(isUtf8, bytes, 0, bytes.length, this.#utf8);
    if (this.#utf8 === UTF8_INVALID) throw notUtf8();
    return bytes;
  }
}

const notUtf8 = (): MisuseError => new MisuseError("ERR_INVALID_DATA", "the octets of a text must be UTF-8");

/** Only what is large must stay as it is until it is written. */
function keptFor(data: SendData): string | Message | PreparedMessage | Uint8Array {
  if (typeof data === "string" || isMessage(data) || data instanceof PreparedMessage) return data;
  const bytes = octetsOf(data);
  return bytes.length > MERGE_LIMIT ? bytes : new Uint8Array(bytes);
}

/** Throws {@link MisuseError} ERR_INVALID_DATA for what has no pieces. */
export function piecesOf(source: StreamSource): Pieces {
  if (typeof source === "object" && source !== null) {
    if (Symbol.asyncIterator in source) return source[Symbol.asyncIterator]();
    if (Symbol.iterator in source && !ArrayBuffer.isView(source)) return source[Symbol.iterator]();
  }
  throw new MisuseError("ERR_INVALID_DATA", "sendStream takes an iterable of strings or bytes, or a stream");
}
