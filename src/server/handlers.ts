import type { Driver } from "./driver.ts";
import type { ServerHooks } from "./hooks.ts";
import type { Consumer, DataEvent } from "./intake.ts";
import { messageOf } from "./message.ts";
import type { MessageStream } from "./message-stream.ts";
import { isPromiseLike } from "./promises.ts";
import { StreamConsumer } from "./stream-consumer.ts";

/*
 * The hooks as consumers: in order, one at a time for each connection, the next one when the promise that the one before
 * returned is fulfilled.
 */

/** The `message` hook: one for all connections of a server. */
export class MessageHandler implements Consumer {
  readonly #hooks: ServerHooks;

  constructor(hooks: ServerHooks) {
    this.#hooks = hooks;
  }

  take(event: DataEvent, driver: Driver): void {
    try {
      const result = this.#hooks.message!(driver.socket, messageOf(event));
      if (isPromiseLike(result)) void driver.waitFor(result);
    } catch (error) {
      driver.hookFailed(error);
    }
  }
}

/**
 * The `stream` hook. The next message comes when the hook is through and the stream as well: read to its end, left, or
 * never begun.
 */
export function streamHandler(hooks: ServerHooks, driver: Driver): StreamConsumer {
  let current: MessageStream | undefined;
  let running: Promise<void> | undefined;
  let hookDone = false;
  let streamDone = false;
  const settle = (): void => {
    if (hookDone && streamDone) consumer.proceed();
  };
  const done = (): void => {
    hookDone = true;
    running = undefined;
    if (current!.unread) current!.discard();
    else settle();
  };
  const consumer = new StreamConsumer(driver, {
    begin: (begun) => {
      current = begun;
      hookDone = streamDone = false;
      try {
        const result = hooks.stream!(driver.socket, begun);
        if (isPromiseLike(result)) running = driver.watch(result, done);
        else done();
      } catch (error) {
        driver.hookFailed(error);
      }
    },
    finished: () => {
      streamDone = true;
      settle();
    },
    ended: () => running,
  });
  return consumer;
}
