import type { MessageCodec } from "../connection/codec.ts";
import type { Connection } from "../connection/connection.ts";
import type { MessageKind } from "../connection/event.ts";
import { Codec, CodecMemory } from "../deflate/codec.ts";
import type { DeflateParameters, Extension } from "../deflate/params.ts";
import { negotiateWithin, TakeoverBudget } from "../deflate/takeover.ts";
import type { Message } from "./message.ts";
import type { DeflateOptions } from "./deflate-options.ts";

/** What was agreed on for one connection. */
export interface AgreedCompression {
  readonly codec: MessageCodec;
  /** For the 101. */
  readonly answer: Extension;
  /** Bytes of the budget; to be given to {@link Compression.release} when the connection is gone. */
  readonly reserved: number;
}

/** A message to many is deflated once for all of them that deflate alike. */
interface Shared {
  readonly source: string | Message;
  readonly shareable: number;
  readonly deflated: Uint8Array | undefined;
}

/** Compression of a server: what all its connections share. */
export class Compression {
  readonly #options: Required<DeflateOptions>;
  readonly #memory: CodecMemory = new CodecMemory();
  /** Connections with the same parameters share a codec: an idle one holds nothing of its own. */
  readonly #codecs: Map<number, Codec> = new Map();
  readonly #budget: TakeoverBudget;
  #shared: Shared | undefined;

  constructor(options: Required<DeflateOptions>) {
    this.#options = options;
    this.#budget = new TakeoverBudget(options.takeoverBudget);
  }

  /** Bytes of the budget that are reserved. */
  get takeoverBytes(): number {
    return this.#budget.reserved;
  }

  /** The first acceptable offer; undefined where there is none: then the connection is without compression. */
  agree(offers: readonly Extension[]): AgreedCompression | undefined {
    const { contextTakeover, serverMaxWindowBits, clientMaxWindowBits } = this.#options;
    const agreement = negotiateWithin(this.#budget, offers, {
      serverContextTakeover: contextTakeover,
      clientContextTakeover: contextTakeover,
      serverMaxWindowBits,
      clientMaxWindowBits,
    });
    if (agreement === undefined) return undefined;
    const { parameters, answer, reserved } = agreement;
    return { codec: this.#codecFor(parameters), answer, reserved };
  }

  /** A connection is gone. */
  release(reserved: number): void {
    this.#budget.release(reserved);
  }

  #codecFor(parameters: DeflateParameters): Codec {
    const { serverNoContextTakeover, clientNoContextTakeover } = parameters;
    const key =
      parameters.serverMaxWindowBits * 64 +
      parameters.clientMaxWindowBits * 4 +
      (serverNoContextTakeover ? 2 : 0) +
      (clientNoContextTakeover ? 1 : 0);
    let codec = this.#codecs.get(key);
    if (codec === undefined) {
      codec = new Codec(this.#memory, parameters, "server", this.#options.threshold);
      this.#codecs.set(key, codec);
    }
    return codec;
  }

  /**
   * Sends a message whose octets will not change. `source` is what it was made from: when the same is sent to another
   * connection in this turn, it is not deflated again.
   */
  send(connection: Connection, kind: MessageKind, source: string | Message, bytes: Uint8Array): void {
    const { shareable } = connection;
    // Under takeover no two connections deflate alike.
    const deflated =
      shareable === undefined
        ? connection.deflateMessage(bytes)
        : this.#share(source, shareable, () => connection.deflateMessage(bytes));
    connection.sendPrepared(kind, bytes, deflated);
  }

  #share(
    source: string | Message,
    shareable: number,
    deflate: () => Uint8Array | undefined,
  ): Uint8Array | undefined {
    const last = this.#shared;
    if (last?.source === source && last.shareable === shareable) return last.deflated;
    if (last === undefined) setImmediate(() => (this.#shared = undefined));
    const deflated = deflate();
    this.#shared = { source, shareable, deflated };
    return deflated;
  }
}
