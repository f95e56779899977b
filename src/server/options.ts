import type { OriginPolicy } from "../handshake/origin.ts";
import type { DeflateOptions } from "./deflate-options.ts";
import type { HeartbeatOptions } from "./heartbeat-options.ts";
import type { RateLimitOptions } from "./rate-limit.ts";
import type { ServerHooks } from "./hooks.ts";

/** What is done where more waits for a peer than may: close with 1013, throw at the sender, or drop the message. */
export type Overflow = "close" | "wait" | "drop";

export interface ServerOptions<Data = unknown> extends ServerHooks<Data> {
  /** Origins that may connect; default `"same-origin"`. Clients that send no Origin are no browsers, and may. */
  readonly origin?: OriginPolicy;
  /** Subprotocols that are spoken here, the favourite first; default none. An upgrade hook may choose instead. */
  readonly subprotocols?: readonly string[];
  /** Connections at a time, those in their handshake included; default 65,536. More get 503. */
  readonly maxConnections?: number;
  /**
   * Connections at a time of one address, those in their handshake included; default no limit, since behind a proxy all
   * have the proxy's address. More get 429. IPv6 addresses count by their first 64 bits.
   */
  readonly maxConnectionsPerAddress?: number;
  /**
   * The largest message, in bytes; default 1,048,576. A larger one is answered with 1009. Only with a `stream` hook it
   * may be more than a Buffer can hold.
   */
  readonly maxPayload?: number;
  /** Fragments of one message; default 1,048,576. */
  readonly maxFragments?: number;
  /** Bytes of messages that are read ahead while a consumer is busy; default 65,536. Then the peer has to wait. */
  readonly readAhead?: number;
  /**
   * Bytes that may wait for one peer; default 16,777,216. A message that is sent when as much waits already is subject
   * to {@link ServerOptions.whenFull}.
   */
  readonly maxBuffered?: number;
  /**
   * What becomes of a message that does not fit: `"close"` (default) closes the connection with 1013, `"wait"` throws
   * {@link MisuseError} ERR_BUFFER_FULL at a sender that did not wait, `"drop"` drops the message.
   */
  readonly whenFull?: Overflow;
  /** Bytes of a request's head; default 16,384. More get 431. */
  readonly maxHeaderBytes?: number;
  /** Header fields of a request; default 1,000. More get 431. */
  readonly maxHeaders?: number;
  /**
   * Milliseconds for a request's head to arrive (later gets 408), and then for the upgrade hook to answer (later gets
   * 503, and the error hook is told); default 10,000.
   */
  readonly handshakeTimeout?: number;
  /** Milliseconds for a closing connection to end by itself; default 10,000. Then it is destroyed. */
  readonly closeTimeout?: number;
  /**
   * Finds peers that are gone without a word: a Ping after some silence, and destruction where nothing comes after it.
   * Any octet is a sign of life; default on. False: TCP alone tells, where something is sent.
   */
  readonly heartbeat?: false | HeartbeatOptions;
  /**
   * Milliseconds without a message in either direction, or a part of one, before the connection is closed with 1001;
   * measured to a 32nd; default 0: never, since the heartbeat finds the dead, and the quiet may be quiet.
   */
  readonly idleTimeout?: number;
  /** Messages and bytes that a peer may send each second; default no limit. */
  readonly rateLimit?: RateLimitOptions;
  /** Compression (RFC 7692): true for the defaults, or options; default false. */
  readonly perMessageDeflate?: boolean | DeflateOptions;
  /** Aborting it closes the server as {@link WebSocketServer.close} does. */
  readonly signal?: AbortSignal;
  /** Take lengths that are not in their shortest encoding; default false (RFC 6455 section 5.2). */
  readonly tolerateLongLengths?: boolean;
  /**
   * Read all sockets into the same memory, where the version of Node is known to be able to, and TLS is not in between;
   * default true. It costs less, and nobody notices. With false each read gets memory of its own.
   */
  readonly sharedRead?: boolean;
}
