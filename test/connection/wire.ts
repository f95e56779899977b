import { Connection } from "../../src/connection/connection.ts";
import type { ConnectionOptions } from "../../src/connection/connection-options.ts";
import type { ConnectionEvent } from "../../src/connection/event.ts";
import type { Violation } from "../../src/frame/violation.ts";
import { join, toHex } from "../octets.ts";

export const server = (options: Partial<ConnectionOptions> = {}): Connection =>
  new Connection({ role: "server", ...options });

/** A client whose keys are all the same, so that its octets can be written down. */
export const client = (options: Partial<ConnectionOptions> = {}, key = 0): Connection =>
  new Connection({ role: "client", maskingKey: () => key, ...options });

/** Hands in chunks one after the other and gives all that they cause. */
export function feed(connection: Connection, ...chunks: readonly Uint8Array[]): ConnectionEvent[] {
  const events: ConnectionEvent[] = [];
  for (const chunk of chunks) {
    connection.receive(chunk);
    for (let event = connection.next(); event !== undefined; event = connection.next()) events.push(event);
  }
  return events;
}

/** Tells the end of the transport and gives what that causes. */
export function end(connection: Connection): ConnectionEvent[] {
  connection.receiveEnd();
  const events: ConnectionEvent[] = [];
  for (let event = connection.next(); event !== undefined; event = connection.next()) events.push(event);
  return events;
}

export const output = (connection: Connection): Uint8Array => join(...connection.takeOutput());
export const outputHex = (connection: Connection): string => toHex(output(connection));

/** One chunk for each octet. */
export const octetByOctet = (bytes: Uint8Array): Uint8Array[] =>
  Array.from(bytes, (_, i) => bytes.subarray(i, i + 1));

export const messageOf = (kind: "text" | "binary", bytes: Uint8Array): ConnectionEvent => ({
  type: "message",
  kind,
  bytes,
  ...(bytes.length > 4096 && { room: 16 }),
});

export const pieceOf = (kind: "text" | "binary", bytes: Uint8Array, last: boolean): ConnectionEvent => ({
  type: "piece",
  kind,
  bytes,
  last,
});

export const closeOf = (
  code: number,
  reason: string,
  more: { clean?: boolean; messageCut?: boolean; violation?: Violation } = {},
): ConnectionEvent => ({
  type: "close",
  code,
  reason,
  clean: more.clean ?? false,
  messageCut: more.messageCut ?? false,
  violation: more.violation,
});

/** The code of the refusal of a misuse; undefined where the call goes through. */
export function misuse(call: () => unknown): string | undefined {
  try {
    call();
    return undefined;
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
}
