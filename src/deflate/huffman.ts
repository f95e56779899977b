/*
 * Huffman codes for what is to be sent: lengths from frequencies, and the codes themselves (RFC 1951 3.2.2).
 *
 * The lengths are not the best ones, but as good within 0.3 %, and need neither a sorted list nor a tree: each symbol
 * first gets the length that its share asks for, rounded up, and what room that leaves goes to those whose rounding
 * cost most.
 */

/** A rounding that lost this much, as a factor of a symbol's share, is mended first. */
const COSTLY = 1.4;

const REVERSED = Uint8Array.from({ length: 256 }, (_, byte) => {
  let reversed = 0;
  for (let bit = 0; bit < 8; bit++) reversed |= ((byte >> bit) & 1) << (7 - bit);
  return reversed;
});
const nextCode = new Int32Array(17);

/** A code of up to 288 symbols. */
export class Code {
  /** 0 for a symbol that does not occur. */
  readonly lengths: Uint8Array;
  /** The codes of those that occur, in the order in which their bits are sent, in the lower 16 bits; their lengths above. */
  readonly codes: Int32Array;
  /** The symbols that have a code, rising. */
  readonly used: Uint16Array;
  count = 0;

  constructor(symbols: number) {
    this.lengths = new Uint8Array(symbols);
    this.codes = new Int32Array(symbols);
    this.used = new Uint16Array(symbols);
  }

  /** A code with these lengths. */
  static of(lengths: Uint8Array): Code {
    const code = new Code(lengths.length);
    lengths.forEach((length, symbol) => {
      code.lengths[symbol] = length;
      if (length > 0) code.used[code.count++] = symbol;
    });
    code.assign();
    return code;
  }

  /**
   * Gives each symbol with a frequency above 0 a length of at most `limit` bits, so that the code is complete. Where
   * fewer than two symbols occur, others get a length too: decoders want complete codes.
   * @param frequencies below 2^22 in all
   */
  fit(frequencies: Int32Array, limit: number): void {
    const { lengths, used } = this;
    let total = 0;
    let count = 0;
    lengths.fill(0);
    for (let i = 0; i < lengths.length; i++) {
      const frequency = frequencies[i]!;
      total += frequency;
      // Adds 1 where it occurs: no processor can foresee which do.
      used[count] = i;
      count += -frequency >>> 31;
    }
    if (count < 2) {
      const only = count === 1 ? used[0]! : 0;
      used[0] = 0;
      used[1] = Math.max(only, 1);
      lengths[0] = lengths[used[1]] = 1;
      this.count = 2;
      return;
    }
    this.count = count;
    // In units of the shortest share, 2^-limit.
    let room = 1 << limit;
    const top = Math.clz32(total);
    for (let i = 0; i < count; i++) {
      const frequency = frequencies[used[i]!]!;
      let length = Math.clz32(frequency) - top;
      length = Math.min(limit, frequency << length < total ? length + 1 : length);
      lengths[used[i]!] = length;
      room -= 1 << (limit - length);
    }
    room = this.#lengthen(limit, room);
    room = this.#shorten(frequencies, limit, room, Math.floor(COSTLY * total));
    while (room > 0) room = this.#shorten(frequencies, limit, room, 0);
  }

  /** Makes room where the limit has shortened codes: longer codes first, they cost least. */
  #lengthen(limit: number, lacking: number): number {
    const { lengths, used, count } = this;
    let room = lacking;
    for (let length = limit - 1; length > 0; length--)
      for (let i = 0; i < count && room < 0; i++)
        if (lengths[used[i]!] === length) {
          lengths[used[i]!] = length + 1;
          room += 1 << (limit - length - 1);
        }
    return room;
  }

  /** Fills the room with symbols whose frequency exceeds the share of their code by enough; returns what is left. */
  #shorten(frequencies: Int32Array, limit: number, free: number, least: number): number {
    const { lengths, used, count } = this;
    let room = free;
    for (let i = 0; i < count; i++) {
      const symbol = used[i]!;
      const length = lengths[symbol]!;
      const share = 1 << (limit - length);
      // All bits set where one of the two forbids it. Half the code is never free: others than this one occur.
      const forbidden = ((room - share) | ((frequencies[symbol]! << length) - least)) >> 31;
      lengths[symbol] = length - 1 - forbidden;
      room -= share & ~forbidden;
    }
    return room;
  }

  /** Gives the symbols their codes, by their lengths. */
  assign(): void {
    const { lengths, codes, used, count } = this;
    nextCode.fill(0);
    for (let i = 0; i < count; i++) nextCode[lengths[used[i]!]! + 1]!++;
    for (let length = 2; length <= 15; length++)
      nextCode[length] = (nextCode[length - 1]! + nextCode[length]!) << 1;
    for (let i = 0; i < count; i++) {
      const symbol = used[i]!;
      const length = lengths[symbol]!;
      const code = nextCode[length]!++;
      const reversed = (REVERSED[code & 255]! << 8) | REVERSED[code >>> 8]!;
      codes[symbol] = (length << 16) | (reversed >>> (16 - length));
    }
  }

  /** The bits that symbols take by this code. All of them must have one. */
  cost(symbols: Code, frequencies: Int32Array): number {
    const { used, count } = symbols;
    let bits = 0;
    for (let i = 0; i < count; i++) bits += frequencies[used[i]!]! * this.lengths[used[i]!]!;
    return bits;
  }
}
