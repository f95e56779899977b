import { ReadableStream } from "node:stream/web";
import type { MessageKind, PieceEvent } from "../connection/event.ts";
import { MisuseError } from "../connection/misuse.ts";
import { type Resolvers, withResolvers } from "./promises.ts";

/** A message that ended in the middle, because its connection did. */
export class MessageCutError extends Error {
  readonly code = "ERR_MESSAGE_CUT";

  constructor() {
    super("the connection ended in the middle of a message");
    this.name = "MessageCutError";
  }
}

/** Whether an error says no more than that the connection is over: it could not be written to, or read to the end. */
export const isTooLate = (error: unknown): boolean =>
  error instanceof MessageCutError || (error instanceof MisuseError && error.code === "ERR_NOT_OPEN");

/** Where a stream gets its pieces. */
export interface PieceSource {
  /** The next piece where it is there already. */
  shift(): PieceEvent | undefined;
  /** Asks for a piece: it is given to {@link MessageStream.feed}, at once or later. */
  request(): void;
  /** The stream wants nothing more: what comes of its message is thrown away. */
  finished(): void;
}

type Result = IteratorResult<Uint8Array, undefined>;
const DONE: Result = { done: true, value: undefined };

/**
 * A message as its pieces arrive. A piece is what has arrived, not a frame; of a text it may end inside of a character
 * (put it through a `TextDecoderStream`). While nobody asks for the next piece, the transport is not read beyond the
 * read-ahead. It can be read once, by iteration or as a web stream; leaving early throws the rest of the message away.
 */
export class MessageStream implements AsyncIterableIterator<Uint8Array, undefined> {
  readonly type: MessageKind;
  readonly #source: PieceSource;
  #state: "unread" | "reading" | "done" = "unread";
  #first: PieceEvent | undefined;
  #waiting: Resolvers<Result> | undefined;
  #error: Error | undefined;
  #readable: ReadableStream<Uint8Array> | undefined;

  /** @internal */
  constructor(first: PieceEvent, source: PieceSource) {
    this.type = first.kind;
    this.#first = first;
    this.#source = source;
  }

  /** Whether nobody has begun to read it. */
  get unread(): boolean {
    return this.#state === "unread";
  }

  /** As a web stream. */
  get readable(): ReadableStream<Uint8Array> {
    return (this.#readable ??= new ReadableStream<Uint8Array>(
      {
        pull: async (controller) => {
          const { done, value } = await this.next();
          if (done) controller.close();
          else controller.enqueue(value);
        },
        cancel: () => this.discard(),
      },
      { highWaterMark: 0 },
    ));
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** Rejects with {@link MessageCutError} where the connection ends before the message does. */
  next(): Promise<Result> {
    if (this.#error !== undefined) return Promise.reject(this.#error);
    // Who asks twice gets the pieces in the order of asking.
    if (this.#waiting !== undefined) return this.#waiting.promise.then(() => this.next());
    if (this.#state === "done") return Promise.resolve(DONE);
    this.#state = "reading";
    const piece = this.#first ?? this.#source.shift();
    this.#first = undefined;
    if (piece !== undefined) return Promise.resolve(this.#result(piece));
    const { promise } = (this.#waiting = withResolvers());
    this.#source.request();
    return promise;
  }

  return(): Promise<Result> {
    this.discard();
    return Promise.resolve(DONE);
  }

  /** Throws away what is left of the message. */
  discard(): void {
    if (this.#state === "done") return;
    this.#finish();
    this.#waiting?.resolve(DONE);
    this.#waiting = undefined;
    this.#first = undefined;
  }

  /** @internal */
  feed(piece: PieceEvent): void {
    const waiting = this.#waiting!;
    this.#waiting = undefined;
    waiting.resolve(this.#result(piece));
  }

  /** @internal The connection has ended. */
  cut(): void {
    if (this.#state === "done") return;
    this.#state = "done";
    this.#error = new MessageCutError();
    this.#waiting?.reject(this.#error);
    this.#waiting = undefined;
  }

  #result(piece: PieceEvent): Result {
    if (piece.last) this.#finish();
    // An empty piece only ends the message.
    return piece.last && piece.bytes.length === 0 ? DONE : { done: false, value: piece.bytes };
  }

  #finish(): void {
    this.#state = "done";
    this.#source.finished();
  }
}
