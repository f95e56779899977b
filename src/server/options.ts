import { DEFAULT_MAX_FRAGMENTS, DEFAULT_MAX_PAYLOAD } from "../connection/connection-options.ts";
import { MisuseError } from "../connection/misuse.ts";
import { DEFAULT_MAX_HEADER_BYTES, DEFAULT_MAX_HEADERS } from "../handshake/head-reader.ts";
import type { OriginPolicy } from "../handshake/origin.ts";
import { isToken } from "../handshake/token.ts";
import type { Message } from "./message.ts";
import type { UpgradeRequest } from "./request.ts";
import type { ServerSocket } from "./socket.ts";

/** What an upgrade hook may answer: nothing (accept), additions to the 101, or a refusal. */
export type UpgradeAnswer =
  | { readonly subprotocol?: string; readonly headers?: Readonly<Record<string, string>> }
  | { readonly status: number; readonly body?: string; readonly headers?: Readonly<Record<string, string>> };

/** What the application does. A hook that throws or rejects closes its connection with 1011 (500 before that). */
export interface ServerHooks {
  /** A handshake is correct and its origin allowed: accept or refuse it. */
  upgrade?(request: UpgradeRequest): UpgradeAnswer | void | Promise<UpgradeAnswer | void>;
  /** A connection is open. */
  open?(socket: ServerSocket, request: UpgradeRequest): void | Promise<void>;
  /** A whole message has arrived. */
  message?(socket: ServerSocket, message: Message): void | Promise<void>;
  /**
   * A connection is over. `code` is the peer's, 1005 where it gave none, 1006 where the transport ended without a
   * Close frame, or the code by which a violation was answered.
   */
  close?(socket: ServerSocket, code: number, reason: string): void | Promise<void>;
  /** A hook has failed. Default: a warning on stderr. */
  error?(error: unknown, socket: ServerSocket | undefined): void;
}

export interface ServerOptions extends ServerHooks {
  /** Origins that may connect; default `"same-origin"`. Clients that send no Origin are no browsers, and may. */
  readonly origin?: OriginPolicy;
  /** Subprotocols that are spoken here, the favourite first; default none. An upgrade hook may choose instead. */
  readonly subprotocols?: readonly string[];
  /** Connections at a time, those in their handshake included; default 65,536. More get 503. */
  readonly maxConnections?: number;
  /** The largest message, in bytes; default 1,048,576. A larger one is answered with 1009. */
  readonly maxPayload?: number;
  /** Fragments of one message; default 1,048,576. */
  readonly maxFragments?: number;
  /** Bytes of a request's head; default 16,384. More get 431. */
  readonly maxHeaderBytes?: number;
  /** Header fields of a request; default 1,000. More get 431. */
  readonly maxHeaders?: number;
  /** Milliseconds for a request's head to arrive; default 10,000. Later gets 408. */
  readonly handshakeTimeout?: number;
  /** Milliseconds for a closing connection to end by itself; default 10,000. Then it is destroyed. */
  readonly closeTimeout?: number;
  /** Compression (RFC 7692): true for the defaults, or options; default false. */
  readonly perMessageDeflate?: boolean | DeflateOptions;
  /** Take lengths that are not in their shortest encoding; default false (RFC 6455 section 5.2). */
  readonly tolerateLongLengths?: boolean;
}

/** Compression, where the client asks for it. Without context takeover an idle connection holds no memory for it. */
export interface DeflateOptions {
  /** Messages of fewer bytes go out as they are; default 256. */
  readonly threshold?: number;
  /** Whether compressors may keep their window from message to message; default false. */
  readonly contextTakeover?: boolean;
  /** Bytes that all connections together may hold for takeover; default 64 MiB. Past it they are agreed to without. */
  readonly takeoverBudget?: number;
  /** The largest window of our compressor, 8 to 15 (powers of two, in bytes); default 15. */
  readonly serverMaxWindowBits?: number;
  /** The largest window of the client's; default 15. Below it, clients that cannot be limited get no compression. */
  readonly clientMaxWindowBits?: number;
  /** zlib's level for messages of 4 KiB and more, 1 to 9; default 2. */
  readonly level?: number;
  /** zlib's memory level for them, 1 to 9; default 8. */
  readonly memLevel?: number;
}

/** What {@link WebSocketServer.stats} tells. */
export interface ServerStats {
  /** Connections that are open or closing. */
  readonly connections: number;
  /** Handshakes under way. */
  readonly handshakes: number;
  /** Bytes that connections may hold for context takeover, of the budget for it. */
  readonly takeoverBytes: number;
}

/** How {@link WebSocketServer.close} says goodbye. */
export interface CloseOptions {
  /** Default 1001, "going away". */
  readonly code?: number;
  /** Up to 123 bytes; default none. */
  readonly reason?: string;
}

type NumberName =
  | "maxConnections"
  | "maxPayload"
  | "maxFragments"
  | "maxHeaderBytes"
  | "maxHeaders"
  | "handshakeTimeout"
  | "closeTimeout";

const DEFAULTS: Readonly<Record<NumberName, number>> = {
  maxConnections: 65_536,
  maxPayload: DEFAULT_MAX_PAYLOAD,
  maxFragments: DEFAULT_MAX_FRAGMENTS,
  maxHeaderBytes: DEFAULT_MAX_HEADER_BYTES,
  maxHeaders: DEFAULT_MAX_HEADERS,
  handshakeTimeout: 10_000,
  closeTimeout: 10_000,
};

/** A timer that is set for longer fires at once. */
const MAX_TIMEOUT = 2 ** 31 - 1;

/** The options with their defaults, checked. */
export interface Settings extends Readonly<Record<NumberName, number>> {
  readonly hooks: ServerHooks;
  readonly origin: OriginPolicy;
  readonly subprotocols: readonly string[] | undefined;
  readonly tolerateLongLengths: boolean;
  readonly deflate: Required<DeflateOptions> | undefined;
}

/** Each option of compression: default, least and most. */
const DEFLATE_NUMBERS = {
  threshold: [256, 0, Number.MAX_SAFE_INTEGER],
  takeoverBudget: [64 * 1024 * 1024, 0, Number.MAX_SAFE_INTEGER],
  serverMaxWindowBits: [15, 8, 15],
  clientMaxWindowBits: [15, 8, 15],
  level: [2, 1, 9],
  memLevel: [8, 1, 9],
} as const;

function readDeflate(given: boolean | DeflateOptions | undefined): Required<DeflateOptions> | undefined {
  if (given === undefined || given === false) return undefined;
  const options = given === true ? {} : given;
  const { contextTakeover = false } = options ?? {};
  if (typeof options !== "object" || options === null || typeof contextTakeover !== "boolean") {
    throw new MisuseError(
      "ERR_INVALID_OPTION",
      "perMessageDeflate must be a boolean or options, its contextTakeover a boolean",
    );
  }
  const number = (name: keyof typeof DEFLATE_NUMBERS): number => {
    const [fallback, least, most] = DEFLATE_NUMBERS[name];
    const value = options[name] ?? fallback;
    if (Number.isSafeInteger(value) && value >= least && value <= most) return value;
    const range = most === Number.MAX_SAFE_INTEGER ? `from ${least}` : `from ${least} to ${most}`;
    throw new MisuseError(
      "ERR_INVALID_OPTION",
      `${name} must be a whole number ${range}, not ${String(value)}`,
    );
  };
  return {
    contextTakeover,
    threshold: number("threshold"),
    takeoverBudget: number("takeoverBudget"),
    serverMaxWindowBits: number("serverMaxWindowBits"),
    clientMaxWindowBits: number("clientMaxWindowBits"),
    level: number("level"),
    memLevel: number("memLevel"),
  };
}

/** Throws {@link MisuseError} ERR_INVALID_OPTION, which names the option. */
export function readOptions(options: ServerOptions): Settings {
  const { origin = "same-origin", subprotocols, tolerateLongLengths = false } = options;
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
  for (const name of ["upgrade", "open", "message", "close", "error"] as const) {
    if (options[name] !== undefined && typeof options[name] !== "function") {
      throw new MisuseError("ERR_INVALID_OPTION", `${name} must be a function`);
    }
  }
  const deflate = readDeflate(options.perMessageDeflate);
  return { ...numbers, hooks: options, origin, subprotocols, tolerateLongLengths, deflate };
}
