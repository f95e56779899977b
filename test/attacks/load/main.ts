import { answer } from "../answer.ts";
import { allClosed, open, read, received, write } from "./crowd.ts";
import { live, WAYS } from "./lives.ts";
import { sendNumbered } from "./numbered.ts";

/* Clients of a server, in a process of their own that can be stopped or killed. */

/** Runs so many at a time until all are done. */
async function inTurn(count: number, atOnce: number, act: (number: number) => Promise<void>): Promise<void> {
  let begun = 0;
  const worker = async (): Promise<void> => {
    while (begun < count) await act(begun++);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
}

export interface LoadMethods {
  readonly open: typeof open;
  readonly read: typeof read;
  readonly received: typeof received;
  readonly write: typeof write;
  readonly allClosed: typeof allClosed;
  /** Connections come and go, in one way or in all ways by turns. */
  live(port: number, count: number, way?: string): Promise<void>;
  /** Clients that send numbered messages without waiting; how many of them were answered as they should. */
  sendNumbered(port: number, clients: number, count: number, size: number): Promise<number>;
}

const methods: LoadMethods = {
  open,
  read,
  received,
  write,
  allClosed,
  live: (port, count, way) => inTurn(count, 100, (number) => live(port, way ?? WAYS[number % WAYS.length]!)),
  async sendNumbered(port, clients, count, size) {
    const answered = await Promise.all(
      Array.from({ length: clients }, () => sendNumbered(port, count, size)),
    );
    return answered.filter(Boolean).length;
  },
};

answer(methods);
