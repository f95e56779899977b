import { acceptKey } from "./accept-key.ts";
import { type DeflateParams, formatDeflate, parseDeflate } from "./deflate-params.ts";
import { field, hasToken, type HttpHead } from "./http-head.ts";

/* The opening handshake of RFC 6455, 4, from both sides. What the other side does wrong throws an Error. */

export interface Target {
  readonly host: string;
  readonly port: number;
  readonly path: string;
  readonly secure: boolean;
}

export function serializeRequest(target: Target, key: string, offer: string | undefined): string {
  const usual = target.port === (target.secure ? 443 : 80);
  const host = target.host.includes(":") ? `[${target.host}]` : target.host;
  const lines = [
    `GET ${target.path} HTTP/1.1`,
    `Host: ${host}${usual ? "" : `:${target.port}`}`,
    "User-Agent: handfast-autobahn",
    "Upgrade: websocket",
    "Connection: Upgrade",
    `Sec-WebSocket-Key: ${key}`,
    "Sec-WebSocket-Version: 13",
    ...(offer === undefined ? [] : [`Sec-WebSocket-Extensions: ${offer}`]),
  ];
  return `${lines.join("\r\n")}\r\n\r\n`;
}

/** The agreed permessage-deflate, or undefined. */
export function readResponse(head: HttpHead, key: string, offered: boolean): DeflateParams | undefined {
  const status = /^HTTP\/1\.1 (\d{3})( |$)/.exec(head.firstLine)?.[1];
  if (status === undefined) throw new Error("the answer is not HTTP/1.1");
  if (status !== "101") throw new Error(`the answer to the upgrade has the status ${status}`);
  if (!hasToken(head, "upgrade", "websocket")) throw new Error("the answer has no Upgrade: websocket");
  if (!hasToken(head, "connection", "upgrade")) throw new Error("the answer has no Connection: Upgrade");
  if (field(head, "sec-websocket-accept") !== acceptKey(key))
    throw new Error("the answer has a wrong Sec-WebSocket-Accept");
  if (head.fields.has("sec-websocket-protocol"))
    throw new Error("the answer has a subprotocol nobody asked for");
  const extensions = field(head, "sec-websocket-extensions");
  if (!extensions) return undefined;
  const agreed = parseDeflate(extensions);
  if (!offered || agreed.length !== 1 || extensions.includes(","))
    throw new Error("the answer has an extension nobody asked for");
  const [params] = agreed;
  if (params?.clientMaxWindowBits === true)
    throw new Error("client_max_window_bits without a value in the answer");
  return params;
}

export interface UpgradeRequest {
  readonly target: string;
  readonly key: string;
  readonly offers: readonly DeflateParams[];
}

export function readRequest(head: HttpHead): UpgradeRequest {
  const target = /^GET (\S+) HTTP\/1\.1$/.exec(head.firstLine)?.[1];
  if (target === undefined) throw new Error("not a GET request of HTTP/1.1");
  if (!hasToken(head, "upgrade", "websocket")) throw new Error("no Upgrade: websocket");
  if (!hasToken(head, "connection", "upgrade")) throw new Error("no Connection: Upgrade");
  if (field(head, "sec-websocket-version") !== "13") throw new Error("not Sec-WebSocket-Version: 13");
  const key = field(head, "sec-websocket-key") ?? "";
  if (Buffer.from(key, "base64").length !== 16) throw new Error("no Sec-WebSocket-Key of 16 bytes");
  return { target, key, offers: parseDeflate(field(head, "sec-websocket-extensions")) };
}

export function serializeResponse(key: string, agreed: DeflateParams | undefined): string {
  const lines = [
    "HTTP/1.1 101 Switching Protocols",
    "Server: handfast-autobahn",
    "Upgrade: websocket",
    "Connection: Upgrade",
    `Sec-WebSocket-Accept: ${acceptKey(key)}`,
    ...(agreed ? [`Sec-WebSocket-Extensions: ${formatDeflate(agreed, "server first")}`] : []),
  ];
  return `${lines.join("\r\n")}\r\n\r\n`;
}
