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

/** How one side compresses. */
export interface DeflateSettings {
  readonly windowBits: number;
  readonly takeover: boolean;
}

/** Minizlib hands its options on to zlib, whose own it does not declare. */
const zlibOptions = (windowBits: number): object => ({ windowBits, memLevel: 8, chunkSize: 65_536, flush });

export class Compressor {
  readonly #codec: Codec;

  constructor({ windowBits, takeover }: DeflateSettings) {
    this.#codec = new Codec(() => new DeflateRaw(zlibOptions(windowBits)), takeover);
  }

  compress(message: Buffer): Buffer {
    const out = this.#codec.run(message);
    return out.subarray(0, out.length - tail.length);
  }
}

export class Decompressor {
  readonly #codec: Codec;

  constructor({ windowBits, takeover }: DeflateSettings) {
    this.#codec = new Codec(() => new InflateRaw(zlibOptions(windowBits)), takeover);
  }

  /** Throws what zlib throws. */
  decompress(payload: Buffer): Buffer {
    return this.#codec.run(Buffer.concat([payload, tail]));
  }

  close(): void {
    this.#codec.close();
  }
}

/** What was agreed, as seen from one side. */
export interface AgreedDeflate {
  readonly own: DeflateSettings;
  readonly decompressor: Decompressor;
}

export function agreedDeflate(params: DeflateParams, role: "client" | "server"): AgreedDeflate {
  const bits = (given: number | true | undefined): number => (typeof given === "number" ? given : 15);
  const server = { windowBits: bits(params.serverMaxWindowBits), takeover: !params.serverNoContextTakeover };
  const client = { windowBits: bits(params.clientMaxWindowBits), takeover: !params.clientNoContextTakeover };
  return role === "server"
    ? { own: server, decompressor: new Decompressor(client) }
    : { own: client, decompressor: new Decompressor(server) };
}
