import type { Server as HttpServer } from "node:http";
import type { Http2ServerRequest, Http2ServerResponse, ServerHttp2Session } from "node:http2";
import type { TLSSocket } from "node:tls";
import { attachTo } from "./attached.ts";
import type { Context } from "./context.ts";

/** Streams of one session at a time, WebSockets and requests. Who needs more opens another session. */
const MAX_STREAMS = 256;

/**
 * The half of our own listener that speaks HTTP/2: what takes the transports whose client has chosen it. Requests that
 * are for no WebSocket go to `http`, as node:http2's objects for them; without it they get 404.
 */
export async function receiveSessions(
  context: Context,
  http: HttpServer | undefined,
): Promise<(transport: TLSSocket) => void> {
  // Loaded by those only who want it.
  const { createServer } = await import("node:http2");
  const server = createServer({ settings: { maxConcurrentStreams: MAX_STREAMS } });
  attachTo(context, server);
  server.on("request", (request: Http2ServerRequest, response: Http2ServerResponse) => {
    if (http?.emit("request", request, response) === true) return;
    response.writeHead(404, { "content-type": "text/plain; charset=utf-8" });
    response.end("This is a WebSocket server\n");
  });
  return (transport) => {
    server.once("session", (session) => guard(context, session, transport));
    server.emit("connection", transport);
  };
}

/** A session without streams is a handshake under way: it counts as one, and has as much time. */
function guard(context: Context, session: ServerHttp2Session, transport: TLSSocket): void {
  const { handshakeTimeout, closeTimeout } = context.settings;
  const { remoteAddress } = transport;
  let streams = 0;
  let waiting: NodeJS.Timeout | undefined;
  let deadline: NodeJS.Timeout | undefined;
  const leave = (): void => {
    if (deadline !== undefined) return;
    deadline = setTimeout(() => transport.destroy(), closeTimeout);
    context.part(transport);
    session.close();
  };
  const wait = (): void => {
    if (streams > 0 || waiting !== undefined || session.closed || session.destroyed) return;
    if (context.refuses(transport, { remoteAddress }) !== undefined) return leave();
    context.handshakes++;
    waiting = setTimeout(leave, handshakeTimeout);
  };
  const goOn = (): void => {
    if (waiting === undefined) return;
    clearTimeout(waiting);
    waiting = undefined;
    context.handshakes--;
    context.release(transport);
  };
  // Before the stream itself is counted.
  session.prependListener("stream", (stream) => {
    streams++;
    goOn();
    stream.once("close", () => {
      // Later, since a session must not be closed from within its callbacks.
      if (--streams === 0) setImmediate(wait);
    });
  });
  const pending = { abandon: leave };
  session.once("close", () => {
    goOn();
    clearTimeout(deadline);
    context.pending.delete(pending);
  });
  context.pending.add(pending);
  wait();
}
