/* Counts messages that come back in fragments, wherever these are cut, and compares their octets with a ring's. */

export class Fragments {
  #replies;
  #size;
  #failed;
  /** Octets of the fragment that have not come. */
  #left = 0;
  #fin = false;
  /** What has come of a header. */
  #header = [];
  /** Which message of the ring is coming, and how much of it is there. */
  #next = 0;
  #at = 0;

  /** Messages of `size` octets each, as they stand at the ends of the replies. */
  constructor(replies, size, failed) {
    this.#replies = replies;
    this.#size = size;
    this.#failed = failed;
  }

  /** How many messages the octets completed. */
  count(bytes, from, to) {
    let whole = 0;
    for (let at = from; at < to;) {
      if (this.#left === 0) {
        this.#header.push(bytes[at++]);
        this.#readHeader();
      } else {
        const size = Math.min(to - at, this.#left);
        this.#compare(bytes, at, size);
        at += size;
        this.#left -= size;
      }
      if (this.#left === 0 && this.#header.length === 0 && this.#fin) whole += this.#endMessage();
    }
    return whole;
  }

  #readHeader() {
    const header = Buffer.from(this.#header);
    const short = header[1] ?? 127;
    const length = short < 126 ? 2 : short === 126 ? 4 : 10;
    if (header.length < length) return;
    this.#fin = header[0] >= 0x80;
    this.#left = length === 2 ? short : length === 4 ? header.readUInt16BE(2) : header.readUInt32BE(6);
    this.#header = [];
  }

  #compare(bytes, at, size) {
    const { bytes: expected, ends } = this.#replies;
    const from = ends[this.#next] - this.#size + this.#at;
    this.#at += size;
    const tooMuch = this.#at > this.#size;
    if (tooMuch || bytes.compare(expected, from, from + size, at, at + size) !== 0) {
      this.#failed(`message ${this.#next} of the ring is wrong`);
    }
  }

  #endMessage() {
    if (this.#at !== this.#size) this.#failed(`message ${this.#next} of the ring is too short`);
    this.#fin = false;
    this.#at = 0;
    this.#next = (this.#next + 1) % this.#replies.ends.length;
    return 1;
  }
}
