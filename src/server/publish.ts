import { prepare, type SendData } from "./prepared-message.ts";
import type { ServerSocket } from "./socket.ts";

export interface PublishOptions {
  /** Does not get the message; often whom it came from. */
  readonly except?: ServerSocket | undefined;
  /** What is done with a peer for which as much waits as may: it misses the message (default), or is closed with 1013. */
  readonly whenFull?: "drop" | "close";
}

/** Sends one message to many; returns to how many. */
export function publish(
  sockets: Iterable<ServerSocket>,
  data: SendData,
  { except, whenFull = "drop" }: PublishOptions = {},
): number {
  const message = prepare(data);
  let count = 0;
  for (const socket of sockets) {
    if (socket !== except && socket.offer(message, whenFull)) count++;
  }
  return count;
}
