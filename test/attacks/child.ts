import { type ChildProcess, spawn } from "node:child_process";
import { join } from "node:path";
import { inject, onTestFinished } from "vitest";
import type { Answer, Methods } from "./answer.ts";
import type { LoadMethods } from "./load/main.ts";
import type { ServerMethods } from "./server/main.ts";

interface Pending {
  resolve(result: never): void;
  reject(error: Error): void;
}

/** A process that answers; it is gone when the test is over. */
export class Child<M extends Methods<M>> {
  readonly process: ChildProcess;
  readonly #pending: Map<number, Pending> = new Map();
  #count = 0;
  #gone: Error | undefined;
  readonly gone: Promise<void>;

  /** `within` is a command that the process is started by. */
  constructor(program: string, within: readonly string[] = []) {
    const script = join(inject("programs"), `${program}.mjs`);
    const line = [...within, process.execPath, "--expose-gc", script];
    this.process = spawn(line[0]!, line.slice(1), { stdio: ["ignore", "inherit", "inherit", "ipc"] });
    this.process.on("message", ({ id, result, error }: Answer) => {
      const { resolve, reject } = this.#pending.get(id)!;
      this.#pending.delete(id);
      if (error === undefined) resolve(result as never);
      else reject(new Error(`${program}: ${error}`));
    });
    this.gone = new Promise((resolve) => {
      this.process.on("exit", (code, signal) => {
        this.#gone = new Error(`${program} has ended: ${code ?? signal}`);
        for (const { reject } of this.#pending.values()) reject(this.#gone);
        resolve();
      });
    });
  }

  /** Whether the process has ended. */
  get ended(): boolean {
    return this.#gone !== undefined;
  }

  ask<K extends keyof M & string>(name: K, ...args: Parameters<M[K]>): Promise<Awaited<ReturnType<M[K]>>> {
    if (this.#gone !== undefined) return Promise.reject(this.#gone);
    const id = this.#count++;
    return new Promise((resolve, reject) => {
      this.#pending.set(id, { resolve, reject });
      this.process.send({ id, name, args });
    });
  }

  async kill(): Promise<void> {
    this.process.kill("SIGKILL");
    await this.gone;
  }
}

function started<M extends Methods<M>>(program: string, within?: readonly string[]): Child<M> {
  const child = new Child<M>(program, within);
  onTestFinished(() => child.kill());
  return child;
}

export interface Target {
  readonly server: Child<ServerMethods>;
  readonly port: number;
}

/** A server that behaves so, in a process of its own, and memory measured from now on. */
export async function startTarget(...how: Parameters<ServerMethods["start"]>): Promise<Target> {
  const server = started<ServerMethods>("server");
  const port = await server.ask("start", ...how);
  await server.ask("mark");
  return { server, port };
}

/** A process full of clients. */
export const startLoad = (within?: readonly string[]): Child<LoadMethods> =>
  started<LoadMethods>("load", within);

/** A server that is not started yet, within a command. */
export const startServer = (within: readonly string[]): Child<ServerMethods> =>
  started<ServerMethods>("server", within);
