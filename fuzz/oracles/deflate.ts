import { inflateRawSync } from "node:zlib";

/* Messages inflated by node:zlib's one-shot function, without context takeover. */

const TAIL = Buffer.from("0000ffff", "hex");
/** An empty final block, so that zlib comes to an end and says where. */
const FINAL = Buffer.from("010000ffff", "hex");

/** The text of a message (RFC 7692 section 7.2.2); undefined where it is none. */
export function inflateSlowly(message: Uint8Array): Buffer | undefined {
  if (message.length === 0) return undefined;
  const all = Buffer.concat([message, TAIL, FINAL]);
  let text: Buffer;
  let consumed: number;
  try {
    const result: unknown = inflateRawSync(all, { info: true });
    // The declared type knows nothing of `info`.
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion
    const { buffer, engine } = result as { buffer: Buffer; engine: { bytesWritten: number } };
    [text, consumed] = [buffer, engine.bytesWritten];
  } catch {
    return undefined;
  }
  if (consumed === all.length) return text;
  // A final block ended it before. Nothing but one 00 may be behind it, or it took just the tail.
  const behind = message.subarray(consumed);
  const atTail = consumed === message.length + TAIL.length;
  const atEnd =
    consumed <= message.length && (behind.length === 0 || (behind.length === 1 && behind[0] === 0));
  return atEnd || atTail ? text : undefined;
}
