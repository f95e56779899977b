import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { Answers, Call, Calls, Greeting } from "./ledger-calls.ts";

interface Waiting {
  readonly call: Call;
  readonly resolve: (result: never) => void;
  readonly reject: (error: Error) => void;
}

/**
 * The history, from the event loop's side. What is asked while the disk is busy waits and goes together as the next
 * batch: one commit for all of it.
 */
export class LedgerClient {
  readonly #worker: Worker;
  #waiting: Waiting[] = [];
  #underway: Waiting[] = [];
  #dead: Error | undefined;
  readonly log: string;

  private constructor(worker: Worker, log: string) {
    this.#worker = worker;
    this.log = log;
    worker.on("message", (answers: Answers) => this.#settle(answers));
    worker.on("error", (error) => this.#fail(error instanceof Error ? error : new Error(String(error))));
    worker.on("exit", () => this.#fail(new Error("the history's thread has ended")));
  }

  /** Rejects where the file cannot be opened. */
  static async open(worker: URL, file: string): Promise<LedgerClient> {
    const thread = new Worker(worker, { workerData: file });
    const [greeting] = (await once(thread, "message")) as [Greeting];
    if ("log" in greeting) return new LedgerClient(thread, greeting.log);
    await thread.terminate();
    throw new Error(greeting.failed);
  }

  ask<N extends keyof Calls>(name: N, ...args: Parameters<Calls[N]>): Promise<ReturnType<Calls[N]>> {
    return new Promise((resolve, reject) => {
      if (this.#dead !== undefined) return reject(this.#dead);
      this.#waiting.push({ call: { name, args }, resolve, reject });
      this.#next();
    });
  }

  #next(): void {
    if (this.#underway.length > 0 || this.#waiting.length === 0) return;
    this.#underway = this.#waiting;
    this.#waiting = [];
    this.#tell(this.#underway.map(({ call }) => call));
  }

  #tell(message: readonly Call[] | "close"): void {
    // A thread is no window: there is no origin to name.
    this.#worker.postMessage(message, []);
  }

  #settle(answers: Answers): void {
    const settled = this.#underway;
    this.#underway = [];
    for (const [i, { resolve, reject }] of settled.entries()) {
      if ("results" in answers) resolve(answers.results[i] as never);
      else reject(new Error(answers.failed));
    }
    this.#next();
  }

  #fail(error: Error): void {
    this.#dead ??= error;
    for (const { reject } of [...this.#underway, ...this.#waiting]) reject(this.#dead);
    this.#underway = [];
    this.#waiting = [];
  }

  /** Resolves when everything asked for is on the disk and the file is closed. */
  async close(): Promise<void> {
    if (this.#dead !== undefined) return;
    const ended = once(this.#worker, "exit");
    this.#tell("close");
    await ended;
  }
}
