import type { EventEmitter } from "node:events";
import type { IncomingMessage, Server as HttpServer } from "node:http";
import type { Http2SecureServer, Http2Server, IncomingHttpHeaders, ServerHttp2Stream } from "node:http2";
import type { Server as HttpsServer } from "node:https";
import type { Duplex } from "node:stream";
import { asksForWebSocket, pathOf } from "../handshake/decide.ts";
import { connectsWebSocket, parseConnectHead } from "../handshake/extended-connect.ts";
import type { RequestHead } from "../handshake/head.ts";
import { HeaderList } from "../handshake/headers.ts";
import { type HttpAnswer, refuse } from "../handshake/response.ts";
import { Http1Arrival } from "./arrival.ts";
import type { Context } from "./context.ts";
import { refuseTransport } from "./ending.ts";
import { overHttp2, refuseStream } from "./http2-arrival.ts";
import { intercept } from "./intercept.ts";
import { checkPathRule, mostSpecific, type PathRule } from "./paths.ts";
import { leaveToOthers } from "./unclaimed.ts";
import { receiveArrival } from "./upgrade.ts";

/*
 * On an HTTP server that exists already, beside other owners of its upgrades. All WebSocketServers of one HTTP server
 * share a door. It takes its upgrades before they are told as an event: an event is told to all who listen, and owners
 * that answer each path they do not know with an error would end ours. What it does not take, the others are told.
 */

/** A server of node:http, node:https or node:http2. */
export type AttachableServer = HttpServer | HttpsServer | Http2Server | Http2SecureServer;

/** Which upgrades are taken. */
export interface AttachOptions {
  /**
   * A path such as `/chat`, without query, or a function that is given one; default: all. Of several that would take a
   * request, a path goes before a function, and that before all.
   */
  readonly path?: string | ((path: string) => boolean) | undefined;
}

interface Guest {
  readonly context: Context;
  readonly path: PathRule;
}

type StreamArguments = [ServerHttp2Stream, IncomingHttpHeaders, number, string[]];

const doors: WeakMap<AttachableServer, Door> = new WeakMap();

/** Returns what ends it. Throws `MisuseError` ERR_INVALID_OPTION. */
export function attachTo(
  context: Context,
  server: AttachableServer,
  { path }: AttachOptions = {},
): () => void {
  checkPathRule(path);
  const door = doors.get(server) ?? new Door(server);
  doors.set(server, door);
  const guest = { context, path };
  door.admit(guest);
  return () => {
    if (door.dismiss(guest)) doors.delete(server);
  };
}

/** An upgrade request that node:http has parsed. */
export function receiveUpgrade(
  context: Context,
  request: IncomingMessage,
  transport: Duplex,
  rest: Uint8Array,
  head: RequestHead = headOf(request),
): void {
  const { maxHeaders } = context.settings;
  // node:http drops fields above its limit without a word: at the limit nobody can tell whether some are missing.
  const kept = keptFields(transport);
  if (head.headers.size > maxHeaders || head.headers.size >= kept) {
    refuseTransport(context, transport, tooManyHeaders(Math.min(maxHeaders, kept)));
  } else {
    receiveArrival(context, new Http1Arrival(transport, head, rest));
  }
}

const headOf = ({ method = "", url = "", httpVersion, rawHeaders }: IncomingMessage): RequestHead => ({
  method,
  target: url,
  httpVersion,
  headers: HeaderList.fromPairs(rawHeaders),
});

const tooManyHeaders = (limit: number): HttpAnswer => refuse(431, `more than ${limit} header fields`);

const NOT_HERE: HttpAnswer = refuse(404, "There is no WebSocket at this path");

/** Fields that node:http keeps of a request where its server has no limit of its own. */
const NODE_MAX_HEADERS = 1000;

/** How many fields of a request node:http keeps. */
function keptFields(transport: Duplex): number {
  const { server } = transport as { readonly server?: Partial<HttpServer> | null };
  return typeof server?.maxHeadersCount === "number" ? server.maxHeadersCount || Infinity : NODE_MAX_HEADERS;
}

/** Does nothing: the door takes upgrades before they are told. */
const LISTENED_TO = (): void => {};

class Door {
  readonly #server: AttachableServer;
  readonly #guests: Guest[] = [];
  readonly #reopen: () => void;

  constructor(server: AttachableServer) {
    this.#server = server;
    this.#reopen = intercept(server, (event, args) => {
      if (event === "upgrade") return this.#takeUpgrade(...(args as [IncomingMessage, Duplex, Uint8Array]));
      if (event !== "stream") return false;
      const [stream, headers, , rawHeaders] = args as StreamArguments;
      return headers[":protocol"] !== undefined && this.#takeStream(stream, rawHeaders);
    });
    // Where nobody listens, node:http takes an upgrade for an ordinary request.
    server.on("upgrade", LISTENED_TO);
    if ("updateSettings" in server) server.updateSettings({ enableConnectProtocol: true });
  }

  admit(guest: Guest): void {
    this.#guests.push(guest);
  }

  /** Returns whether the last guest has gone. */
  dismiss(guest: Guest): boolean {
    const at = this.#guests.indexOf(guest);
    if (at >= 0) this.#guests.splice(at, 1);
    if (at < 0 || this.#guests.length > 0) return false;
    this.#server.off("upgrade", LISTENED_TO);
    this.#reopen();
    return true;
  }

  #guestFor(target: string): Guest | undefined {
    return mostSpecific(this.#guests, pathOf(target), (error, { context }) =>
      context.report(error, undefined),
    );
  }

  /** Takes what asks for a WebSocket where one is, and refuses what is for nobody. */
  #takeUpgrade(request: IncomingMessage, transport: Duplex, rest: Uint8Array): boolean {
    const head = headOf(request);
    const guest = this.#guestFor(head.target);
    const { context } = guest ?? this.#guests[0]!;
    const nobody = (): void => refuseTransport(context, transport, NOT_HERE);
    if (!(guest !== undefined && asksForWebSocket(head)) && this.#server.listenerCount("upgrade") > 1) {
      leaveToOthers(transport, context.settings.handshakeTimeout, nobody);
      return false;
    }
    if (guest === undefined) nobody();
    else receiveUpgrade(context, request, transport, rest, head);
    return true;
  }

  /** Takes an extended CONNECT that is for a WebSocket, and refuses what is for nobody. */
  #takeStream(stream: ServerHttp2Stream, rawHeaders: string[]): boolean {
    const head = parseConnectHead(rawHeaders);
    const guest = this.#guestFor(head.target);
    if (!(guest !== undefined && connectsWebSocket(head)) && this.#othersTakeStreams()) return false;
    const { context } = guest ?? this.#guests[0]!;
    const { maxHeaders } = context.settings;
    if (guest === undefined) refuseStream(context, stream, NOT_HERE);
    else if (head.headers.size > maxHeaders) refuseStream(context, stream, tooManyHeaders(maxHeaders));
    else receiveArrival(context, overHttp2(stream, head));
    return true;
  }

  /** node:http2's own listener, which makes requests of streams, answers each CONNECT with 405. */
  #othersTakeStreams(): boolean {
    const server: EventEmitter = this.#server;
    const requests = server.listenerCount("request") > 0 ? 1 : 0;
    return server.listenerCount("connect") > 0 || server.listenerCount("stream") > requests;
  }
}
