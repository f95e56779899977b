import { parentPort, workerData } from "node:worker_threads";
import type { Answers, Call, Greeting } from "./ledger-calls.ts";
import { Ledger } from "./ledger.ts";

/*
 * The history's own thread, because a commit waits for the disk. It gets batches of calls, makes each batch one
 * transaction, and answers when that is on the disk.
 */

const whyNot = (error: unknown): string => (error instanceof Error ? error.message : String(error));
const answer = (message: Answers | Greeting): void => parentPort?.postMessage(message, []);

function carryOut(ledger: Ledger, calls: readonly Call[]): Answers {
  try {
    const results = ledger.together(() =>
      calls.map(({ name, args }) => (ledger[name] as (...given: unknown[]) => unknown)(...args)),
    );
    return { results };
  } catch (error) {
    return { failed: whyNot(error) };
  }
}

try {
  const ledger = new Ledger(workerData as string);
  parentPort?.on("message", (calls: readonly Call[] | "close") => {
    if (calls === "close") {
      ledger.close();
      parentPort?.close();
    } else {
      answer(carryOut(ledger, calls));
    }
  });
  answer({ log: ledger.log });
} catch (error) {
  answer({ failed: whyNot(error) });
}
