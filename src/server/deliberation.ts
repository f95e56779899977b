import { Buffer } from "node:buffer";
import type { Duplex } from "node:stream";
import type { Pending } from "./context.ts";

/*
 * What becomes of a transport while the upgrade hook thinks: it is read on, a little, because who does not read does not
 * see that the client has gone.
 */

/** What is read ahead at most, in bytes and in chunks, since each chunk costs as well. */
const READ_AHEAD = 16 * 1024;
const MAX_CHUNKS = 64;

/** Why nobody waits for the hook any more. */
export type Given = "client gone" | "time over" | "server closing";

export interface Deliberation<Outcome> {
  /** The hook has answered; `rest` is all that came behind the head. */
  readonly decided: (outcome: Outcome, rest: Uint8Array) => void;
  readonly givenUp: (why: Given) => void;
}

/** `pending` holds what gives up all that is under way. Calls one of the two ends, once. */
export function deliberate<Outcome>(
  transport: Duplex,
  verdict: Promise<Outcome>,
  { rest, timeout, pending }: { rest: Uint8Array; timeout: number; pending: Set<Pending> },
  { decided, givenUp }: Deliberation<Outcome>,
): void {
  const chunks = [rest];
  let size = rest.length;
  let over = false;
  const onData = (chunk: Uint8Array): void => {
    size += chunk.length;
    if (chunks.push(chunk) >= MAX_CHUNKS || size >= READ_AHEAD) transport.pause();
  };
  const leave = (): boolean => {
    if (over) return false;
    over = true;
    clearTimeout(timer);
    pending.delete(waiting);
    transport.off("data", onData).off("close", onClose).pause();
    return true;
  };
  const giveUp = (why: Given) => (): void => {
    if (leave()) givenUp(why);
  };
  const onClose = giveUp("client gone");
  const waiting = { abandon: giveUp("server closing") };
  const timer = setTimeout(giveUp("time over"), timeout);
  pending.add(waiting);
  transport.on("data", onData).on("close", onClose).resume();
  void verdict.then((outcome) => {
    if (leave()) decided(outcome, Buffer.concat(chunks));
  });
}
