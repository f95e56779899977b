const FIRST_BYTES = 4096;
/** A buffer that one large message made larger than this is not kept for the next. */
const KEPT_BYTES = 256 * 1024;

/** A buffer that grows, and takes bits. */
export class BitWriter {
  bytes: Uint8Array = new Uint8Array(FIRST_BYTES);
  view: DataView = new DataView(this.bytes.buffer);
  /** Whole bytes written; behind them up to 7 bits wait. */
  length = 0;
  bits = 0;
  held = 0;

  reset(): void {
    if (this.bytes.length > KEPT_BYTES) this.#replace(new Uint8Array(FIRST_BYTES));
    this.length = 0;
    this.bits = 0;
    this.held = 0;
  }

  /** Makes room for `bits` more, and for the end of a block and a word behind them. */
  reserve(bits: number): void {
    const room = this.length + (bits >>> 3) + 16;
    if (room <= this.bytes.length) return;
    const grown = new Uint8Array(room * 2);
    grown.set(this.bytes.subarray(0, this.length));
    this.#replace(grown);
  }

  #replace(bytes: Uint8Array): void {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer);
  }

  /** Writes the lowest `count` bits, at most 25, of `value`; the room must be there. */
  write(value: number, count: number): void {
    const bits = this.bits | (value << this.held);
    const held = this.held + count;
    this.view.setInt32(this.length, bits, true);
    this.length += held >>> 3;
    this.bits = bits >>> (held & 24);
    this.held = held & 7;
  }

  /** Goes on at the next whole byte. */
  align(): void {
    if (this.held > 0) this.write(0, 8 - this.held);
  }

  copy(bytes: Uint8Array): void {
    this.bytes.set(bytes, this.length);
    this.length += bytes.length;
  }
}
