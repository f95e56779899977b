/* Compares what arrives with a ring of replies, and counts those that are whole. */

export class Expectation {
  #replies;
  /** Where in the ring the next octet belongs, and in which reply. */
  #at = 0;
  #next = 0;
  #failed;
  /** The floor answers with the right length only. */
  #compared;

  constructor(replies, compared, failed) {
    this.#replies = replies;
    this.#compared = compared;
    this.#failed = failed;
  }

  /** How many replies the octets completed. */
  count(bytes, from, to) {
    const { bytes: expected, ends } = this.#replies;
    let whole = 0;
    for (let at = from; at < to;) {
      const size = Math.min(to - at, expected.length - this.#at);
      if (this.#compared && bytes.compare(expected, this.#at, this.#at + size, at, at + size) !== 0) {
        this.#failed(`reply ${this.#next} of the ring is wrong`);
      }
      at += size;
      this.#at += size;
      for (; this.#next < ends.length && ends[this.#next] <= this.#at; this.#next++) whole++;
      if (this.#next === ends.length) this.#at = this.#next = 0;
    }
    return whole;
  }
}

/** Gives out the frames of a ring, one behind the other. */
export class Supply {
  #frames;
  #next = 0;

  constructor({ bytes, ends }) {
    this.#frames = { bytes, ends };
  }

  /** Writes `count` frames, in as few writes as the ring allows. */
  write(peer, count) {
    const { bytes, ends } = this.#frames;
    for (let due = count; due > 0;) {
      const some = Math.min(due, ends.length - this.#next);
      const from = this.#next === 0 ? 0 : ends[this.#next - 1];
      peer.write(bytes.subarray(from, ends[this.#next + some - 1]));
      this.#next = (this.#next + some) % ends.length;
      due -= some;
    }
  }
}
