/** Whether a hook's result is to be waited for: promises of other libraries and realms are no `Promise` of ours. */
export const isPromiseLike = (value: unknown): value is PromiseLike<unknown> =>
  typeof (value as { then?: unknown } | null | undefined)?.then === "function";
