import { Buffer } from "node:buffer";
import type { IncomingMessage, Server as HttpServer, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { asksForWebSocket } from "../handshake/decide.ts";
import { checkRequestLine, parseRequestHead } from "../handshake/head.ts";
import { type Head, type HeadError, HeadReader } from "../handshake/head-reader.ts";
import { type HttpAnswer, refuse } from "../handshake/response.ts";
import { Http1Arrival } from "./arrival.ts";
import type { Context, Pending } from "./context.ts";
import { refuseTransport } from "./ending.ts";
import { latin1 } from "./node-platform.ts";
import { letGo, listenTo, type Owner } from "./transport.ts";
import { receiveArrival } from "./upgrade.ts";

/** A transport that our own listener has accepted. */
export function receiveHandshake(context: Context, transport: Socket, http: HttpServer | undefined): void {
  const full = context.refuses(transport, transport);
  // Node's own do something only where halves are not ended apart; beside ours they would take an array.
  for (const listener of transport.listeners("end")) transport.off("end", listener as () => void);
  if (full === undefined) new RawHandshake(context, transport, http).begin();
  else refuseTransport(context, transport, full, 1000);
}

/**
 * Hears of a transport until its request's head is read: then that becomes a connection, is refused, or is handed to the
 * application's own HTTP server.
 */
class RawHandshake implements Owner, Pending {
  readonly #context: Context;
  readonly #transport: Socket;
  readonly #http: HttpServer | undefined;
  readonly #reader: HeadReader;
  /** What an HTTP server would have to be given. */
  #chunks: Uint8Array[] | undefined;
  #timer: NodeJS.Timeout | undefined;
  #over = false;
  readonly listening = true;

  constructor(context: Context, transport: Socket, http: HttpServer | undefined) {
    this.#context = context;
    this.#transport = transport;
    this.#http = http;
    this.#reader = new HeadReader(context.settings, checkRequestLine, latin1);
  }

  begin(): void {
    const { settings } = this.#context;
    this.#context.handshakes++;
    this.#context.pending.add(this);
    this.#timer = setTimeout(() => this.expire(), settings.handshakeTimeout);
    // What an HTTP server gets must be read in the ordinary way.
    listenTo(this.#transport, this, settings.sharedRead && this.#http === undefined);
  }

  receive(chunk: Uint8Array): void {
    if (this.#over) return;
    const http = this.#http;
    if (http !== undefined) (this.#chunks ??= []).push(chunk);
    this.#advance(this.#reader.receive(chunk));
  }

  receiveBorrowed(memory: Uint8Array, size: number): number {
    const result = this.#reader.receive(memory, size);
    if (result === undefined || "status" in result || result.rest.length === 0) this.#advance(result);
    // What came behind the head may have to wait for a hook.
    else this.#advance({ lines: result.lines, rest: new Uint8Array(result.rest) });
    return 0;
  }

  #advance(result: Head | HeadError | undefined): void {
    if (result === undefined) return;
    if ("status" in result) return this.#refuse(refuse(result.status, result.reason));
    const head = parseRequestHead(result.lines);
    if ("status" in head) return this.#refuse(refuse(head.status, head.reason));
    const http = this.#http;
    this.#leave();
    if (http === undefined || asksForWebSocket(head)) {
      receiveArrival(this.#context, new Http1Arrival(this.#transport, head, result.rest));
    } else {
      letGo(this.#transport);
      handOver(this.#context, this.#transport, this.#chunks!, http);
    }
  }

  receiveEnd(): void {
    this.#leave();
    this.#transport.destroy();
  }

  transportDrained(): void {}

  gone(): void {
    this.#leave();
  }

  abandon(): void {
    this.#refuse(refuse(503, "The server is shutting down"));
  }

  expire(): void {
    this.#refuse(refuse(408, "The request did not arrive in time"));
  }

  #refuse(answer: HttpAnswer): void {
    this.#leave();
    refuseTransport(this.#context, this.#transport, answer);
  }

  #leave(): void {
    if (this.#over) return;
    this.#over = true;
    clearTimeout(this.#timer);
    this.#context.handshakes--;
    this.#context.pending.delete(this);
  }
}

const handedOver: WeakSet<Socket> = new WeakSet();
const receivers: WeakSet<HttpServer> = new WeakSet();

/**
 * Gives a transport, and all that was read from it, to an ordinary HTTP server, for this one request: a server that does
 * not listen itself has no time-outs for the requests that would follow.
 */
function handOver(context: Context, transport: Socket, chunks: Uint8Array[], http: HttpServer): void {
  if (!receivers.has(http)) {
    receivers.add(http);
    http.prependListener("request", (request: IncomingMessage, response: ServerResponse) => {
      if (handedOver.has(request.socket)) response.setHeader("Connection", "close");
    });
  }
  handedOver.add(transport);
  context.release(transport);
  context.part(transport);
  transport.pause();
  transport.unshift(chunks.length === 1 ? chunks[0] : Buffer.concat(chunks));
  http.emit("connection", transport);
  transport.resume();
}
