import { acceptKey, isKey } from "./accept-key.ts";
import { type Extension, parseExtensions, serializeExtensions } from "./extension-header.ts";
import type { ResponseHead } from "./head.ts";
import { checkField, InvalidAnswerError } from "./response.ts";
import { hasToken, isToken } from "./token.ts";

/** The client's half of the opening handshake (RFC 6455 section 4.1). */
export interface ClientHandshake {
  /** Host and, where it is not the scheme's own, port. */
  readonly host: string;
  /** Path and query; default `/`. */
  readonly path?: string | undefined;
  /** 16 octets of chance in base64, fresh for each handshake. */
  readonly key: string;
  readonly origin?: string | undefined;
  /** In order of preference. */
  readonly subprotocols?: readonly string[] | undefined;
  readonly extensions?: readonly Extension[] | undefined;
  readonly headers?: readonly (readonly [name: string, value: string])[] | undefined;
}

/** The text of the request, each character an octet. Throws {@link InvalidAnswerError} where it could not be sent. */
export function createRequest(handshake: ClientHandshake): string {
  const { host, path = "/", key, origin, subprotocols = [], extensions = [], headers = [] } = handshake;
  if (!/^\/[\x21-\x7e]*$/.test(path) || path.includes("#")) {
    throw new InvalidAnswerError(`${JSON.stringify(path)} is not a path`);
  }
  if (!isKey(key)) throw new InvalidAnswerError("the key must be 16 octets in base64");
  if (!subprotocols.every(isToken) || new Set(subprotocols).size !== subprotocols.length) {
    throw new InvalidAnswerError("subprotocols must be tokens, each once");
  }
  const fields: (readonly [string, string])[] = [
    ["Host", host],
    ["Upgrade", "websocket"],
    ["Connection", "Upgrade"],
    ["Sec-WebSocket-Key", key],
    ["Sec-WebSocket-Version", "13"],
  ];
  if (origin !== undefined) fields.push(["Origin", origin]);
  if (subprotocols.length > 0) fields.push(["Sec-WebSocket-Protocol", subprotocols.join(", ")]);
  if (extensions.length > 0) fields.push(["Sec-WebSocket-Extensions", serializeExtensions(extensions)]);
  let text = `GET ${path} HTTP/1.1\r\n`;
  for (const [name, value] of [...fields, ...headers]) {
    checkField(name, value);
    text += `${name}: ${value}\r\n`;
  }
  return `${text}\r\n`;
}

/** What both sides have agreed on, or why the handshake has failed. */
export type Verification =
  | { readonly subprotocol: string | undefined; readonly extensions: readonly Extension[] }
  | { readonly failure: string };

const failed = (failure: string): Verification => ({ failure });

/**
 * Whether a response accepts the handshake. Extensions are checked by name here; their parameters are the business of
 * whoever offered them.
 */
export function verifyResponse(head: ResponseHead, handshake: ClientHandshake): Verification {
  const { headers } = head;
  if (head.httpVersion !== "1.1") return failed(`the answer is HTTP/${head.httpVersion}`);
  if (head.status !== 101) return failed(`the server answered with status ${head.status}`);
  const upgrades = headers.all("Upgrade");
  if (upgrades.length !== 1 || upgrades[0]!.toLowerCase() !== "websocket") {
    return failed("the Upgrade header is not websocket");
  }
  if (!hasToken(headers.get("Connection"), "upgrade")) {
    return failed("the Connection header does not have the token upgrade");
  }
  const accepts = headers.all("Sec-WebSocket-Accept");
  if (accepts.length !== 1 || accepts[0] !== acceptKey(handshake.key)) {
    return failed("the Sec-WebSocket-Accept header does not fit the key");
  }
  return verifyChoices(head, handshake);
}

/** Nothing may be chosen that was not offered (items 5 and 6). */
function verifyChoices({ headers }: ResponseHead, handshake: ClientHandshake): Verification {
  const chosen = headers.all("Sec-WebSocket-Protocol");
  const offered = handshake.subprotocols ?? [];
  if (chosen.length > 1 || (chosen.length === 1 && !offered.includes(chosen[0]!))) {
    return failed("the server chose a subprotocol that was not offered");
  }
  const header = headers.get("Sec-WebSocket-Extensions");
  const extensions = header === undefined ? [] : parseExtensions(header);
  if (extensions === undefined) return failed("the Sec-WebSocket-Extensions header is malformed");
  const names = extensions.map(({ name }) => name);
  if (names.some((name) => !handshake.extensions?.some((offer) => offer.name === name))) {
    return failed("the server chose an extension that was not offered");
  }
  if (new Set(names).size !== names.length) return failed("the server named an extension twice");
  return { subprotocol: chosen[0], extensions };
}
