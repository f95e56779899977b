import { isToken, skipSpace, tokenEnd } from "./token.ts";

/** One extension of a Sec-WebSocket-Extensions header (RFC 6455 section 9.1), quotes and escapes resolved. */
export interface Extension {
  readonly name: string;
  readonly parameters: readonly ExtensionParameter[];
}
export interface ExtensionParameter {
  readonly name: string;
  /** Undefined for a bare name. */
  readonly value: string | undefined;
}

interface Read<T> {
  readonly value: T;
  /** The offset behind it. */
  readonly end: number;
}

/**
 * Reads a header by the grammar: a list of at least one extension; undefined where the text does not follow it. One
 * pass, without backtracking.
 */
export function parseExtensions(text: string): Extension[] | undefined {
  const extensions: Extension[] = [];
  let at = skipSpace(text, 0);
  while (at < text.length) {
    if (text[at] !== ",") {
      const extension = readExtension(text, at);
      if (extension === undefined) return undefined;
      extensions.push(extension.value);
      at = extension.end;
      if (at < text.length && text[at] !== ",") return undefined;
    }
    at = skipSpace(text, at + 1);
  }
  return extensions.length === 0 ? undefined : extensions;
}

/** An extension and the space behind it. */
function readExtension(text: string, start: number): Read<Extension> | undefined {
  const nameEnd = tokenEnd(text, start);
  if (nameEnd === start) return undefined;
  const parameters: ExtensionParameter[] = [];
  let at = skipSpace(text, nameEnd);
  while (text[at] === ";") {
    const parameter = readParameter(text, skipSpace(text, at + 1));
    if (parameter === undefined) return undefined;
    parameters.push(parameter.value);
    at = skipSpace(text, parameter.end);
  }
  return { value: { name: text.slice(start, nameEnd), parameters }, end: at };
}

function readParameter(text: string, start: number): Read<ExtensionParameter> | undefined {
  const nameEnd = tokenEnd(text, start);
  if (nameEnd === start) return undefined;
  const name = text.slice(start, nameEnd);
  const equals = skipSpace(text, nameEnd);
  if (text[equals] !== "=") return { value: { name, value: undefined }, end: nameEnd };
  const at = skipSpace(text, equals + 1);
  if (text[at] === '"') {
    const quoted = readQuoted(text, at);
    // Section 9.1: what the quotes hold must be a token.
    return quoted === undefined || !isToken(quoted.value)
      ? undefined
      : { value: { name, value: quoted.value }, end: quoted.end };
  }
  const end = tokenEnd(text, at);
  return end === at ? undefined : { value: { name, value: text.slice(at, end) }, end };
}

/** A quoted string (RFC 9110 section 5.6.4) that begins at `start`. */
function readQuoted(text: string, start: number): Read<string> | undefined {
  let value = "";
  for (let at = start + 1; at < text.length; at++) {
    const character = text[at]!;
    if (character === '"') return { value, end: at + 1 };
    if (character === "\\" && ++at === text.length) return undefined;
    value += text[at]!;
  }
  return undefined;
}

/** The header's text for these extensions; values are tokens, so none needs quotes. */
export function serializeExtensions(extensions: readonly Extension[]): string {
  return extensions
    .map(({ name, parameters }) =>
      [name, ...parameters.map((p) => (p.value === undefined ? p.name : `${p.name}=${p.value}`))].join("; "),
    )
    .join(", ");
}
