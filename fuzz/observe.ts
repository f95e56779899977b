import { Connection } from "../src/connection/connection.ts";
import type { ConnectionOptions } from "../src/connection/connection-options.ts";
import type { ConnectionEvent } from "../src/connection/event.ts";
import { digits, type Session, type Told } from "./oracles/connection.ts";
import { readSlowFrames } from "./oracles/frame.ts";

/* A connection's behaviour in the words of the model. */

export const connect = (role: "server" | "client", options: Partial<ConnectionOptions> = {}): Connection =>
  new Connection({ role, maskingKey: role === "client" ? keys() : undefined, ...options });

/** Keys that differ from frame to frame, and are the same in every run. */
export function keys(): () => number {
  let key = 0x1234_5678;
  return () => (key = (Math.imul(key, 1_664_525) + 1_013_904_223) >>> 0);
}

const tell = (event: ConnectionEvent): Told => {
  if (event.type === "close") {
    const { violation, code, clean, messageCut, reason } = event;
    const how = violation ?? (clean ? "clean" : "gone");
    return {
      what: `close ${code} ${how} cut:${messageCut}`,
      octets: violation === undefined ? digits(Buffer.from(reason)) : "",
    };
  }
  if (event.type === "message") return { what: event.kind, octets: digits(event.bytes) };
  if (event.type === "piece") throw new Error("pieces are gathered first");
  return { what: event.type, octets: digits(event.bytes) };
};

/** The frames of an answer, as the model writes them; of a Close frame that tells of a violation, only the code. */
export function answersIn(octets: Uint8Array, violated: boolean): string[] {
  return readSlowFrames(octets).map(
    ({ first, payload }) =>
      `${first.toString(16)} ${digits(violated && first === 0x88 ? payload.subarray(0, 2) : payload)}`,
  );
}

/** Feeds the chunks and gives what the connection tells and answers. Pieces are gathered to their messages. */
export function observe(connection: Connection, chunks: readonly Uint8Array[]): Session {
  const told: Told[] = [];
  const written: Uint8Array[] = [];
  let partial: Uint8Array[] | undefined;
  let violated = false;
  for (const chunk of chunks) {
    connection.receive(chunk);
    for (let event = connection.next(); event !== undefined; event = connection.next()) {
      if (event.type === "close") violated = event.violation !== undefined;
      if (event.type !== "piece") {
        told.push(tell(event));
        continue;
      }
      (partial ??= []).push(event.bytes);
      if (!event.last && event.bytes.length === 0) throw new Error("an empty piece was told");
      if (!event.last) continue;
      told.push({ what: event.kind, octets: digits(Buffer.concat(partial)) });
      partial = undefined;
    }
    // A copy: what is given must stay as it is until it is written.
    written.push(...connection.takeOutput().map((part) => part.slice()));
    connection.giveBackOutput();
  }
  const state = connection.state;
  if (state === "closing" || state === "ended") throw new Error(`nobody closed, but the state is ${state}`);
  return {
    told,
    partial: partial === undefined ? undefined : digits(Buffer.concat(partial)),
    answers: answersIn(Buffer.concat(written), violated),
    state,
  };
}
