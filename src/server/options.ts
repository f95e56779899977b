import { constants } from "node:buffer";
import { DEFAULT_MAX_FRAGMENTS, DEFAULT_MAX_PAYLOAD } from "../connection/connection-options.ts";
import { MisuseError } from "../connection/misuse.ts";
import { DEFAULT_MAX_HEADER_BYTES, DEFAULT_MAX_HEADERS } from "../handshake/head-reader.ts";
import type { OriginPolicy } from "../handshake/origin.ts";
import { isToken } from "../handshake/token.ts";
import { type DeflateOptions, readDeflateOptions } from "./deflate-options.ts";
import { type HeartbeatOptions, MAX_TIMEOUT, readHeartbeatOptions } from "./heartbeat-options.ts";
import { type RateLimitOptions, type RateSettings, readRateLimitOptions } from "./rate-limit.ts";
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
  /** Milliseconds for a request's head to arrive; default 10,000. Later gets 408. */
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

type NumberName =
  | "maxConnections"
  | "maxPayload"
  | "maxFragments"
  | "maxHeaderBytes"
  | "maxHeaders"
  | "handshakeTimeout"
  | "closeTimeout"
  | "idleTimeout"
  | "readAhead"
  | "maxBuffered";

const DEFAULTS: Readonly<Record<NumberName, number>> = {
  maxConnections: 65_536,
  maxPayload: DEFAULT_MAX_PAYLOAD,
  maxFragments: DEFAULT_MAX_FRAGMENTS,
  maxHeaderBytes: DEFAULT_MAX_HEADER_BYTES,
  maxHeaders: DEFAULT_MAX_HEADERS,
  handshakeTimeout: 10_000,
  closeTimeout: 10_000,
  idleTimeout: 0,
  readAhead: 64 * 1024,
  maxBuffered: 16 * 1024 * 1024,
};

/** The options with their defaults, checked. */
export interface Settings extends Readonly<Record<NumberName, number>> {
  readonly hooks: ServerHooks;
  readonly whenFull: Overflow;
  readonly origin: OriginPolicy;
  readonly subprotocols: readonly string[] | undefined;
  readonly tolerateLongLengths: boolean;
  readonly sharedRead: boolean;
  readonly deflate: Required<DeflateOptions> | undefined;
  readonly heartbeat: Required<HeartbeatOptions> | undefined;
  readonly signal: AbortSignal | undefined;
  readonly rateLimit: RateSettings | undefined;
}

/** Throws {@link MisuseError} ERR_INVALID_OPTION, which names the option. */
export function readOptions(options: ServerOptions): Settings {
  const { origin = "same-origin", subprotocols, tolerateLongLengths = false, whenFull = "close" } = options;
  const { sharedRead = true } = options;
  const numbers = { ...DEFAULTS };
  for (const name of Object.keys(DEFAULTS) as NumberName[]) {
    const value = options[name] ?? DEFAULTS[name];
    if (!Number.isSafeInteger(value) || value < 0) {
      throw new MisuseError(
        "ERR_INVALID_OPTION",
        `${name} must be a whole number from 0, not ${String(value)}`,
      );
    }
    if (name.endsWith("Timeout") && value > MAX_TIMEOUT) {
      throw new MisuseError("ERR_INVALID_OPTION", `${name} must be at most ${MAX_TIMEOUT}`);
    }
    numbers[name] = value;
  }
  if (typeof origin === "string" && origin !== "any" && origin !== "same-origin") {
    throw new MisuseError("ERR_INVALID_OPTION", 'origin must be "same-origin", "any", a list or a function');
  }
  if (subprotocols !== undefined && !subprotocols.every(isToken)) {
    throw new MisuseError("ERR_INVALID_OPTION", "subprotocols must be tokens, such as chat.v1");
  }
  for (const name of ["upgrade", "open", "message", "stream", "close", "error"] as const) {
    if (options[name] !== undefined && typeof options[name] !== "function") {
      throw new MisuseError("ERR_INVALID_OPTION", `${name} must be a function`);
    }
  }
  for (const name of ["tolerateLongLengths", "sharedRead"] as const) {
    if (options[name] !== undefined && typeof options[name] !== "boolean") {
      throw new MisuseError("ERR_INVALID_OPTION", `${name} must be a boolean`);
    }
  }
  if (options.message !== undefined && options.stream !== undefined) {
    throw new MisuseError("ERR_INVALID_OPTION", "message and stream are two ways to take messages: give one");
  }
  if (options.stream === undefined && numbers.maxPayload > constants.MAX_LENGTH) {
    throw new MisuseError(
      "ERR_INVALID_OPTION",
      `maxPayload must be at most ${constants.MAX_LENGTH}, the largest Buffer, unless there is a stream hook`,
    );
  }
  if (options.signal !== undefined && !(options.signal instanceof AbortSignal)) {
    throw new MisuseError("ERR_INVALID_OPTION", "signal must be an AbortSignal");
  }
  if (whenFull !== "close" && whenFull !== "wait" && whenFull !== "drop") {
    throw new MisuseError("ERR_INVALID_OPTION", `whenFull must be "close", "wait" or "drop"`);
  }
  const deflate = readDeflateOptions(options.perMessageDeflate);
  const heartbeat = readHeartbeatOptions(options.heartbeat);
  const rateLimit = readRateLimitOptions(options.rateLimit);
  const choices = {
    hooks: options,
    signal: options.signal,
    whenFull,
    origin,
    subprotocols,
    tolerateLongLengths,
    sharedRead,
  };
  return { ...numbers, ...choices, deflate, heartbeat, rateLimit };
}
