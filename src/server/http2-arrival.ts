import type { OutgoingHttpHeaders, ServerHttp2Stream } from "node:http2";
import { checkConnect, type ConnectHead } from "../handshake/extended-connect.ts";
import type { HttpAnswer } from "../handshake/response.ts";
import type { Arrival } from "./arrival.ts";
import type { Context } from "./context.ts";
import { abortTransport } from "./ending.ts";

/*
 * An opening handshake over HTTP/2 (RFC 8441): the stream is the transport. Its END_STREAM is the end of TCP, its
 * RST_STREAM with CANCEL the abort; its flow control is node:http2's.
 */

const NOTHING: Uint8Array = new Uint8Array(0);

/** Fields that HTTP/2 does not have (RFC 9113 section 8.2.2). */
const CONNECTION_SPECIFIC =
  /^(?:connection|keep-alive|proxy-connection|transfer-encoding|upgrade|te|http2-settings)$/;

export function overHttp2(stream: ServerHttp2Stream, head: ConnectHead): Arrival {
  const session = stream.session?.destroyed === false ? stream.session : undefined;
  return {
    transport: stream,
    rest: NOTHING,
    remoteAddress: session?.socket.remoteAddress,
    secure: session?.encrypted === true,
    check: (origin) => checkConnect(head, origin),
    accept(answer) {
      stream.respond(fieldsOf(answer));
      // Node 22 waits for ever for what was being written when the client reset the stream.
      stream.once("end", () => stream.aborted && setImmediate(() => stream.destroy()));
    },
    refuse: (context, answer) => refuseStream(context, stream, answer),
  };
}

/** Answers and ends the stream, within `closeTimeout`. */
export function refuseStream(context: Context, stream: ServerHttp2Stream, answer: HttpAnswer): void {
  stream.on("error", () => {});
  if (stream.destroyed || stream.closed) return;
  context.refused(stream, answer);
  const timer = setTimeout(() => abortTransport(stream), context.settings.closeTimeout);
  stream.on("close", () => clearTimeout(timer));
  stream.respond(fieldsOf(answer));
  // The client need not go on: the answer is complete (RFC 9113 section 8.1).
  // Not from within node:http2's own callbacks: what is reset there may be packed again and again.
  stream.end(answer.body, () => setImmediate(() => stream.close()));
}

function fieldsOf({ status, headers }: HttpAnswer): OutgoingHttpHeaders {
  const fields: Record<string, string | string[]> = Object.create(null);
  for (const [given, value] of headers) {
    const name = given.toLowerCase();
    if (CONNECTION_SPECIFIC.test(name)) continue;
    const before = fields[name];
    if (before === undefined) fields[name] = value;
    else if (name === "set-cookie") fields[name] = [before, value].flat();
    else fields[name] = `${String(before)}, ${value}`;
  }
  return { ":status": status, ...fields };
}
