import type { Driver } from "./driver.ts";
import type { Consumer, DataEvent } from "./intake.ts";
import { type Message, messageOf } from "./message.ts";
import type { MessageStream } from "./message-stream.ts";
import { type Resolvers, withResolvers } from "./promises.ts";
import { StreamConsumer } from "./stream-consumer.ts";

/*
 * Iterations over the messages of a connection. While a loop's body is busy, messages are read ahead a little, and then
 * the transport is not read any more. Leaving the loop leaves the connection open, and what follows waits for the next
 * loop.
 */

type Result<T> = IteratorResult<T, undefined>;
const DONE: Result<never> = { done: true, value: undefined };

/** `for await (const message of socket)`: whole messages. It ends when the connection does. */
export class MessageReader implements AsyncIterableIterator<Message, undefined>, Consumer {
  readonly #driver: Driver;
  readonly #waiting: ((result: Result<Message>) => void)[] = [];

  constructor(driver: Driver) {
    this.#driver = driver;
    driver.connection.delivery = "messages";
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<Result<Message>> {
    const driver = this.#driver;
    const event = driver.takeAhead();
    if (event !== undefined) return Promise.resolve({ done: false, value: messageOf(event) });
    if (driver.farewell !== undefined || !driver.consume(this)) return Promise.resolve(DONE);
    return new Promise((resolve) => {
      this.#waiting.push(resolve);
      driver.busy = false;
      driver.proceed();
    });
  }

  return(): Promise<Result<Message>> {
    this.#driver.release(this);
    this.end();
    return Promise.resolve(DONE);
  }

  take(event: DataEvent): void {
    const resolve = this.#waiting.shift()!;
    this.#driver.busy = this.#waiting.length === 0;
    resolve({ done: false, value: messageOf(event) });
  }

  end(): undefined {
    for (const resolve of this.#waiting.splice(0)) resolve(DONE);
  }
}

/** `for await (const message of socket.streams())`: messages as their pieces arrive. */
export class StreamReader implements AsyncIterableIterator<MessageStream, undefined> {
  readonly #driver: Driver;
  readonly #consumer: StreamConsumer;
  #waiting: Resolvers<Result<MessageStream>> | undefined;

  constructor(driver: Driver) {
    this.#driver = driver;
    this.#consumer = new StreamConsumer(driver, {
      begin: (stream) => this.#settle({ done: false, value: stream }),
      ended: () => {
        this.#settle(DONE);
        return undefined;
      },
    });
    driver.connection.delivery = "pieces";
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  /** What was not read of the message before is thrown away. */
  next(): Promise<Result<MessageStream>> {
    if (this.#waiting !== undefined) return this.#waiting.promise.then(() => this.next());
    if (this.#driver.farewell !== undefined || !this.#driver.consume(this.#consumer))
      return Promise.resolve(DONE);
    const { promise } = (this.#waiting = withResolvers());
    this.#consumer.proceed();
    return promise;
  }

  return(): Promise<Result<MessageStream>> {
    this.#settle(DONE);
    this.#consumer.rest();
    return Promise.resolve(DONE);
  }

  #settle(result: Result<MessageStream>): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.resolve(result);
  }
}
