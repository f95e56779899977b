/*
 * The codecs of a server: what stands behind RSV1 (RFC 7692 section 6). Everything is synchronous and in order, and
 * bounded by what one call is given: no thread pool, nothing to be torn down later.
 *
 * All connections that have agreed on the same parameters share one codec. It lends out what a message is inflated or
 * deflated with; only with context takeover a connection keeps that from message to message.
 */
import { Deflater, DeflateScratch } from "./deflate.ts";
import { Inflater } from "./inflate.ts";
import { InflatePool } from "./inflate-scratch.ts";
import type { DeflateParameters } from "./params.ts";
import type { Role } from "./takeover.ts";

/** The memory that messages need while they are worked on; one for all codecs of a server. */
export class CodecMemory {
  readonly pool: InflatePool = new InflatePool();
  readonly scratch: DeflateScratch = new DeflateScratch();
}

export class Codec {
  /** Messages of fewer bytes are not worth it. */
  readonly threshold: number;
  /** Codecs with the same number give the same octets for the same whole message; `undefined` under takeover. */
  readonly shareable: number | undefined;
  readonly #memory: CodecMemory;
  readonly #inflating: Direction;
  readonly #deflating: Direction;
  #inflater: Inflater | undefined;
  #deflater: Deflater | undefined;

  constructor(memory: CodecMemory, parameters: DeflateParameters, role: Role, threshold: number) {
    this.#memory = memory;
    this.#inflating = sender(parameters, role === "client");
    this.#deflating = sender(parameters, role === "server");
    this.threshold = threshold;
    this.shareable = this.#deflating.takeover ? undefined : this.#deflating.windowBits;
  }

  /** Lends what the next message is inflated with. */
  takeInflater(): Inflater {
    const spare = this.#inflater;
    this.#inflater = undefined;
    const { windowBits, takeover } = this.#inflating;
    return spare ?? new Inflater(this.#memory.pool, windowBits, takeover);
  }

  /** A message has ended well. Returns what the connection goes on holding: with takeover the same inflater. */
  giveInflater(inflater: Inflater): Inflater | undefined {
    if (this.#inflating.takeover) return inflater;
    this.#inflater = inflater;
    return undefined;
  }

  /** Lends what the next message is deflated with. */
  takeDeflater(): Deflater {
    const spare = this.#deflater;
    this.#deflater = undefined;
    const { windowBits, takeover } = this.#deflating;
    return spare ?? new Deflater(this.#memory.scratch, windowBits, takeover);
  }

  /** The message's last piece was deflated. Returns what the connection goes on holding. */
  giveDeflater(deflater: Deflater): Deflater | undefined {
    if (this.#deflating.takeover) return deflater;
    this.#deflater = deflater;
    return undefined;
  }
}

interface Direction {
  readonly windowBits: number;
  readonly takeover: boolean;
}

const sender = (parameters: DeflateParameters, isServer: boolean): Direction =>
  isServer
    ? { windowBits: parameters.serverMaxWindowBits, takeover: !parameters.serverNoContextTakeover }
    : { windowBits: parameters.clientMaxWindowBits, takeover: !parameters.clientNoContextTakeover };
