import type { IncomingMessage, Server as HttpServer } from "node:http";
import type { Server as HttpsServer } from "node:https";
import type { Duplex } from "node:stream";
import { HeaderList } from "../handshake/headers.ts";
import { refuse } from "../handshake/response.ts";
import type { Context } from "./context.ts";
import { refuseTransport } from "./ending.ts";
import { upgradeTransport } from "./upgrade.ts";

export type UpgradeListener = (request: IncomingMessage, transport: Duplex, rest: Uint8Array) => void;

/** Fields that node:http keeps of a request where its server has no limit of its own. */
const NODE_MAX_HEADERS = 1000;

/** An upgrade request that node:http has parsed. */
export function receiveUpgrade(
  context: Context,
  server: HttpServer | HttpsServer,
  request: IncomingMessage,
  transport: Duplex,
  rest: Uint8Array,
): void {
  const { method = "", url = "", httpVersion, rawHeaders } = request;
  const headers = HeaderList.fromPairs(rawHeaders);
  const { maxHeaders } = context.settings;
  // node:http drops fields above its limit without a word: at the limit nobody can tell whether some are missing.
  const kept = server.maxHeadersCount === null ? NODE_MAX_HEADERS : server.maxHeadersCount || Infinity;
  if (headers.size > maxHeaders || headers.size >= kept) {
    const answer = refuse(431, `more than ${Math.min(maxHeaders, kept)} header fields`);
    return refuseTransport(context, transport, answer);
  }
  void upgradeTransport(context, transport, { method, target: url, httpVersion, headers }, rest);
}
