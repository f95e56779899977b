#!/usr/bin/env node
import { Command, CommanderError } from "commander";
import { messageOf } from "../run/run-case.ts";
import { docker, type DockerOptions } from "./docker-command.ts";
import { wholeNumber } from "./options.ts";
import { serve, type ServeOptions } from "./serve-command.ts";
import { test, type TestOptions } from "./test-command.ts";
import { UserError } from "./user-error.ts";
import { withEcho } from "./with-echo.ts";

declare const PACKAGE_VERSION: string;

const program = new Command("handfast-autobahn")
  .description("The 517 cases of the Autobahn WebSocket testsuite, without Docker or Python.")
  .version(PACKAGE_VERSION)
  .exitOverride()
  .configureOutput({ outputError: (text, write) => write(text.replace(/^error:/, "handfast-autobahn:")) });

interface Startable {
  readonly start?: string | undefined;
}

function against(
  url: string | undefined,
  { start }: Startable,
  action: (url: string) => Promise<number>,
): Promise<number> {
  if ((url === undefined) === (start === undefined))
    throw new UserError("give a URL, or --start with a command");
  return start === undefined ? action(url!) : withEcho(start, action);
}

/** The options that both roles share. */
const command = (name: string): Command =>
  program
    .command(name)
    .option("--cases <patterns>", "which cases, as in 1.*,9.3.*", "*")
    .option("--exclude <patterns>", "which of them not")
    .option("--quick", "50 messages a case instead of 1000 in sections 12 and 13")
    .option(
      "--outdir <folder>",
      "where the reports go; other agents' reports there are kept",
      "reports/autobahn",
    );

command("test")
  .description("judge a WebSocket echo server; exits with 1 when a case failed")
  .argument("[url]", "ws://host:port or wss://host:port (any certificate is accepted)")
  .option("--start <command>", "instead of a URL: start this server, which says listening on ws://HOST:PORT")
  .option("--agent <name>", "its name in the reports (default: host:port)")
  .option("--parallel <n>", "how many cases at a time", wholeNumber(1, 256), 16)
  .option("--json", "print the results as JSON on stdout")
  .option("--expect <file>", "compare with a recorded result; exits with 1 on any difference")
  .action(async (url: string | undefined, options: TestOptions & Startable) => {
    process.exitCode = await against(url, options, (found) => test(found, options));
  });

program
  .command("docker")
  .description("run the original by its Docker image, and compare its verdicts")
  .argument("[url]", "ws://host:port, as seen from the host's network")
  .option("--start <command>", "instead of a URL: start this server, which says listening on ws://HOST:PORT")
  .option("--agent <name>", "its name in the reports", "handfast")
  .option("--outdir <folder>", "where the original's reports go", "reports/autobahn-docker")
  .requiredOption("--expect <file>", "the verdicts that are expected")
  .action(async (url: string | undefined, options: DockerOptions & Startable) => {
    process.exitCode = await against(url, options, (found) => docker(found, options));
  });

command("serve")
  .description("judge WebSocket clients that connect, as the original's fuzzing server does")
  .option("--port <n>", "0 picks a free one", wholeNumber(0, 65_535), 9001)
  .option("--host <address>", "address to listen on", "127.0.0.1")
  .action(async (options: ServeOptions) => {
    process.exitCode = await serve(options);
  });

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof UserError) console.error(`handfast-autobahn: ${error.message}`);
  // Commander has said it already; asking for help or the version is no mistake.
  else if (!(error instanceof CommanderError)) console.error(`handfast-autobahn: ${messageOf(error)}`);
  process.exitCode = error instanceof CommanderError && error.exitCode === 0 ? 0 : 2;
}
