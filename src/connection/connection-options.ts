import type { MessageCodec } from "./codec.ts";
import type { Delivery } from "./event.ts";
import type { InboundOptions } from "./inbound-event.ts";
import { MisuseError } from "./misuse.ts";
import type { Slab } from "./outbox.ts";
import type { Platform } from "./platform.ts";
import type { Role } from "./state.ts";

export interface ConnectionOptions {
  readonly role: Role;
  /** Whole messages (default), or their pieces as they arrive. */
  readonly delivery?: Delivery | undefined;
  /** The largest message that is taken, in octets; default 1 MiB. A larger one is answered with 1009. */
  readonly maxPayload?: number | undefined;
  /** The most fragments that one message may have, empty ones included; default 1,048,576. */
  readonly maxFragments?: number | undefined;
  /** Take frames whose length is not in its shortest encoding, against RFC 6455 section 5.2; default false. */
  readonly tolerateLongLengths?: boolean | undefined;
  /** Only for the client's role, and needed there: a fresh 32-bit key for each frame, from a strong source of chance. */
  readonly maskingKey?: (() => number) | undefined;
  /** Compression, where it was agreed on (RFC 7692); default none. */
  readonly codec?: MessageCodec | undefined;
  /** What the runtime has that is faster than plain JavaScript. */
  readonly platform?: Platform | undefined;
  /** Memory for the output, which connections may share; default: one of its own. */
  readonly slab?: Slab | undefined;
}

export const DEFAULT_MAX_PAYLOAD: number = 1024 * 1024;
export const DEFAULT_MAX_FRAGMENTS: number = 1024 * 1024;

/** A limit that was given, checked, or its default. */
const limit = (name: string, value: number | undefined, fallback: number): number => {
  if (value === undefined) return fallback;
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new MisuseError(
    "ERR_INVALID_OPTION",
    `${name} must be a whole number from 0 to 2^53 - 1, not ${value}`,
  );
};

const checked: WeakMap<ConnectionOptions, InboundOptions> = new WeakMap();

/**
 * What the input needs of the options, checked and with their defaults. Connections that are made with the same frozen
 * options share it.
 */
export function inboundOptions(options: ConnectionOptions, platform: Platform): InboundOptions {
  const known = checked.get(options);
  if (known !== undefined) return known;
  const inbound = checkOptions(options, platform);
  if (Object.isFrozen(options)) checked.set(options, inbound);
  return inbound;
}

function checkOptions(options: ConnectionOptions, platform: Platform): InboundOptions {
  return {
    fromClient: options.role === "server",
    delivery: options.delivery ?? "messages",
    maxPayload: limit("maxPayload", options.maxPayload, DEFAULT_MAX_PAYLOAD),
    maxFragments: limit("maxFragments", options.maxFragments, DEFAULT_MAX_FRAGMENTS),
    tolerateLongLengths: options.tolerateLongLengths ?? false,
    platform,
    codec: options.codec,
  };
}
