import * as fc from "fast-check";
import type { MessageCodec } from "../../src/connection/codec.ts";
import { Codec, type CodecMemory } from "../../src/deflate/codec.ts";
import type { DeflateParameters } from "../../src/deflate/params.ts";

/** What two ends may have agreed on, and from how many octets on they compress. */
export interface Agreed extends DeflateParameters {
  readonly threshold: number;
}

const bits = fc.integer({ min: 8, max: 15 });

export const agreed: fc.Arbitrary<Agreed> = fc.record({
  serverNoContextTakeover: fc.boolean(),
  clientNoContextTakeover: fc.boolean(),
  serverMaxWindowBits: bits,
  clientMaxWindowBits: bits,
  threshold: fc.constantFrom(0, 200),
});

export const codecOf = (shared: CodecMemory, parameters: Agreed, role: "server" | "client"): MessageCodec =>
  new Codec(shared, parameters, role, parameters.threshold);
