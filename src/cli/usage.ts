import { parseArgs, type ParseArgsConfig } from "node:util";

/** A command line that cannot be served: told in one line, exit status 2. */
export class UsageError extends Error {}

type Options = NonNullable<ParseArgsConfig["options"]>;
type Values<T extends Options> = ReturnType<typeof parseArgs<{ options: T; args: string[] }>>["values"];

/** The options of a command line; throws {@link UsageError} for one that is unknown or lacks its value. */
export function readArguments<T extends Options>(args: readonly string[], options: T): Values<T> {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: false }).values;
  } catch (error) {
    const [sentence = ""] = (error as Error).message.split(/\. |\n/);
    throw new UsageError(sentence.charAt(0).toLowerCase() + sentence.slice(1));
  }
}

export function readPort(text: string): number {
  if (/^\d{1,5}$/.test(text) && Number(text) < 65536) return Number(text);
  throw new UsageError(`--port takes a number from 0 to 65535, not ${JSON.stringify(text)}`);
}

/** A number from 0, such as 5 or 0.5. */
export function readNumber(option: string, text: string): number {
  if (/^\d{1,15}(?:\.\d{1,6})?$/.test(text)) return Number(text);
  throw new UsageError(`--${option} takes a number from 0, not ${JSON.stringify(text)}`);
}

/** A whole number from 0, of at most nine digits. */
export function readWhole(option: string, text: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new UsageError(`--${option} takes a whole number from 0, not ${JSON.stringify(text)}`);
}

const UNITS: Readonly<Record<string, number>> = { "": 1, kb: 1024, mb: 1024 ** 2, gb: 1024 ** 3 };

/** Bytes, from texts such as 65536, 64kb, 16mb or 1gb. */
export function readSize(option: string, text: string): number {
  const match = /^(\d{1,15})(kb|mb|gb)?$/i.exec(text);
  const size = match === null ? NaN : Number(match[1]) * UNITS[(match[2] ?? "").toLowerCase()]!;
  if (Number.isSafeInteger(size)) return size;
  throw new UsageError(`--${option} takes a size such as 65536, 64kb or 16mb, not ${JSON.stringify(text)}`);
}
