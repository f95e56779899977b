#!/usr/bin/env node
import { readFileSync } from "node:fs";
import { echo } from "./echo.ts";
import { ECHO_HELP } from "./echo-options.ts";
import { UsageError } from "./usage.ts";

const HELP = `handfast: a strict, streaming WebSocket server

Usage: handfast <command> [options]

Commands:
  echo        run a server that sends every message back

Options:
  --help      show this help, or with a command that command's
  --version   show the version
`;

const version = (): string => {
  const manifest: unknown = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  return (manifest as { version: string }).version;
};

/** What is asked for by the arguments; throws {@link UsageError} where that is unclear. */
async function run(args: readonly string[]): Promise<void> {
  const [command, ...rest] = args;
  if (command === undefined || command === "--help" || command === "-h" || command === "help") {
    process.stdout.write(HELP);
  } else if (command === "--version" || command === "-v") {
    console.log(version());
  } else if (command !== "echo") {
    throw new UsageError(`unknown command ${command}`);
  } else if (rest.includes("--help") || rest.includes("-h")) {
    process.stdout.write(ECHO_HELP);
  } else {
    await echo(rest);
  }
}

run(process.argv.slice(2)).catch((error: unknown) => {
  if (!(error instanceof UsageError)) throw error;
  console.error(`handfast: ${error.message} (see handfast --help)`);
  process.exitCode = 2;
});
