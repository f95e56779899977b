/*
 * The codec of a connection: what stands behind RSV1 (RFC 7692 section 6). Everything is synchronous and in
 * order, and bounded by what one call is given: no thread pool, nothing to be torn down later.
 *
 * This is the only room that sees node:zlib. Its one-shot functions cost some 12 us a call before the first
 * byte, but are faster than JavaScript from a few KiB on (docs/deflate.md has the figures).
 */
import { constants, deflateRawSync } from "node:zlib";
import { Deflater, DeflateScratch } from "./deflate.ts";
import { Inflater, InflatePool, type InflateError } from "./inflate.ts";
import type { DeflateParameters } from "./params.ts";
import type { Role } from "./takeover.ts";

/** Pieces of at least this many bytes go to node:zlib where there is no context takeover. */
const ZLIB_BYTES = 4 * 1024;

/**
 * The receiving side. Push a piece, then read until `undefined`; then either the message has `ended`, or there
 * is an `error`, or the next piece is wanted. What was read is a view: it holds until the next call.
 */
export interface MessageInflater {
  push(piece: Uint8Array, last: boolean): void;
  read(): Uint8Array | undefined;
  readonly error: InflateError | undefined;
  readonly ended: boolean;
  release(): void;
}

/**
 * The sending side. A message is deflated at once, or in pieces; all that was given can be inflated from what
 * was returned. The result is a view: it holds until the next call.
 */
export interface MessageDeflater {
  deflate(piece: Uint8Array, last: boolean): Uint8Array;
  /** Deflaters with the same number give the same octets for the same whole message; `undefined` under takeover. */
  readonly shareable: number | undefined;
  release(): void;
}

export interface CodecOptions {
  /** zlib's level for large messages, 1 to 9; default 2. */
  readonly level?: number;
  /** zlib's memory level for large messages, 1 to 9; default 8. */
  readonly memLevel?: number;
}

/** Our own deflater, or node:zlib for pieces that are large enough to be worth its call. */
class SizedDeflater implements MessageDeflater {
  readonly shareable: number | undefined;
  readonly #own: Deflater;
  readonly #zlib: { level: number; memLevel: number; windowBits: number; finishFlush: number } | undefined;

  constructor(scratch: DeflateScratch, windowBits: number, takeover: boolean, options: CodecOptions) {
    this.#own = new Deflater(scratch, windowBits, takeover);
    this.shareable = takeover ? undefined : windowBits;
    // zlib cannot do 8 (it takes 9 instead), and has no public way to deflate in place and keep its window.
    if (takeover || windowBits === 8) return;
    const { level = 2, memLevel = 8 } = options;
    this.#zlib = { level, memLevel, windowBits, finishFlush: constants.Z_SYNC_FLUSH };
  }

  deflate(piece: Uint8Array, last: boolean): Uint8Array {
    if (this.#zlib === undefined || piece.length < ZLIB_BYTES) return this.#own.deflate(piece, last);
    const out = deflateRawSync(piece, this.#zlib);
    if (out.length < 5 || out.readUInt32BE(out.length - 4) !== 0x0000ffff)
      throw new Error("zlib did not end with 00 00 ff ff");
    // What zlib made refers to this piece only, and nothing may refer to it.
    this.#own.release();
    return last ? out.subarray(0, -4) : out;
  }

  release(): void {
    this.#own.release();
  }
}

/** What all connections of a server share: the memory that a message needs while it is worked on. */
export class Codec {
  readonly #pool = new InflatePool();
  readonly #scratch = new DeflateScratch();
  readonly #options: CodecOptions;

  constructor(options: CodecOptions = {}) {
    this.#options = options;
  }

  inflater(parameters: DeflateParameters, role: Role): MessageInflater {
    const [windowBits, takeover] = sender(parameters, role === "server" ? "client" : "server");
    return new Inflater(this.#pool, windowBits, takeover);
  }

  deflater(parameters: DeflateParameters, role: Role): MessageDeflater {
    const [windowBits, takeover] = sender(parameters, role);
    return new SizedDeflater(this.#scratch, windowBits, takeover, this.#options);
  }
}

const sender = (parameters: DeflateParameters, role: Role): [windowBits: number, takeover: boolean] =>
  role === "server"
    ? [parameters.serverMaxWindowBits, !parameters.serverNoContextTakeover]
    : [parameters.clientMaxWindowBits, !parameters.clientNoContextTakeover];
