import { invalidOption } from "./invalid-option.ts";

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
}

/** Each option of compression: default, least and most. */
const DEFLATE_NUMBERS = {
  threshold: [256, 0, Number.MAX_SAFE_INTEGER],
  takeoverBudget: [64 * 1024 * 1024, 0, Number.MAX_SAFE_INTEGER],
  serverMaxWindowBits: [15, 8, 15],
  clientMaxWindowBits: [15, 8, 15],
} as const;

/** The options with their defaults, checked; undefined for none. Throws `MisuseError` ERR_INVALID_OPTION. */
export function readDeflateOptions(
  given: boolean | DeflateOptions | undefined,
): Required<DeflateOptions> | undefined {
  if (given === undefined || given === false) return undefined;
  const options = given === true ? {} : given;
  const { contextTakeover = false } = options ?? {};
  if (typeof options !== "object" || options === null || typeof contextTakeover !== "boolean") {
    throw invalidOption("perMessageDeflate must be a boolean or options, its contextTakeover a boolean");
  }
  const number = (name: keyof typeof DEFLATE_NUMBERS): number => {
    const [fallback, least, most] = DEFLATE_NUMBERS[name];
    const value = options[name] ?? fallback;
    if (Number.isSafeInteger(value) && value >= least && value <= most) return value;
    const range = most === Number.MAX_SAFE_INTEGER ? `from ${least}` : `from ${least} to ${most}`;
    throw invalidOption(`${name} must be a whole number ${range}, not ${String(value)}`);
  };
  return {
    contextTakeover,
    threshold: number("threshold"),
    takeoverBudget: number("takeoverBudget"),
    serverMaxWindowBits: number("serverMaxWindowBits"),
    clientMaxWindowBits: number("clientMaxWindowBits"),
  };
}
