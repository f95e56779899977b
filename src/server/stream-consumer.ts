import type { PieceEvent } from "../connection/event.ts";
import type { Driver } from "./driver.ts";
import type { Consumer, DataEvent } from "./intake.ts";
import { MessageStream, type PieceSource } from "./message-stream.ts";

interface Listener {
  /** A message begins. Nothing comes behind it until {@link StreamConsumer.proceed}. */
  begin(stream: MessageStream): void;
  /** A message has been read to its end, or nobody wants the rest. */
  finished?(): void;
  /** The connection is over. Returns what the news of it has to wait for. */
  ended(): PromiseLike<unknown> | undefined;
}

/** Turns the pieces of a connection into message streams, one at a time. */
export class StreamConsumer implements Consumer, PieceSource {
  readonly inPieces = true;
  readonly #driver: Driver;
  readonly #listener: Listener;
  /** The message whose last piece has not come. */
  #stream: MessageStream | undefined;
  #discarding = false;
  /** Nobody waits for the next message. */
  #resting = false;

  constructor(driver: Driver, listener: Listener) {
    this.#driver = driver;
    this.#listener = listener;
  }

  take(event: DataEvent): void {
    const piece = event as PieceEvent;
    const stream = this.#stream;
    const discarding = this.#discarding;
    this.#driver.busy = !discarding;
    if (stream === undefined) {
      const begun = new MessageStream(piece, this);
      if (!piece.last) this.#stream = begun;
      this.#listener.begin(begun);
    } else {
      this.#passed(piece);
      if (!discarding) stream.feed(piece);
    }
  }

  end(): PromiseLike<unknown> | undefined {
    this.#stream?.cut();
    this.#stream = undefined;
    return this.#listener.ended();
  }

  /** The next message may come; what is left of the last one is thrown away. */
  proceed(): void {
    this.#resting = false;
    this.#discard();
  }

  /** Throws away what is left of the last message, and leaves the next one for later. */
  rest(): void {
    this.#resting = true;
    if (this.#stream === undefined) this.#driver.release(this);
    else this.#discard();
  }

  shift(): PieceEvent | undefined {
    const piece = this.#driver.takeAhead() as PieceEvent | undefined;
    if (piece !== undefined) this.#passed(piece);
    return piece;
  }

  request(): void {
    this.#driver.busy = false;
    this.#driver.proceed();
  }

  finished(): void {
    this.#listener.finished?.();
  }

  #discard(): void {
    this.#stream?.discard();
    this.#discarding = this.#stream !== undefined;
    this.#driver.busy = false;
    this.#driver.proceed();
  }

  #passed(piece: PieceEvent): void {
    if (!piece.last) return;
    this.#stream = undefined;
    this.#discarding = false;
    if (this.#resting) this.#driver.release(this);
  }
}
