import { parseArgs } from "node:util";
import * as v from "valibot";

/** What the chat can be told. Numbers are those of the command line. */
export interface Settings {
  readonly port: number;
  readonly host: string;
  /** The folder of the history; unused with Redis. */
  readonly data: string;
  /** People in a room. */
  readonly maxUsers: number;
  /** Rooms in all. */
  readonly maxRooms: number;
  /** Messages per second that a person may say. */
  readonly maxRate: number;
  /** Milliseconds for which somebody whose connection is gone is still shown. */
  readonly grace: number;
  /** Where the nodes meet; without it the chat is one process with a history of its own. */
  readonly redisUrl: string | undefined;
}

const number = (least: number, most: number) =>
  v.pipe(
    v.string(),
    v.regex(/^\d{1,7}$/, `a whole number from ${least} to ${most}`),
    v.transform(Number),
    v.minValue(least, `at least ${least}`),
    v.maxValue(most, `at most ${most}`),
  );

/** Every setting: its rule, its default, and its line of help. */
const SETTINGS = {
  port: { rule: number(0, 65535), fallback: "8080", help: "the port; 0 takes any that is free" },
  host: { rule: v.string(), fallback: "127.0.0.1", help: "the address to listen at; :: for everybody" },
  data: { rule: v.string(), fallback: undefined, help: "the folder of the history" },
  "max-users": { rule: number(1, 100_000), fallback: "200", help: "people in a room" },
  "max-rooms": { rule: number(1, 100_000), fallback: "100", help: "rooms in all" },
  "max-rate": { rule: number(1, 10_000), fallback: "5", help: "messages per second of one person" },
  grace: { rule: number(0, 600_000), fallback: "5000", help: "milliseconds in which to come back unnoticed" },
  "redis-url": {
    rule: v.string(),
    fallback: undefined,
    help: "several processes share the chat over this Redis",
  },
} as const;

type Name = keyof typeof SETTINGS;
const NAMES = Object.keys(SETTINGS) as Name[];
const variable = (name: Name): string => name.toUpperCase().replaceAll("-", "_");

export const HELP: string = [
  "Usage: npm start -- [--port 8080] [--max-users 200] [--data FOLDER] ...",
  "",
  ...NAMES.map((name) => `  --${name.padEnd(10)} ${SETTINGS[name].help} (or ${variable(name)})`),
].join("\n");

/** Reads the command line, and the environment where it says nothing. Throws an Error in one line. */
export function readSettings(
  args: readonly string[],
  environment: Readonly<Record<string, string | undefined>>,
  defaultFolder: string,
): Settings | "help" {
  const options = Object.fromEntries(NAMES.map((name) => [name, { type: "string" as const }]));
  const help = { type: "boolean" as const };
  const values: { [name: string]: unknown } = parseArgs({
    args: [...args],
    options: { ...options, help },
  }).values;
  if (values["help"] === true) return "help";
  const given = (name: Name): string | undefined =>
    (values[name] as string | undefined) ?? (environment[variable(name)] || SETTINGS[name].fallback);
  const read = (name: Exclude<Name, "host" | "data" | "redis-url">): number => {
    const result = v.safeParse(SETTINGS[name].rule, given(name));
    if (result.success) return result.output;
    throw new Error(`--${name} takes ${result.issues[0].message}, not ${JSON.stringify(given(name))}`);
  };
  return {
    port: read("port"),
    host: given("host")!,
    data: given("data") ?? defaultFolder,
    maxUsers: read("max-users"),
    maxRooms: read("max-rooms"),
    maxRate: read("max-rate"),
    grace: read("grace"),
    redisUrl: given("redis-url"),
  };
}
