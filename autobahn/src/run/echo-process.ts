import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";

export interface EchoProcess {
  readonly port: number;
  stop(): void;
}

/**
 * Starts a server that says `listening on ws://HOST:PORT` on stdout when it is ready. Rejects with one line when it
 * ends before that.
 */
export function startEcho(command: readonly [string, ...string[]]): Promise<EchoProcess> {
  const [program, ...args] = command;
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "inherit"] });
  // However this program ends, the server must not stay behind.
  process.once("exit", () => stop(child));
  return new Promise((resolve, reject) => {
    child.once("error", (error) => reject(new Error(`cannot start ${command.join(" ")}: ${error.message}`)));
    child.once("exit", (code) =>
      reject(new Error(`${command.join(" ")} ended with ${code} before it listened`)),
    );
    createInterface({ input: child.stdout }).on("line", (line) => {
      const port = /listening on wss?:\/\/\S+:(\d+)/.exec(line)?.[1];
      if (port !== undefined) resolve({ port: Number(port), stop: () => stop(child) });
    });
  });
}

function stop(child: ChildProcess): void {
  if (child.exitCode === null) child.kill("SIGTERM");
}
