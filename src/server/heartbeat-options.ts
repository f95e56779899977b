import { invalidOption } from "./invalid-option.ts";

/** How peers that are gone without a word are found. */
export interface HeartbeatOptions {
  /** Milliseconds of silence after which a Ping is sent; default 30,000. */
  readonly interval?: number;
  /** Milliseconds for any octet to come after the Ping; default 15,000. Then the connection is destroyed: 1006. */
  readonly timeout?: number;
}

const DEFAULTS: Required<HeartbeatOptions> = { interval: 30_000, timeout: 15_000 };

/** A timer that is set for longer fires at once. */
export const MAX_TIMEOUT: number = 2 ** 31 - 1;

/** The options with their defaults, checked; undefined for none. Throws `MisuseError` ERR_INVALID_OPTION. */
export function readHeartbeatOptions(
  options: false | HeartbeatOptions = {},
): Required<HeartbeatOptions> | undefined {
  if (options === false) return undefined;
  if (typeof options !== "object" || options === null) {
    throw invalidOption("heartbeat must be false or options");
  }
  const number = (name: keyof HeartbeatOptions): number => {
    const value = options[name] ?? DEFAULTS[name];
    if (Number.isSafeInteger(value) && value >= 1 && value <= MAX_TIMEOUT) return value;
    throw invalidOption(
      `heartbeat.${name} must be a whole number from 1 to ${MAX_TIMEOUT}, not ${String(value)}`,
    );
  };
  return { interval: number("interval"), timeout: number("timeout") };
}
