import { acceptKey, isKey, type Sha1, sha1InBase64 } from "./accept-key.ts";
import { type Extension, serializeExtensions } from "./extension-header.ts";
import type { RequestHead } from "./head.ts";
import { checkBody, checkVersion, readOffer, type UpgradeCheck, type UpgradeOffer } from "./offer.ts";
import { isAuthority, type OriginPolicy } from "./origin.ts";
import { checkField, type HttpAnswer, InvalidAnswerError, refuse } from "./response.ts";
import { hasToken, isToken, splitList } from "./token.ts";

const UPGRADE: readonly [string, string] = ["Upgrade", "websocket"];
const CONNECTION: readonly [string, string] = ["Connection", "Upgrade"];

/** What the server adds to the answer that accepts. */
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

/**
 * Whether a request is a correct opening handshake (RFC 6455 section 4.2.1) from an origin that is allowed: what it
 * offers, or the complete refusal. An origin predicate may throw; nothing else does.
 */
export function checkUpgrade(head: RequestHead, origin: OriginPolicy = "same-origin"): UpgradeCheck {
  const place = checkRequest(head);
  if ("status" in place) return { refusal: place };
  const refusal = checkConnection(head) ?? checkBody(head) ?? checkVersion(head) ?? checkKey(head);
  if (refusal !== undefined) return { refusal };
  return readOffer(head, place, head.headers.all("Sec-WebSocket-Key")[0], origin);
}

/**
 * The answer that accepts an offer: 101 (section 4.2.2), or 200 where it came over HTTP/2 (RFC 8441 section 5). Throws
 * {@link InvalidAnswerError} where the choice does not fit the offer or cannot be sent. A runtime's own `digest` is faster.
 */
export function acceptUpgrade(
  offer: UpgradeOffer,
  choice: UpgradeChoice = {},
  digest: Sha1 = sha1InBase64,
): HttpAnswer {
  const { subprotocol, extensions = [], headers = [] } = choice;
  const fields: (readonly [string, string])[] =
    offer.key === undefined
      ? []
      : [UPGRADE, CONNECTION, ["Sec-WebSocket-Accept", acceptKey(offer.key, digest)]];
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
  return { status: offer.key === undefined ? 200 : 101, headers: fields, body: "" };
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
  const upgrade = head.headers.get("Upgrade") ?? "";
  if (upgrade.toLowerCase() === "websocket") return true;
  const protocols = splitList(upgrade);
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

/** The path of a request's target, without the query; undefined where the target is malformed. */
export function pathOf(target: string): string | undefined {
  return readTarget(target, "")?.path.replace(/\?.*/, "");
}

/** Origin-form, or absolute-form, whose authority stands for Host (RFC 9112 section 3.2.2). */
function readTarget(target: string, host: string): { path: string; host: string } | undefined {
  if (!/^[\x21-\x7e]+$/.test(target) || target.includes("#")) return undefined;
  if (target.startsWith("/")) return { path: target, host };
  const match = /^(?:https?|wss?):\/\/([^/?]*)(.*)/i.exec(target);
  if (match === null || !isAuthority(match[1]!)) return undefined;
  const rest = match[2]!;
  return { path: rest.startsWith("/") ? rest : `/${rest}`, host: match[1]! };
}

/** Connection (RFC 6455 section 4.2.1, item 4). */
function checkConnection({ headers }: RequestHead): HttpAnswer | undefined {
  if (hasToken(headers.get("Connection"), "upgrade")) return undefined;
  return refuse(400, "The Connection header must have the token upgrade");
}

/** Sec-WebSocket-Key (item 5). */
function checkKey({ headers }: RequestHead): HttpAnswer | undefined {
  const keys = headers.all("Sec-WebSocket-Key");
  if (keys.length === 1 && isKey(keys[0]!)) return undefined;
  return refuse(400, "There must be one Sec-WebSocket-Key header with 16 bytes in base64");
}
