import type { Socket } from "node:net";
import type { Duplex } from "node:stream";

/**
 * Calls `stalled` once a transport that is full has moved no octet, in either direction, for `time` milliseconds. Node's
 * own timer sees the progress inside of a large write, which nothing else does. Returns what ends the watch.
 */
export function watchStall(transport: Duplex, time: number, stalled: () => void): () => void {
  const timed = transport as Duplex & Partial<Pick<Socket, "setTimeout">>;
  const half = Math.ceil(time / 2);
  let strikes = 0;
  // It fires as well where our own event loop was blocked, before the transport could move: that is one half only.
  const strike = (): void => {
    if (++strikes === 2) stalled();
    else timed.setTimeout?.(half);
  };
  // That of node:http's would destroy the transport.
  transport.removeAllListeners("timeout").on("timeout", strike);
  timed.setTimeout?.(half);
  return () => {
    transport.off("timeout", strike);
    timed.setTimeout?.(0);
  };
}
