/*
 * Tokens and lists of them (RFC 9110 sections 5.6.1 and 5.6.2), read in one pass: work is linear in the length.
 */

const TOKEN_CHARACTERS = "!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const inToken: Uint8Array = new Uint8Array(256);
for (const character of TOKEN_CHARACTERS) inToken[character.charCodeAt(0)] = 1;

/** The offset behind the token that begins at `at`; `at` itself where none does. */
export function tokenEnd(text: string, at: number): number {
  let end = at;
  while (end < text.length && inToken[text.charCodeAt(end)] === 1) end++;
  return end;
}

export const isToken = (text: string): boolean => text !== "" && tokenEnd(text, 0) === text.length;

/** The offset of the first character from `at` on that is neither space nor tab. */
export function skipSpace(text: string, at: number): number {
  let end = at;
  while (text[end] === " " || text[end] === "\t") end++;
  return end;
}

/** `text` without spaces and tabs around it. */
export const trimSpace = (text: string): string => trimFrom(text, 0);

/** ... from `at` on. */
export function trimFrom(text: string, at: number): string {
  const start = skipSpace(text, at);
  let end = text.length;
  while (end > start && (text[end - 1] === " " || text[end - 1] === "\t")) end--;
  return text.slice(start, end);
}

/**
 * The tokens of a comma-separated list, as they are; undefined where an element is no token. Empty elements are
 * skipped, as RFC 9110 section 5.6.1.2 asks of recipients.
 */
export function parseTokenList(value: string): string[] | undefined {
  const elements = splitList(value);
  return elements.every(isToken) ? elements : undefined;
}

/** Whether a header is a list of tokens with `token`, which is in lower case, among them in any letter case. */
export const hasToken = (value: string | undefined, token: string): boolean =>
  value?.toLowerCase() === token ||
  (parseTokenList(value ?? "")?.some((element) => element.toLowerCase() === token) ?? false);

/** The elements of a comma-separated list that are not empty, without the space around them. */
export function splitList(value: string): string[] {
  return value
    .split(",")
    .map(trimSpace)
    .filter((element) => element !== "");
}
