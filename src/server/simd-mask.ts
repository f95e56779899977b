import { keyWord, mask } from "../frame/mask.ts";

/*
 * Masking by vector instructions, 16 octets each, which JavaScript has only in WebAssembly: six times as fast. The module is
 * the few instructions below. It sees nothing but its own memory, so octets are masked into that and copied out; what
 * sockets read can lie there already. Where there is no WebAssembly, or none with vectors, it is done in JavaScript.
 */

/** Octets that are masked at a time. */
const SIZE = 64 * 1024;
/** Octets that sockets are read into. */
const READ = 4 * SIZE;
/** From this size on it is worth the copy. */
const LONG = 128;

// (func (param $from i32) (param $to i32) (param $at i32) (param $key i32) (result i32)
// prettier-ignore
const CODE = [
  1, 3, 0x7b,                     //   (local $word v128) (local $seen v128) (local $masked v128)
  0x20, 3, 0xfd, 0x11, 0x21, 4,   //   $word = i32x4.splat $key
  0x03, 0x40,                     //   loop
  0x20, 2,                        //     where to: $at
  0x20, 0, 0xfd, 0x00, 0, 0,      //     v128.load $from
  0x20, 4, 0xfd, 0x51, 0x22, 6,   //     $masked = xor $word
  0xfd, 0x0b, 0, 0,               //     v128.store
  0x20, 5, 0x20, 6, 0xfd, 0x50, 0x21, 5, // $seen = or $seen $masked
  0x20, 2, 0x41, 16, 0x6a, 0x21, 2, //   $at += 16
  0x20, 0, 0x41, 16, 0x6a, 0x22, 0, //   $from += 16
  0x20, 1, 0x49, 0x0d, 0,         //     again while that is less than $to
  0x0b,                           //   end
  0x20, 5, 0xfd, 0x64,            //   i8x16.bitmask $seen: the top bits of its octets
  0x0b,
];
const PAGES = (READ + SIZE) / (64 * 1024);
const PARAMETERS = [4, 0x7f, 0x7f, 0x7f, 0x7f];
// prettier-ignore
const MODULE = Uint8Array.of(
  0, 0x61, 0x73, 0x6d, 1, 0, 0, 0,
  1, PARAMETERS.length + 4, 1, 0x60, ...PARAMETERS, 1, 0x7f, // one type
  2, 6, 1, 0, 0, 2, 0, PAGES,                                // the memory, imported: so many pages of 64 KiB at least
  3, 2, 1, 0,                                                // one function of that type
  7, 4, 1, 0, 0, 0,                                          // ... exported
  10, CODE.length + 2, 1, CODE.length, ...CODE,
);

/** Masks from one place in the memory to another, at least 16 octets; 0 where all are ASCII. */
type Masker = (from: number, to: number, at: number, key: number) => number;

interface Wasm {
  Memory: new (pages: { initial: number; maximum: number }) => { buffer: ArrayBuffer };
  Module: new (bytes: Uint8Array) => object;
  Instance: new (module: object, imports: object) => { exports: { "": Masker } };
}

interface Vectors {
  readonly masker: Masker;
  /** The two parts of its memory: what is read, and what is masked. */
  readonly read: Uint8Array;
  readonly masked: Uint8Array;
}

function load(): Vectors | undefined {
  try {
    const { Memory, Module, Instance } = (globalThis as unknown as { WebAssembly: Wasm }).WebAssembly;
    const memory = new Memory({ initial: PAGES, maximum: PAGES });
    const { exports } = new Instance(new Module(MODULE), { "": { "": memory } });
    const part = (from: number, size: number): Uint8Array => new Uint8Array(memory.buffer, from, size);
    return { masker: exports[""], read: part(0, READ), masked: part(READ, SIZE) };
  } catch {
    return undefined;
  }
}

const vectors = load();
/** What was masked last: often the next is as long, and a view costs as much as masking a KiB. */
let lastMasked: Uint8Array | undefined;

const readMemory = vectors?.read ?? new Uint8Array(READ);
/** Memory to read into, from which octets are masked without being copied first: 64 KiB of it, and more step by step. */
export const readMemories: readonly Uint8Array[] = [1, 2, 3, 4].map((n) => readMemory.subarray(0, n * SIZE));
const usual = readMemories[0];

/** The same as {@link mask}, six times as fast where there are vectors and many octets. */
export const simdMask: typeof mask = (source, start, end, target, at, key, phase) => {
  if (vectors === undefined || end - start < LONG) return mask(source, start, end, target, at, key, phase);
  const { masker, masked } = vectors;
  const word = keyWord(key, phase);
  const last = end - ((end - start) & 15);
  let seen = 0;
  for (let i = start; i < last; i += SIZE) {
    const size = Math.min(SIZE, last - i);
    // By identity: to ask for its buffer costs as much as masking a hundred octets.
    const elsewhere = source !== usual && !readMemories.includes(source);
    if (elsewhere) masked.set(source.subarray(i, i + size));
    const from = elsewhere ? READ : i;
    if (masker(from, from + size, READ, word) !== 0) seen = 0x80;
    if (lastMasked?.length !== size) lastMasked = masked.subarray(0, size);
    target.set(lastMasked, at + i - start);
  }
  return seen | mask(source, last, end, target, at + last - start, key, phase);
};
