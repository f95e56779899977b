import { constants, DeflateRaw, InflateRaw } from "minizlib";
import type { DeflateParams } from "./deflate-params.ts";

/*
 * Permessage-deflate (RFC 7692, 7.2), one message at a time and synchronous: the whole fuzzer is one state machine
 * without pauses inside, and the echo of a message is awaited before the next one goes out anyway. Node has no
 * zlib context that lasts over several synchronous calls; minizlib is Node's zlib with just that.
 */

const tail = Buffer.from([0x00, 0x00, 0xff, 0xff]);
const flush = constants.Z_SYNC_FLUSH;

/** Keeps its context from message to message, or not. */
class Codec {
  readonly #create: () => DeflateRaw | InflateRaw;
  readonly #takeover: boolean;
  #stream: DeflateRaw | InflateRaw | undefined;

  constructor(create: () => DeflateRaw | InflateRaw, takeover: boolean) {
    this.#create = create;
    this.#takeover = takeover;
  }

  run(bytes: Buffer): Buffer {
    this.#stream ??= this.#create();
    this.#stream.write(bytes);
    const parts: Buffer[] = [];
    for (let part = this.#stream.read(); part !== null; part = this.#stream.read()) parts.push(part);
    if (!this.#takeover) this.#stream.reset();
    return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
  }

  close(): void {
    this.#stream?.close();
    this.#stream = undefined;
  }
}

export interface DeflateCodec {
  compress(message: Buffer): Buffer;
  /** Throws what zlib throws. */
  decompress(payload: Buffer): Buffer;
  close(): void;
}

/** Minizlib hands its options on to zlib, whose own it does not declare. */
const zlibOptions = (windowBits: number): object => ({ windowBits, memLevel: 8, chunkSize: 65_536, flush });

/** The codec of the side `role`; the other side has these parameters the other way round. */
export function createCodec(params: DeflateParams, role: "client" | "server"): DeflateCodec {
  const server = { bits: params.serverMaxWindowBits, takeover: !params.serverNoContextTakeover };
  const client = { bits: params.clientMaxWindowBits, takeover: !params.clientNoContextTakeover };
  const [own, peer] = role === "server" ? [server, client] : [client, server];
  const bits = (given: number | true | undefined): number => (typeof given === "number" ? given : 15);
  const deflate = new Codec(() => new DeflateRaw(zlibOptions(bits(own.bits))), own.takeover);
  const inflate = new Codec(() => new InflateRaw(zlibOptions(bits(peer.bits))), peer.takeover);
  return {
    compress(message) {
      const out = deflate.run(message);
      return out.subarray(0, out.length - tail.length);
    },
    decompress: (payload) => inflate.run(Buffer.concat([payload, tail])),
    close() {
      deflate.close();
      inflate.close();
    },
  };
}
