import type { EventEmitter } from "node:events";

/**
 * Offers each event of an emitter to `take` before it is told; what it takes, nobody is told of. Returns what ends it.
 * Others may have done the same before, or do it afterwards: each passes on to the one before.
 */
export function intercept(
  emitter: EventEmitter,
  take: (event: string | symbol, args: readonly unknown[]) => boolean,
): () => void {
  const own = Object.hasOwn(emitter, "emit");
  // eslint-disable-next-line typescript/unbound-method -- it is called with its emitter
  const before = emitter.emit;
  let open = true;
  const emit = function (this: EventEmitter, event: string | symbol, ...args: unknown[]): boolean {
    return (open && take(event, args)) || before.call(this, event, ...args);
  };
  emitter.emit = emit;
  return () => {
    open = false;
    if (emitter.emit !== emit) return;
    if (own) emitter.emit = before;
    else delete (emitter as Partial<EventEmitter>).emit;
  };
}
