import { constants, deflateRawSync, inflateRawSync } from "node:zlib";
import type { Connection } from "../../src/connection/connection.ts";
import type { ConnectionOptions } from "../../src/connection/connection-options.ts";
import type { ConnectionEvent } from "../../src/connection/event.ts";
import { Codec, CodecMemory } from "../../src/deflate/codec.ts";
import type { DeflateParameters } from "../../src/deflate/params.ts";
import { client, server } from "./wire.ts";

/* Connections that have agreed on compression, and node:zlib as the other side. */

export const NO_TAKEOVER: DeflateParameters = {
  serverNoContextTakeover: true,
  clientNoContextTakeover: true,
  serverMaxWindowBits: 15,
  clientMaxWindowBits: 15,
};
export const TAKEOVER: DeflateParameters = {
  ...NO_TAKEOVER,
  serverNoContextTakeover: false,
  clientNoContextTakeover: false,
};

export interface Compressed {
  readonly parameters?: DeflateParameters;
  readonly threshold?: number;
}

export const codecFor = (role: "server" | "client", how: Compressed = {}): Codec =>
  new Codec(new CodecMemory(), how.parameters ?? NO_TAKEOVER, role, how.threshold ?? 0);

export const deflatingServer = (options: Partial<ConnectionOptions> = {}, how?: Compressed): Connection =>
  server({ codec: codecFor("server", how), ...options });

export const deflatingClient = (options: Partial<ConnectionOptions> = {}, how?: Compressed): Connection =>
  client({ codec: codecFor("client", how), ...options });

/** A message as zlib makes it: the sync flush's tail is cut off. */
export const deflated = (data: Uint8Array | string, options: object = {}): Buffer =>
  deflateRawSync(data, { finishFlush: constants.Z_SYNC_FLUSH, ...options }).subarray(0, -4);

/** What zlib makes of a message whose tail was cut off. */
export const inflated = (payload: Uint8Array): Buffer =>
  inflateRawSync(Buffer.concat([payload, Buffer.from("0000ffff", "hex")]), {
    finishFlush: constants.Z_SYNC_FLUSH,
  });

/** Every event of a chunk, over all turns that inflating takes, and how many those were. */
export function drain(
  connection: Connection,
  chunk: Uint8Array,
): { events: ConnectionEvent[]; turns: number } {
  const events: ConnectionEvent[] = [];
  connection.receive(chunk);
  for (let turns = 1; ; turns++) {
    for (let event = connection.next(); event !== undefined; event = connection.next()) events.push(event);
    if (!connection.inputPending) return { events, turns };
  }
}
