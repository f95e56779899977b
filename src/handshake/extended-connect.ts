import type { RequestHead } from "./head.ts";
import { HeaderList } from "./headers.ts";
import { checkBody, checkVersion, readOffer, type UpgradeCheck } from "./offer.ts";
import { isAuthority, type OriginPolicy } from "./origin.ts";
import { type HttpAnswer, refuse } from "./response.ts";

/*
 * The opening handshake over HTTP/2: an extended CONNECT (RFC 8441 sections 4 and 5). The stream takes the place of the
 * TCP connection; there is no Upgrade, no Connection, no key and no accept.
 */

/** The head of a CONNECT over HTTP/2. Its target is `:path`. */
export interface ConnectHead extends RequestHead {
  /** `:protocol`; empty in an ordinary CONNECT. */
  readonly protocol: string;
  /** `:scheme` */
  readonly scheme: string;
  /** `:authority` */
  readonly authority: string;
}

/** From names and values in turn, pseudo-headers among them, as node:http2 gives them in `rawHeaders`. */
export function parseConnectHead(pairs: readonly string[]): ConnectHead {
  const pseudo = new Map<string, string>();
  const fields: [string, string][] = [];
  const cookies: string[] = [];
  for (let i = 0; i + 1 < pairs.length; i += 2) {
    const [name, value] = [pairs[i]!, pairs[i + 1]!];
    if (name.startsWith(":")) pseudo.set(name, value);
    else if (name.toLowerCase() === "cookie") cookies.push(value);
    else fields.push([name, value]);
  }
  // A cookie's crumbs are one field everywhere but on the wire (RFC 9113 section 8.2.3).
  if (cookies.length > 0) fields.push(["cookie", cookies.join("; ")]);
  const at = (name: string): string => pseudo.get(name) ?? "";
  return {
    method: at(":method"),
    target: at(":path"),
    httpVersion: "2.0",
    headers: new HeaderList(fields),
    protocol: at(":protocol"),
    scheme: at(":scheme"),
    authority: at(":authority"),
  };
}

/** Whether a CONNECT is for a WebSocket: its protocol is (RFC 8441 section 5). */
export const connectsWebSocket = ({ method, protocol }: ConnectHead): boolean =>
  method === "CONNECT" && protocol.toLowerCase() === "websocket";

/**
 * Whether a request is a correct opening handshake over HTTP/2 from an origin that is allowed: what it offers, or the
 * complete refusal. An origin predicate may throw; nothing else does.
 */
export function checkConnect(head: ConnectHead, origin: OriginPolicy = "same-origin"): UpgradeCheck {
  const refusal = checkRequest(head) ?? checkBody(head) ?? checkVersion(head);
  if (refusal !== undefined) return { refusal };
  return readOffer(head, { path: head.target, host: head.authority }, undefined, origin);
}

/** Pseudo-headers, and a Host that must not contradict them (RFC 9113 section 8.3.1). */
function checkRequest(head: ConnectHead): HttpAnswer | undefined {
  if (!connectsWebSocket(head)) return refuse(501, "The protocol of the CONNECT must be websocket");
  if (!/^https?$/i.test(head.scheme)) return refuse(400, "The scheme must be http or https");
  if (!isAuthority(head.authority)) return refuse(400, "The authority is not a host");
  const hosts = head.headers.all("Host");
  if (hosts.some((host) => host.toLowerCase() !== head.authority.toLowerCase())) {
    return refuse(400, "The Host header is not the authority");
  }
  if (/^\/[\x21-\x7e]*$/.test(head.target) && !head.target.includes("#")) return undefined;
  return refuse(400, "The request target is malformed");
}
