import { Buffer } from "node:buffer";
import type { Http2Stream } from "node:http2";
import type { Duplex } from "node:stream";
import { type HttpAnswer, serializeHead } from "../handshake/response.ts";
import type { Context } from "./context.ts";
import { letGo } from "./transport.ts";

/*
 * How a transport is ended without losing the last words. Closing a TCP socket that has unread input resets it, and
 * the reset may overtake what was written last. So our half is ended, what still arrives is read and thrown away, and
 * the rest ends when the peer has ended its half, or at a deadline.
 */

/** Octets that a peer may still send after our last word. */
const MAX_DISCARDED = 1024 * 1024;

/** RFC 9113 section 7. */
const CANCEL = 8;

/** Destroys a transport at once. */
export function abortTransport(transport: Duplex): void {
  // Of itself node:http2 tells the peer that a destroyed stream has ended well; RFC 8441 section 5 asks for CANCEL.
  if ("rstCode" in transport) (transport as Http2Stream).close(CANCEL);
  transport.destroy();
}

/**
 * Writes a refusal and ends the transport, within `deadline` milliseconds, by default `closeTimeout`. Nobody else may
 * listen to it.
 */
export function refuseTransport(
  context: Context,
  transport: Duplex,
  answer: HttpAnswer,
  deadline: number = context.settings.closeTimeout,
): void {
  letGo(transport);
  context.refused(transport, answer);
  const ignore = (): void => {};
  const timer = setTimeout(() => transport.destroy(), deadline);
  let discarded = 0;
  transport.on("error", ignore);
  transport.on("close", () => clearTimeout(timer));
  transport.on("data", (chunk: Uint8Array) => {
    discarded += chunk.length;
    if (discarded > MAX_DISCARDED) transport.destroy();
  });
  transport.on("end", () => transport.end());
  transport.end(Buffer.concat([Buffer.from(serializeHead(answer), "latin1"), Buffer.from(answer.body)]));
  transport.resume();
}
