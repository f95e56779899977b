import type { DeflateCase } from "../cases/case.ts";
import { createSlices } from "../data/slices.ts";
import { Compressor, type DeflateSettings } from "../wire/deflate.ts";

/*
 * The fuzzer as sender: up to 40 cases send the very same compressed bytes, cut into other frames. They are made
 * once and kept, within limits, which halves the work of a whole run.
 */

class CompressedStream {
  readonly #next: () => Buffer;
  readonly #compressor: Compressor;
  readonly #made: Buffer[] = [];
  bytes = 0;

  constructor(kind: DeflateCase["data"], size: number, settings: DeflateSettings) {
    this.#next = createSlices(kind, size);
    this.#compressor = new Compressor(settings);
  }

  at(number: number): Buffer {
    while (this.#made.length <= number) {
      const compressed = this.#compressor.compress(this.#next());
      this.#made.push(compressed);
      this.bytes += compressed.length;
    }
    return this.#made[number]!;
  }
}

/** Bytes, of streams that no case uses at the moment. */
const budget = 200 * 1024 * 1024;
const streams = new Map<string, CompressedStream>();

/** The compressed messages of a case by number, from 0. */
export function compressedSlices(
  kind: DeflateCase["data"],
  size: number,
  settings: DeflateSettings,
): (number: number) => Buffer {
  const key = `${kind} ${size} ${settings.windowBits} ${settings.takeover}`;
  const stream = streams.get(key) ?? new CompressedStream(kind, size, settings);
  streams.delete(key);
  forgetOldest();
  streams.set(key, stream);
  return (number) => stream.at(number);
}

/** A case under way holds on to its stream by itself. */
function forgetOldest(): void {
  let kept = 0;
  for (const [key, { bytes }] of [...streams].toReversed()) {
    kept += bytes;
    if (kept > budget) streams.delete(key);
  }
}
