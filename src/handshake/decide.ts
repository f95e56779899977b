import { acceptKey, isKey } from "./accept-key.ts";
import { type Extension, parseExtensions, serializeExtensions } from "./extension-header.ts";
import type { RequestHead } from "./head.ts";
import { isAllowedOrigin, isAuthority, type OriginPolicy } from "./origin.ts";
import { checkField, type HttpAnswer, InvalidAnswerError, refuse } from "./response.ts";
import { parseSubprotocols } from "./subprotocol.ts";
import { hasToken, isToken, splitList } from "./token.ts";

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
  readonly key: string;
}

/** What the server adds to its 101. */
export interface UpgradeChoice {
  /** One of those offered. */
  readonly subprotocol?: string | undefined;
  readonly extensions?: readonly Extension[] | undefined;
  readonly headers?: readonly (readonly [name: string, value: string])[] | undefined;
}

export interface UpgradePolicy {
  /** Default: `"same-origin"`. */
  readonly origin?: OriginPolicy | undefined;
  /** Those the server speaks, in its order of preference; default none. */
  readonly subprotocols?: readonly string[] | undefined;
}

export type UpgradeCheck = { readonly offer: UpgradeOffer } | { readonly refusal: HttpAnswer };

/**
 * Whether a request is a correct opening handshake (RFC 6455 section 4.2.1) from an origin that is allowed: what it
 * offers, or the complete refusal. An origin predicate may throw; nothing else does.
 */
export function checkUpgrade(head: RequestHead, origin: OriginPolicy = "same-origin"): UpgradeCheck {
  const place = checkRequest(head);
  if ("status" in place) return { refusal: place };
  const refusal = checkConnection(head) ?? checkKey(head) ?? checkOrigin(head, place.host, origin);
  if (refusal !== undefined) return { refusal };
  const offers = readOffers(head);
  if ("status" in offers) return { refusal: offers };
  const key = head.headers.all("Sec-WebSocket-Key")[0]!;
  return { offer: { head, ...place, ...offers, origin: head.headers.all("Origin")[0], key } };
}

/**
 * The 101 that accepts an offer (section 4.2.2). Throws {@link InvalidAnswerError} where the choice does not fit the
 * offer or cannot be sent.
 */
export function acceptUpgrade(offer: UpgradeOffer, choice: UpgradeChoice = {}): HttpAnswer {
  const { subprotocol, extensions = [], headers = [] } = choice;
  const fields: [string, string][] = [
    ["Upgrade", "websocket"],
    ["Connection", "Upgrade"],
    ["Sec-WebSocket-Accept", acceptKey(offer.key)],
  ];
  if (subprotocol !== undefined) {
    if (!isToken(subprotocol) || !offer.subprotocols.includes(subprotocol)) {
      throw new InvalidAnswerError(`the subprotocol ${JSON.stringify(subprotocol)} was not offered`);
    }
    fields.push(["Sec-WebSocket-Protocol", subprotocol]);
  }
  if (extensions.length > 0) fields.push(["Sec-WebSocket-Extensions", serializeExtensions(extensions)]);
  for (const [name, value] of headers) {
    checkField(name, value);
    if (/^(?:upgrade|connection|content-length|transfer-encoding|sec-websocket-.*)$/i.test(name)) {
      throw new InvalidAnswerError(`the header ${name} belongs to the handshake`);
    }
    fields.push([name, value]);
  }
  return { status: 101, headers: fields, body: "" };
}

/** The server's first choice among the subprotocols that are offered; never one that it was not told of. */
export function chooseSubprotocol(
  offer: UpgradeOffer,
  spoken: readonly string[] | undefined,
): string | undefined {
  return spoken?.find((name) => offer.subprotocols.includes(name));
}

/** From a request to the complete answer, in one step. */
export function decideUpgrade(head: RequestHead, policy: UpgradePolicy = {}): HttpAnswer {
  const check = checkUpgrade(head, policy.origin);
  if ("refusal" in check) return check.refusal;
  return acceptUpgrade(check.offer, { subprotocol: chooseSubprotocol(check.offer, policy.subprotocols) });
}

/** Whether a request asks for a WebSocket at all (RFC 9110 section 7.8); what does not is ordinary HTTP. */
export function asksForWebSocket(head: RequestHead): boolean {
  const protocols = splitList(head.headers.get("Upgrade") ?? "");
  if (!protocols.every((protocol) => protocol.split("/").every(isToken))) return false;
  return protocols.some((protocol) => protocol.toLowerCase() === "websocket");
}

/** Version, Upgrade, method, Host and target (RFC 9112 section 3, RFC 6455 section 4.2.1, items 1 to 3). */
function checkRequest(head: RequestHead): HttpAnswer | { path: string; host: string } {
  if (head.httpVersion !== "1.1")
    return refuse(505, `HTTP/${head.httpVersion} is not supported, only HTTP/1.1`);
  if (!asksForWebSocket(head)) {
    return refuse(426, "This is a WebSocket server: send Upgrade: websocket", [["Upgrade", "websocket"]]);
  }
  if (head.method !== "GET") return refuse(405, "The method must be GET", [["Allow", "GET"]]);
  const hosts = head.headers.all("Host");
  if (hosts.length !== 1) return refuse(400, "There must be one Host header");
  if (!isAuthority(hosts[0]!)) return refuse(400, "The Host header is not a host");
  return readTarget(head.target, hosts[0]!) ?? refuse(400, "The request target is malformed");
}

/** Origin-form, or absolute-form, whose authority stands for Host (RFC 9112 section 3.2.2). */
function readTarget(target: string, host: string): { path: string; host: string } | undefined {
  if (!/^[\x21-\x7e]+$/.test(target) || target.includes("#")) return undefined;
  if (target.startsWith("/")) return { path: target, host };
  const match = /^(?:https?|wss?):\/\/([^/?]*)(.*)$/i.exec(target);
  if (match === null || !isAuthority(match[1]!)) return undefined;
  const rest = match[2]!;
  return { path: rest.startsWith("/") ? rest : `/${rest}`, host: match[1]! };
}

/** Connection, and no body (RFC 6455 section 4.2.1, item 4). */
function checkConnection({ headers }: RequestHead): HttpAnswer | undefined {
  if (!hasToken(headers.get("Connection"), "upgrade")) {
    return refuse(400, "The Connection header must have the token upgrade");
  }
  const lengths = headers.all("Content-Length");
  const noBody = lengths.length === 0 || (lengths.length === 1 && /^0+$/.test(lengths[0]!));
  return noBody && headers.get("Transfer-Encoding") === undefined
    ? undefined
    : refuse(400, "The request must not have a body");
}

/** Sec-WebSocket-Version and Sec-WebSocket-Key (items 5 and 6). */
function checkKey({ headers }: RequestHead): HttpAnswer | undefined {
  const versions = headers.all("Sec-WebSocket-Version");
  if (versions.length !== 1 || !/^(?:0|[1-9]\d?|1\d\d|2[0-4]\d|25[0-5])$/.test(versions[0]!)) {
    return refuse(400, "There must be one Sec-WebSocket-Version header with a version number");
  }
  if (versions[0] !== "13") {
    return refuse(426, "The WebSocket version must be 13", [
      ["Upgrade", "websocket"],
      ["Sec-WebSocket-Version", "13"],
    ]);
  }
  const keys = headers.all("Sec-WebSocket-Key");
  if (keys.length === 1 && isKey(keys[0]!)) return undefined;
  return refuse(400, "There must be one Sec-WebSocket-Key header with 16 bytes in base64");
}

function checkOrigin({ headers }: RequestHead, host: string, policy: OriginPolicy): HttpAnswer | undefined {
  const origins = headers.all("Origin");
  if (origins.length > 1) return refuse(400, "There must be at most one Origin header");
  if (origins.length === 0 || isAllowedOrigin(origins[0]!, host, policy)) return undefined;
  return refuse(403, "This origin is not allowed");
}

/** Subprotocols and extensions: absent, or by the grammar (items 8 and 9). */
function readOffers({
  headers,
}: RequestHead): HttpAnswer | { subprotocols: readonly string[]; extensions: readonly Extension[] } {
  const protocolHeader = headers.get("Sec-WebSocket-Protocol");
  const subprotocols = protocolHeader === undefined ? [] : parseSubprotocols(protocolHeader);
  if (subprotocols === undefined) return refuse(400, "The Sec-WebSocket-Protocol header is malformed");
  const extensionHeader = headers.get("Sec-WebSocket-Extensions");
  const extensions = extensionHeader === undefined ? [] : parseExtensions(extensionHeader);
  if (extensions === undefined) return refuse(400, "The Sec-WebSocket-Extensions header is malformed");
  return { subprotocols, extensions };
}
