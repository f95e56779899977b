import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { createClient } from "@redis/client";
import { onTestFinished } from "vitest";
import { temporaryFolder } from "./chat-process.ts";

function why(): string | undefined {
  try {
    const version = execFileSync("redis-server", ["--version"]).toString();
    return /v=(?:[7-9]|\d\d)\./.test(version) ? undefined : `Redis 7 is needed, not ${version.trim()}`;
  } catch {
    return "no redis-server (Debian's package redis-server)";
  }
}

/** Why no Redis can be tried here; undefined where one can. */
export const missing: string | undefined = why();

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, "close");
  return port;
}

/** A real Redis that keeps every write, at a port and in a folder of its own. */
export class RedisProcess {
  readonly #port: number;
  readonly #folder: string;
  #child: ChildProcess | undefined;

  private constructor(port: number, folder: string) {
    this.#port = port;
    this.#folder = folder;
  }

  static async start(): Promise<RedisProcess> {
    const redis = new RedisProcess(await freePort(), temporaryFolder());
    onTestFinished(() => void redis.#child?.kill("SIGKILL"));
    await redis.restart();
    return redis;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.#port}`;
  }

  /** Starts it after its end, with what it had. */
  async restart(): Promise<void> {
    const options = { port: this.#port, bind: "127.0.0.1", dir: this.#folder, save: "" };
    const durable = { appendonly: "yes", appendfsync: "always" };
    const args = Object.entries({ ...options, ...durable }).flatMap(([name, value]) => [
      `--${name}`,
      `${value}`,
    ]);
    this.#child = spawn("redis-server", args, { stdio: ["ignore", "pipe", "inherit"] });
    for await (const line of createInterface(this.#child.stdout!)) {
      if (line.includes("Ready to accept connections")) break;
    }
    this.#child.stdout!.resume();
  }

  async kill(): Promise<void> {
    const gone = once(this.#child!, "exit");
    this.#child!.kill("SIGKILL");
    await gone;
  }

  async command(...command: string[]): Promise<void> {
    const client = await createClient({ url: this.url }).connect();
    await client.sendCommand(command);
    client.destroy();
  }

  /** Takes away all that it has kept. */
  forget(): void {
    rmSync(join(this.#folder, "appendonlydir"), { recursive: true });
  }
}
