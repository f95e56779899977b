#!/usr/bin/env node
import { Command, CommanderError } from "commander";
import { messageOf } from "../run/run-case.ts";
import { wholeNumber } from "./options.ts";
import { serve, type ServeOptions } from "./serve-command.ts";
import { test, type TestOptions } from "./test-command.ts";
import { UserError } from "./user-error.ts";

declare const PACKAGE_VERSION: string;

const program = new Command("handfast-autobahn")
  .description("The 517 cases of the Autobahn WebSocket testsuite, without Docker or Python.")
  .version(PACKAGE_VERSION)
  .exitOverride()
  .configureOutput({ outputError: (text, write) => write(text.replace(/^error:/, "handfast-autobahn:")) });

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
  .argument("<url>", "ws://host:port or wss://host:port (any certificate is accepted)")
  .option("--agent <name>", "its name in the reports (default: host:port)")
  .option("--parallel <n>", "how many cases at a time", wholeNumber(1, 256), 16)
  .option("--json", "print the results as JSON on stdout")
  .option("--expect <file>", "compare with a recorded result; exits with 1 on any difference")
  .action(async (url: string, options: TestOptions) => {
    process.exitCode = await test(url, options);
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
