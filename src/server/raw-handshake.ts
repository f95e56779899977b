import { Buffer } from "node:buffer";
import type { IncomingMessage, Server as HttpServer, ServerResponse } from "node:http";
import type { Socket } from "node:net";
import { asksForWebSocket } from "../handshake/decide.ts";
import { checkRequestLine, parseRequestHead } from "../handshake/head.ts";
import { HeadReader } from "../handshake/head-reader.ts";
import { type HttpAnswer, refuse } from "../handshake/response.ts";
import { overHttp1 } from "./arrival.ts";
import type { Context } from "./context.ts";
import { refuseTransport } from "./ending.ts";
import { receiveArrival } from "./upgrade.ts";

/**
 * A transport that our own listener has accepted, until its request's head is read: then it becomes a connection, is
 * refused, or is handed to the application's own HTTP server.
 */
export function receiveHandshake(context: Context, transport: Socket, http: HttpServer | undefined): void {
  const full = context.refuses(transport, transport.remoteAddress);
  if (full !== undefined) return refuseTransport(context, transport, full, 1000);
  const reader = new HeadReader(context.settings, checkRequestLine);
  const chunks: Uint8Array[] = [];
  context.handshakes++;

  const leave = (): void => {
    clearTimeout(timer);
    transport.off("data", onData).off("end", onEnd).off("close", leave).off("error", onError);
    context.handshakes--;
    context.pending.delete(abandon);
  };
  const refuseWith = (answer: HttpAnswer): void => {
    leave();
    refuseTransport(context, transport, answer);
  };
  const onData = (chunk: Uint8Array): void => {
    if (http !== undefined) chunks.push(chunk);
    const result = reader.receive(chunk);
    if (result === undefined) return;
    if ("status" in result) return refuseWith(refuse(result.status, result.reason));
    const head = parseRequestHead(result.lines);
    if ("status" in head) return refuseWith(refuse(head.status, head.reason));
    leave();
    if (http !== undefined && !asksForWebSocket(head)) handOver(context, transport, chunks, http);
    else receiveArrival(context, overHttp1(transport, head, result.rest));
  };
  const onEnd = (): void => {
    leave();
    transport.destroy();
  };
  const onError = (): void => {};
  const abandon = (): void => refuseWith(refuse(503, "The server is shutting down"));
  const timer = setTimeout(
    () => refuseWith(refuse(408, "The request did not arrive in time")),
    context.settings.handshakeTimeout,
  );
  context.pending.add(abandon);
  transport.on("data", onData).on("end", onEnd).on("close", leave).on("error", onError);
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
