import { Buffer } from "node:buffer";
import { constants, deflateRawSync, inflateRawSync } from "node:zlib";
import type { ServerOptions } from "../../src/index.ts";
import type { RawClient } from "./client.ts";
import { ACCEPTED, plus } from "./heads.ts";
import { type SentFrame, serverFrames } from "./octets.ts";
import type { Running } from "./servers.ts";

/* Raw clients that offer compression, and node:zlib as their codec. */

export const DEFLATE: ServerOptions = { perMessageDeflate: { threshold: 0 } };
export const OFFER = "permessage-deflate";

export class DeflatingClient {
  readonly raw: RawClient;
  /** The value of Sec-WebSocket-Extensions in the answer; undefined where there is none. */
  readonly agreed: string | undefined;
  readonly #head: number;

  private constructor(raw: RawClient, head: string) {
    this.raw = raw;
    this.#head = head.length;
    this.agreed = /^Sec-WebSocket-Extensions: (.*)\r$/im.exec(head)?.[1];
  }

  /** A client whose opening handshake is done; each offer is a line of its header. */
  static async open({ connect }: Pick<Running, "connect">, ...offers: string[]): Promise<DeflatingClient> {
    const raw = await connect();
    await raw.send(plus(...offers.map((offer) => `Sec-WebSocket-Extensions: ${offer}`)));
    const answer = await raw.until((received) => received.includes("\r\n\r\n"));
    const head = answer.subarray(0, answer.indexOf("\r\n\r\n") + 4).toString("latin1");
    const opening = ACCEPTED.slice(0, -2);
    if (!head.startsWith(opening)) throw new Error(`not accepted: ${head}`);
    return new DeflatingClient(raw, head);
  }

  /** What came behind the head. */
  get octets(): Buffer {
    return this.raw.received.subarray(this.#head);
  }

  /** The frames that came, once the server has ended its half. */
  async framesToTheEnd(): Promise<SentFrame[]> {
    await this.raw.untilEnded();
    return serverFrames(this.octets);
  }

  /** The frames that came, once there are so many. */
  async frames(count: number): Promise<SentFrame[]> {
    let frames: SentFrame[] = [];
    await this.raw.until(() => {
      try {
        frames = serverFrames(this.octets);
      } catch {
        return false;
      }
      return frames.length >= count;
    });
    return frames;
  }
}

/** A message as zlib makes it: the sync flush's tail is cut off. */
export const deflated = (data: Uint8Array | string, options: object = {}): Buffer =>
  deflateRawSync(data, { finishFlush: constants.Z_SYNC_FLUSH, ...options }).subarray(0, -4);

/** What zlib makes of a message whose tail was cut off. */
export const inflated = (payload: Uint8Array): Buffer =>
  inflateRawSync(Buffer.concat([payload, Buffer.from("0000ffff", "hex")]), {
    finishFlush: constants.Z_SYNC_FLUSH,
  });
