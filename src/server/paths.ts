import { invalidOption } from "./invalid-option.ts";

/** The paths that are taken, without the query and as they were sent: one, those a function says, or all. */
export type PathRule = string | ((path: string) => boolean) | undefined;

/** Throws `MisuseError` ERR_INVALID_OPTION. */
export function checkPathRule(path: unknown): asserts path is PathRule {
  if (path === undefined || typeof path === "function") return;
  if (typeof path === "string" && /^\/[\x21-\x7e]*$/.test(path) && !/[?#]/.test(path)) return;
  throw invalidOption("path must be a path without query, such as /chat, or a function");
}

/** The one whose rule says most about a path: that names it, else that says yes to it, else that takes all. */
export function mostSpecific<T extends { readonly path: PathRule }>(
  candidates: readonly T[],
  path: string | undefined,
  failed: (error: unknown, candidate: T) => void,
): T | undefined {
  const consents = (candidate: T): boolean => {
    if (typeof candidate.path !== "function" || path === undefined) return false;
    try {
      // Where types are not checked, the answer may be a promise: that is no consent.
      return (candidate.path(path) as unknown) === true;
    } catch (error) {
      failed(error, candidate);
      return false;
    }
  };
  return (
    candidates.find((candidate) => candidate.path !== undefined && candidate.path === path) ??
    candidates.find(consents) ??
    candidates.find((candidate) => candidate.path === undefined)
  );
}
