import { checkClose } from "../connection/check-close.ts";
import { CloseCode } from "../frame/close-code.ts";
import type { Context } from "./context.ts";
import { MAX_TIMEOUT } from "./heartbeat-options.ts";
import { withResolvers } from "./promises.ts";
import type { ServerSocket } from "./socket.ts";
import { invalidOption } from "./invalid-option.ts";

/** How {@link WebSocketServer.close} says goodbye. */
export interface CloseOptions {
  /** Default 1001, "going away". */
  readonly code?: number;
  /** Up to 123 bytes; default none. */
  readonly reason?: string;
  /**
   * Milliseconds from the call over which the Close frames are spread, so that not all clients come back at once; default
   * 0: all at once.
   */
  readonly spread?: number;
  /** Milliseconds from the call until what is left is destroyed; default `spread` and {@link ServerOptions.closeTimeout}. */
  readonly deadline?: number;
}

/** What became of the connections that there were. */
export interface CloseReport {
  /** Connections at the time of the call: those that follow, added up. */
  readonly connections: number;
  /** Both Close frames were exchanged. */
  readonly closed: number;
  /** Had to be destroyed. */
  readonly destroyed: number;
  /** Ended otherwise: the peer was gone, or broke a rule. */
  readonly lost: number;
  /** Handshakes that were refused meanwhile. */
  readonly refused: number;
  /** Milliseconds. */
  readonly duration: number;
}

/** How a connection ended. */
export type Fate = "closed" | "destroyed" | "lost";

/** What is counted while a server closes. */
export type Leaving = Record<Fate | "refused", number>;

/** Checked, with defaults. Throws `MisuseError`. */
export function readCloseOptions(options: CloseOptions, closeTimeout: number): Required<CloseOptions> {
  const { code = CloseCode.GOING_AWAY, reason = "", spread = 0 } = options;
  const { deadline = Math.min(spread + closeTimeout, MAX_TIMEOUT) } = options;
  checkClose(code, reason);
  for (const [name, value] of Object.entries({ spread, deadline })) {
    if (Number.isSafeInteger(value) && value >= 0 && value <= MAX_TIMEOUT) continue;
    throw invalidOption(`${name} must be a whole number from 0 to ${MAX_TIMEOUT}, not ${String(value)}`);
  }
  if (deadline < spread)
    throw invalidOption(`a deadline of ${deadline} comes before the spread of ${spread}`);
  return { code, reason, spread, deadline };
}

/**
 * Ends all that a server has. New handshakes are refused from now on; listeners stay for that until the last connection
 * is gone, then `stop` is called, which resolves when nobody is there any more.
 */
export async function shutDown(
  context: Context,
  options: Required<CloseOptions>,
  stop: () => Promise<unknown>,
): Promise<CloseReport> {
  const started = performance.now();
  const connections = context.sockets.size;
  const leaving: Leaving = { closed: 0, destroyed: 0, lost: 0, refused: 0 };
  context.leaving = leaving;
  context.closing = true;
  for (const each of context.pending) each.abandon();
  const expired = withResolvers<void>();
  const timer = setTimeout(() => {
    for (const socket of context.sockets) socket.terminate();
    for (const transport of context.parting) transport.destroy();
    expired.resolve();
  }, options.deadline);
  const hush = sayGoodbye([...context.sockets], options);
  await context.idle();
  hush();
  for (const each of context.pending) each.abandon();
  await Promise.race([Promise.all([stop(), context.parted()]), expired.promise]);
  clearTimeout(timer);
  for (const transport of context.parting) transport.destroy();
  context.leaving = undefined;
  return { connections, ...leaving, duration: performance.now() - started };
}

/** Milliseconds between two rounds of Close frames, at least. */
const LEAST_STEP = 10;

/** Sends the Close frames; returns what stops that. */
function sayGoodbye(sockets: readonly ServerSocket[], goodbye: Required<CloseOptions>): () => void {
  const { code, reason, spread } = goodbye;
  const { length } = sockets;
  const started = performance.now();
  let next = 0;
  let timer: NodeJS.Timeout | undefined;
  const step = (): void => {
    const due = spread === 0 ? length : Math.floor(((performance.now() - started) / spread) * length) + 1;
    while (next < Math.min(due, length)) sockets[next++]!.close(code, reason);
    if (next < length) timer = setTimeout(step, Math.max(spread / length, LEAST_STEP));
  };
  step();
  return () => clearTimeout(timer);
}
