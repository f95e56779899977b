import { parseTokenList } from "./token.ts";

/**
 * The subprotocols that a client offers (RFC 6455 section 4.1, item 10): tokens in its order of preference, each
 * once. Undefined where the text is something else.
 */
export function parseSubprotocols(value: string): string[] | undefined {
  const names = parseTokenList(value);
  if (names === undefined || names.length === 0) return undefined;
  return new Set(names).size === names.length ? names : undefined;
}
