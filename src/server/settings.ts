import { constants } from "node:buffer";
import { DEFAULT_MAX_FRAGMENTS, DEFAULT_MAX_PAYLOAD } from "../connection/connection-options.ts";
import { DEFAULT_MAX_HEADER_BYTES, DEFAULT_MAX_HEADERS } from "../handshake/head-reader.ts";
import type { OriginPolicy } from "../handshake/origin.ts";
import { isToken } from "../handshake/token.ts";
import { type DeflateOptions, readDeflateOptions } from "./deflate-options.ts";
import { type HeartbeatOptions, MAX_TIMEOUT, readHeartbeatOptions } from "./heartbeat-options.ts";
import type { ServerHooks } from "./hooks.ts";
import type { Overflow, ServerOptions } from "./options.ts";
import { type RateSettings, readRateLimitOptions } from "./rate-limit.ts";
import { invalidOption } from "./invalid-option.ts";

type NumberName =
  | "maxConnections"
  | "maxConnectionsPerAddress"
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
  maxConnectionsPerAddress: Number.MAX_SAFE_INTEGER,
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

/** Throws `MisuseError` ERR_INVALID_OPTION, which names the option. */
export function readOptions(options: ServerOptions): Settings {
  const numbers = readNumbers(options);
  checkKinds(options);
  const { origin = "same-origin", subprotocols, signal, whenFull = "close" } = options;
  if (typeof origin === "string" && origin !== "any" && origin !== "same-origin") {
    throw invalidOption('origin must be "same-origin", "any", a list or a function');
  }
  if (subprotocols !== undefined && !subprotocols.every(isToken)) {
    throw invalidOption("subprotocols must be tokens, such as chat.v1");
  }
  if (options.message !== undefined && options.stream !== undefined) {
    throw invalidOption("message and stream are two ways to take messages: give one");
  }
  if (options.message !== undefined) checkWhole(numbers.maxPayload);
  if (signal !== undefined && !(signal instanceof AbortSignal))
    throw invalidOption("signal must be an AbortSignal");
  if (whenFull !== "close" && whenFull !== "wait" && whenFull !== "drop") {
    throw invalidOption('whenFull must be "close", "wait" or "drop"');
  }
  return {
    ...numbers,
    hooks: options,
    signal,
    whenFull,
    origin,
    subprotocols,
    tolerateLongLengths: options.tolerateLongLengths ?? false,
    sharedRead: options.sharedRead ?? true,
    deflate: readDeflateOptions(options.perMessageDeflate),
    heartbeat: readHeartbeatOptions(options.heartbeat),
    rateLimit: readRateLimitOptions(options.rateLimit),
  };
}

/** Whole messages are Buffers. Throws `MisuseError` ERR_INVALID_OPTION where a Buffer cannot be as large. */
export function checkWhole(maxPayload: number): void {
  if (maxPayload <= constants.MAX_LENGTH) return;
  throw invalidOption(
    `maxPayload must be at most ${constants.MAX_LENGTH}, the largest Buffer, unless messages are taken as streams`,
  );
}

function readNumbers(options: ServerOptions): Record<NumberName, number> {
  const numbers = { ...DEFAULTS };
  for (const name of Object.keys(DEFAULTS) as NumberName[]) {
    const value = options[name] ?? DEFAULTS[name];
    if (!Number.isSafeInteger(value) || value < 0) {
      throw invalidOption(`${name} must be a whole number from 0, not ${String(value)}`);
    }
    if (name.endsWith("Timeout") && value > MAX_TIMEOUT)
      throw invalidOption(`${name} must be at most ${MAX_TIMEOUT}`);
    numbers[name] = value;
  }
  return numbers;
}

function checkKinds(options: ServerOptions): void {
  for (const name of ["upgrade", "open", "message", "stream", "close", "error"] as const) {
    if (options[name] !== undefined && typeof options[name] !== "function") {
      throw invalidOption(`${name} must be a function`);
    }
  }
  for (const name of ["tolerateLongLengths", "sharedRead"] as const) {
    if (options[name] !== undefined && typeof options[name] !== "boolean") {
      throw invalidOption(`${name} must be a boolean`);
    }
  }
}
