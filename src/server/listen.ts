import type { Server as HttpServer } from "node:http";
import net from "node:net";
import tls from "node:tls";
import type { Context } from "./context.ts";
import { receiveSessions } from "./http2-sessions.ts";
import { receiveHandshake } from "./raw-handshake.ts";
import { invalidOption } from "./invalid-option.ts";

/** Where a server listens by itself: on a port (0 for any that is free) or a unix socket. */
export interface ListenOptions {
  readonly port?: number;
  /** Default: all addresses of this machine. */
  readonly host?: string;
  /** A unix socket's path, instead of port and host. */
  readonly path?: string;
  /** Certificate and key make it wss. */
  readonly tls?: tls.TlsOptions;
  /**
   * HTTP/2 on the same port for the clients that choose it in TLS (RFC 8441), which browsers do; needs `tls`; default
   * false.
   */
  readonly http2?: boolean;
  /** Gets the requests that do not ask for a WebSocket; without it they get 426. It need not listen itself. */
  readonly http?: HttpServer;
  /** Connections that the system keeps waiting; default 511. */
  readonly backlog?: number;
}

/** Where a server listens. */
export interface Listening {
  /** The port; 0 on a unix socket. */
  readonly port: number;
  /** The address, or the unix socket's path. */
  readonly host: string;
}

/** Starts a listener. Rejects with the system's error, such as EADDRINUSE. */
export async function startListener(context: Context, options: ListenOptions): Promise<net.Server> {
  const { port, host, path, http, http2 = false, backlog } = options;
  if ((port === undefined) === (path === undefined))
    throw invalidOption("listen needs either a port or a path");
  if (port !== undefined && (!Number.isInteger(port) || port < 0 || port > 65535)) {
    throw invalidOption(`port must be a whole number from 0 to 65535, not ${port}`);
  }
  if (http2 && options.tls === undefined) {
    throw invalidOption(
      "http2 needs tls, in which clients choose it; without, attach to http2.createServer()",
    );
  }
  const receiveSession = http2 ? await receiveSessions(context, http) : undefined;
  const accept = (transport: net.Socket): void => {
    const { alpnProtocol } = transport as Partial<tls.TLSSocket>;
    if (receiveSession !== undefined && alpnProtocol === "h2") receiveSession(transport as tls.TLSSocket);
    else receiveHandshake(context, transport, http);
  };
  // Halves are ended apart: the peer's end must not cut off what we have still to say.
  const settings = { allowHalfOpen: true, noDelay: true };
  const listener =
    options.tls === undefined
      ? net.createServer(settings, accept)
      : tls.createServer(
          {
            handshakeTimeout: context.settings.handshakeTimeout,
            ...options.tls,
            ...settings,
            ...(http2 ? { ALPNProtocols: ["h2", "http/1.1"] } : {}),
          },
          accept,
        );
  // A client that fails at TLS, or never begins it, is no error of ours; node:tls leaves its socket to us.
  listener.on("tlsClientError", (_: unknown, transport: net.Socket) => transport.destroy());
  await new Promise<void>((resolve, reject) => {
    listener.once("error", reject);
    // node:net takes a port that is there and undefined for 0, whatever the path says.
    listener.listen(path === undefined ? { port, host, backlog } : { path, backlog }, () => {
      listener.off("error", reject);
      resolve();
    });
  });
  // Errors of accepting (such as too many open files) concern the connection that could not be accepted.
  listener.on("error", (error) => context.report(error, undefined));
  return listener;
}

export function describeListener(listener: net.Server): Listening {
  const address = listener.address();
  if (address === null) return { port: 0, host: "" };
  return typeof address === "string"
    ? { port: 0, host: address }
    : { port: address.port, host: address.address };
}
