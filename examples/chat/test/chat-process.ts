import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { onTestFinished } from "vitest";
import { BUILT } from "./place.ts";

/*
 * The built chat as a process of its own, as it runs in the world.
 */

/** A folder that is gone when the test is finished. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "handfast-chat-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export class ChatProcess {
  readonly #child: ChildProcess;
  readonly port: number;
  /** What it wrote to stderr. */
  readonly complaints: string[];

  private constructor(child: ChildProcess, port: number, complaints: string[]) {
    this.#child = child;
    this.port = port;
    this.complaints = complaints;
  }

  /** Starts a chat at 127.0.0.1, at a free port unless told otherwise; it is killed when the test is finished. */
  static async start(...args: string[]): Promise<ChatProcess> {
    const given = args.includes("--port") ? args : ["--port", "0", ...args];
    const child = spawn(process.execPath, [join(BUILT, "main.js"), ...given], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    onTestFinished(() => void child.kill("SIGKILL"));
    const complaints: string[] = [];
    createInterface(child.stderr).on("line", (line) => complaints.push(line));
    const ready = createInterface(child.stdout);
    const [line] = (await Promise.race([once(ready, "line"), once(child, "exit")])) as [unknown];
    const port = /:(\d+)$/.exec(String(line))?.[1];
    if (port === undefined) throw new Error(`the chat did not start: ${complaints.join("\n")}`);
    return new ChatProcess(child, Number(port), complaints);
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/`;
  }

  /** Ends it at once, and resolves when it is gone. */
  async kill(): Promise<void> {
    const gone = once(this.#child, "exit");
    this.signal("SIGKILL");
    await gone;
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Asks it to end. Resolves with its exit status. */
  async stop(): Promise<number | null> {
    const gone = once(this.#child, "exit");
    this.#child.kill("SIGTERM");
    return ((await gone) as [number | null])[0];
  }
}
