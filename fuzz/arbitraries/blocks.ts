import * as fc from "fast-check";

/*
 * DEFLATE streams block by block (RFC 1951), of every kind and by hand: compressors make only a few of all that is
 * legal. What is wrong with a stream is a field of its own, so that shrinking leads to the blocks that matter.
 */

/** An octet, or a match. */
export type DeflateSymbol = number | { readonly length: number; readonly distance: number };

export interface DeflateBlock {
  readonly kind: "stored" | "fixed" | "dynamic" | "reserved";
  readonly final: boolean;
  /** Of a stored block only the octets. */
  readonly symbols: readonly DeflateSymbol[];
}

class BitWriter {
  readonly bits: number[] = [];

  /** The lowest bit first, as all numbers. */
  number(value: number, size: number): void {
    for (let i = 0; i < size; i++) this.bits.push((value >> i) & 1);
  }

  /** The highest bit first, as Huffman codes. */
  code([value, size]: readonly [number, number]): void {
    for (let i = size - 1; i >= 0; i--) this.bits.push((value >> i) & 1);
  }

  align(): void {
    while (this.bits.length % 8 > 0) this.bits.push(0);
  }

  bytes(): Uint8Array {
    this.align();
    return Uint8Array.from({ length: this.bits.length / 8 }, (_, i) =>
      this.bits.slice(i * 8, i * 8 + 8).reduce((sum, bit, k) => sum + bit * 2 ** k, 0),
    );
  }
}

/** The table of RFC 1951 section 3.2.5 for lengths or distances: which symbol, and the extra bits. */
function extra(
  value: number,
  base: number,
  group: number,
  first: number,
): [symbol: number, bits: number, rest: number] {
  let start = first;
  let bits = 0;
  for (let symbol = base; ; symbol++) {
    if (symbol >= base + 2 * group && (symbol - base) % group === 0) bits++;
    if (value < start + 2 ** bits) return [symbol, bits, value - start];
    start += 2 ** bits;
  }
}
const ofLength = (length: number): [number, number, number] =>
  length === 258 ? [285, 0, 0] : extra(length, 257, 4, 3);
const ofDistance = (distance: number): [number, number, number] => extra(distance, 0, 2, 1);

/** Canonical codes (section 3.2.2) by their lengths. */
function canonical(lengths: readonly number[]): [code: number, size: number][] {
  const codes: [number, number][] = lengths.map((size) => [0, size]);
  let next = 0;
  for (let size = 1; size <= 15; size++, next *= 2)
    for (const [i, length] of lengths.entries()) if (length === size) codes[i] = [next++, size];
  return codes;
}

/** Lengths of a complete code for these symbols, nearly all alike. */
function completeLengths(used: readonly number[], alphabet: number): number[] {
  const lengths = Array.from({ length: alphabet }, () => 0);
  const size = Math.max(1, Math.ceil(Math.log2(used.length)));
  const shorter = 2 ** size - used.length;
  for (const [i, symbol] of used.entries()) lengths[symbol] = size - (i < shorter && size > 1 ? 1 : 0);
  return lengths;
}

const FIXED_LITERALS = Array.from({ length: 288 }, (_, i) => (i < 144 ? 8 : i < 256 ? 9 : i < 280 ? 7 : 8));
const FIXED_DISTANCES = Array.from({ length: 30 }, () => 5);

function writeSymbols(
  out: BitWriter,
  symbols: readonly DeflateSymbol[],
  literals: readonly number[],
  distances: readonly number[],
): void {
  const literalCodes = canonical(literals);
  const distanceCodes = canonical(distances);
  for (const symbol of symbols) {
    if (typeof symbol === "number") {
      out.code(literalCodes[symbol]!);
      continue;
    }
    const [length, lengthBits, lengthRest] = ofLength(symbol.length);
    out.code(literalCodes[length]!);
    out.number(lengthRest, lengthBits);
    const [distance, distanceBits, distanceRest] = ofDistance(symbol.distance);
    out.code(distanceCodes[distance]!);
    out.number(distanceRest, distanceBits);
  }
  out.code(literalCodes[256]!);
}

const ORDER = [16, 17, 18, 0, 8, 7, 9, 6, 10, 5, 11, 4, 12, 3, 13, 2, 14, 1, 15];

/** Code lengths with the repeats of section 3.2.7: 16 for the one before, 17 and 18 for zeros. */
function repeats(lengths: readonly number[]): [symbol: number, rest: number, bits: number][] {
  const list: [number, number, number][] = [];
  for (let i = 0; i < lengths.length;) {
    let run = 1;
    while (lengths[i + run] === lengths[i]) run++;
    if (lengths[i] === 0 && run >= 11) list.push([18, Math.min(run, 138) - 11, 7]);
    else if (lengths[i] === 0 && run >= 3) list.push([17, run - 3, 3]);
    else if (i > 0 && lengths[i] === lengths[i - 1] && run >= 3) list.push([16, Math.min(run, 6) - 3, 2]);
    else list.push([lengths[i]!, 0, 0]);
    const [symbol, rest] = list.at(-1)!;
    i += symbol === 18 ? rest + 11 : symbol > 15 ? rest + 3 : 1;
  }
  return list;
}

function writeDynamic(out: BitWriter, symbols: readonly DeflateSymbol[]): void {
  const matches = symbols.filter((symbol) => typeof symbol === "object");
  const octets = symbols.filter((symbol) => typeof symbol === "number");
  const used = [...octets, 256, ...matches.map(({ length }) => ofLength(length)[0])];
  const literals = completeLengths([...new Set(used)], 286);
  const far = matches.map(({ distance }) => ofDistance(distance)[0]);
  const distances = completeLengths([...new Set(far)], 30);
  const list = repeats([...literals, ...distances]);
  const meta = completeLengths([...new Set(list.map(([symbol]) => symbol))], 19);
  const count = 1 + ORDER.findLastIndex((symbol) => meta[symbol]! > 0);
  out.number(286 - 257, 5);
  out.number(30 - 1, 5);
  out.number(Math.max(4, count) - 4, 4);
  for (const symbol of ORDER.slice(0, Math.max(4, count))) out.number(meta[symbol]!, 3);
  const metaCodes = canonical(meta);
  for (const [symbol, rest, bits] of list) {
    out.code(metaCodes[symbol]!);
    out.number(rest, bits);
  }
  writeSymbols(out, symbols, literals, distances);
}

/** The octets of blocks, to the end of the last one. */
export function writeBlocks(blocks: readonly DeflateBlock[]): Uint8Array {
  const out = new BitWriter();
  for (const { kind, final, symbols } of blocks) {
    out.number(final ? 1 : 0, 1);
    out.number(["stored", "fixed", "dynamic", "reserved"].indexOf(kind), 2);
    if (kind === "fixed") writeSymbols(out, symbols, FIXED_LITERALS, FIXED_DISTANCES);
    else if (kind === "dynamic") writeDynamic(out, symbols);
    else if (kind === "stored") {
      const octets = symbols.filter((symbol) => typeof symbol === "number");
      out.align();
      out.number(octets.length, 16);
      out.number(octets.length ^ 0xffff, 16);
      for (const octet of octets) out.number(octet, 8);
    }
  }
  return out.bytes();
}

/** What blocks stand for; undefined where a match reaches further back than there is, or than the window. */
export function expandBlocks(blocks: readonly DeflateBlock[], window: number): number[] | undefined {
  const text: number[] = [];
  for (const symbol of blocks.flatMap(({ symbols }) => symbols)) {
    if (typeof symbol === "number") text.push(symbol);
    else if (symbol.distance > Math.min(text.length, window)) return undefined;
    else for (let i = 0; i < symbol.length; i++) text.push(text[text.length - symbol.distance]!);
  }
  return text;
}

const octet = fc.nat({ max: 255 });
const match = fc.record({
  length: fc.oneof(fc.integer({ min: 3, max: 258 }), fc.constantFrom(3, 10, 11, 257, 258)),
  distance: fc.oneof(
    { weight: 12, arbitrary: fc.integer({ min: 1, max: 4 }) },
    { weight: 1, arbitrary: fc.integer({ min: 1, max: 32_768 }) },
  ),
});
const block: fc.Arbitrary<DeflateBlock> = fc.record({
  kind: fc.oneof(
    { weight: 20, arbitrary: fc.constantFrom<DeflateBlock["kind"]>("stored", "fixed", "dynamic") },
    { weight: 1, arbitrary: fc.constant<DeflateBlock["kind"]>("reserved") },
  ),
  final: fc.oneof({ weight: 8, arbitrary: fc.constant(false) }, { weight: 1, arbitrary: fc.boolean() }),
  symbols: fc.array(fc.oneof({ weight: 3, arbitrary: octet }, { weight: 1, arbitrary: match }), {
    maxLength: 12,
  }),
});

export interface DeflateStream {
  readonly blocks: readonly DeflateBlock[];
  /** How it ends: with an empty stored block whose four octets are cut off, as a message's should; or as it is. */
  readonly flushed: boolean;
  /** Octets that come behind it. */
  readonly behind: Uint8Array;
  /** Octets that are missing at its end. */
  readonly missing: number;
  /** Which octets were changed, from the start, and how. */
  readonly flips: readonly (readonly [at: number, change: number])[];
}

export function writeDeflateStream({ blocks, flushed, behind, missing, flips }: DeflateStream): Uint8Array {
  const empty: DeflateBlock = { kind: "stored", final: false, symbols: [] };
  const whole = flushed ? writeBlocks([...blocks, empty]).slice(0, -4) : writeBlocks(blocks);
  const octets = Uint8Array.from([...whole.subarray(0, Math.max(0, whole.length - missing)), ...behind]);
  for (const [at, change] of flips) if (octets.length > 0) octets[at % octets.length]! ^= change;
  return octets;
}

const rarely = <T>(usual: T, odd: fc.Arbitrary<T>): fc.Arbitrary<T> =>
  fc.oneof({ weight: 4, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: odd });

/** Streams, sound or wrong in one or two ways. */
export const deflateStream: fc.Arbitrary<DeflateStream> = fc.record({
  blocks: fc.array(block, { maxLength: 5 }),
  flushed: fc.oneof({ weight: 3, arbitrary: fc.constant(true) }, { weight: 1, arbitrary: fc.boolean() }),
  behind: rarely<Uint8Array>(
    new Uint8Array(0),
    fc.oneof(
      fc
        .constantFrom("00", "0000", "0000ffff", "01")
        .map((text) => Uint8Array.from(Buffer.from(text, "hex"))),
      fc.uint8Array({ maxLength: 3 }),
    ),
  ),
  missing: rarely<number>(0, fc.nat({ max: 6 })),
  flips: rarely<[number, number][]>(
    [],
    fc.array(fc.tuple(fc.nat({ max: 200 }), fc.integer({ min: 1, max: 255 })), { maxLength: 2 }),
  ),
});

/** Sound blocks behind enough octets for matches at both sides of every window. */
export const farBlocks: fc.Arbitrary<DeflateBlock[]> = fc
  .tuple(
    fc.nat({ max: 140 }),
    fc.array(
      fc.record({
        length: fc.integer({ min: 3, max: 258 }),
        distance: fc.oneof(
          fc.tuple(fc.integer({ min: 8, max: 15 }), fc.integer({ min: -2, max: 2 })).map(([bits, more]) => {
            return Math.min(2 ** bits + more, 32_768);
          }),
          fc.integer({ min: 1, max: 32_768 }),
        ),
      }),
      { maxLength: 3 },
    ),
    fc.constantFrom<DeflateBlock["kind"]>("fixed", "dynamic"),
  )
  .map(([many, matches, kind]) => {
    const run: DeflateSymbol[] = Array.from({ length: many }, () => ({ length: 258, distance: 1 }));
    const bare = { final: false, kind };
    return [
      { ...bare, symbols: [1, 2, 3, ...run, 4, 5] },
      { ...bare, symbols: matches },
    ];
  });
