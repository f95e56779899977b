import { type Extension, parseExtensions } from "./extension-header.ts";
import type { RequestHead } from "./head.ts";
import { isAllowedOrigin, type OriginPolicy } from "./origin.ts";
import { type HttpAnswer, refuse } from "./response.ts";
import { parseSubprotocols } from "./subprotocol.ts";

/*
 * What an opening handshake says in the same fields over every version of HTTP: no body, the version, the origin, and
 * what is on offer (RFC 6455 section 4.2.1, RFC 8441 section 5).
 */

/** A request that may be accepted: what it offers, read. */
export interface UpgradeOffer {
  readonly head: RequestHead;
  /** Path and query, without scheme and host. */
  readonly path: string;
  readonly host: string;
  readonly origin: string | undefined;
  /** In the client's order of preference. */
  readonly subprotocols: readonly string[];
  readonly extensions: readonly Extension[];
  /** Over HTTP/1.1; HTTP/2 has none (RFC 8441 section 5). */
  readonly key: string | undefined;
}

export type UpgradeCheck = { readonly offer: UpgradeOffer } | { readonly refusal: HttpAnswer };

/** What follows the request would be read as frames, so nothing may follow it. */
export function checkBody({ headers }: RequestHead): HttpAnswer | undefined {
  const lengths = headers.all("Content-Length");
  const noBody = lengths.length === 0 || (lengths.length === 1 && /^0+$/.test(lengths[0]!));
  return noBody && headers.get("Transfer-Encoding") === undefined
    ? undefined
    : refuse(400, "The request must not have a body");
}

/** Item 6. */
export function checkVersion({ headers }: RequestHead): HttpAnswer | undefined {
  const versions = headers.all("Sec-WebSocket-Version");
  if (versions.length !== 1 || !/^(?:0|[1-9]\d?|1\d\d|2[0-4]\d|25[0-5])$/.test(versions[0]!)) {
    return refuse(400, "There must be one Sec-WebSocket-Version header with a version number");
  }
  if (versions[0] === "13") return undefined;
  return refuse(426, "The WebSocket version must be 13", [
    ["Upgrade", "websocket"],
    ["Sec-WebSocket-Version", "13"],
  ]);
}

/**
 * Origin, subprotocols and extensions (items 7 to 9): absent, or allowed and by the grammar. An origin predicate may
 * throw.
 */
export function readOffer(
  head: RequestHead,
  place: { readonly path: string; readonly host: string },
  key: string | undefined,
  policy: OriginPolicy,
): UpgradeCheck {
  const { headers } = head;
  const origins = headers.all("Origin");
  if (origins.length > 1) return { refusal: refuse(400, "There must be at most one Origin header") };
  if (origins.length === 1 && !isAllowedOrigin(origins[0]!, place.host, policy)) {
    return { refusal: refuse(403, "This origin is not allowed") };
  }
  const protocolHeader = headers.get("Sec-WebSocket-Protocol");
  const subprotocols = protocolHeader === undefined ? [] : parseSubprotocols(protocolHeader);
  if (subprotocols === undefined) return malformed("Sec-WebSocket-Protocol");
  const extensionHeader = headers.get("Sec-WebSocket-Extensions");
  const extensions = extensionHeader === undefined ? [] : parseExtensions(extensionHeader);
  if (extensions === undefined) return malformed("Sec-WebSocket-Extensions");
  const { path, host } = place;
  return { offer: { head, path, host, subprotocols, extensions, origin: origins[0], key } };
}

const malformed = (name: string): UpgradeCheck => ({
  refusal: refuse(400, `The ${name} header is malformed`),
});
