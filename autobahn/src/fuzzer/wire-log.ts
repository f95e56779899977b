import type { Frame } from "../wire/frame.ts";

/** The head of a payload and its length: a log must not hold on to 16 MiB. */
export interface Excerpt {
  readonly length: number;
  readonly head: Buffer;
}

export type Entry =
  | { readonly kind: "octets received"; readonly bytes: Excerpt }
  | { readonly kind: "octets sent"; readonly bytes: Excerpt; readonly sync: boolean }
  | { readonly kind: "frame received"; readonly frame: LoggedFrame }
  | { readonly kind: "frame sent"; readonly frame: LoggedFrame; readonly writing: Writing }
  | { readonly kind: "wait"; readonly ms: number; readonly tag: string | undefined }
  | { readonly kind: "wait over"; readonly tag: string | undefined }
  | { readonly kind: "kill after" | "close after"; readonly ms: number }
  | { readonly kind: "kill" | "close on timer" | "tcp closed" | "tcp reset" | "cut off" };

export interface LoggedFrame extends Omit<Frame, "payload" | "length"> {
  readonly payload: Excerpt;
}

export interface Writing {
  readonly bytesPerWrite?: number | undefined;
  readonly sync?: boolean | undefined;
}

export type TimedEntry = Entry & { readonly at: number };

/** Counts by size (octets) or opcode (frames). */
export type Counts = Record<number, number>;

const excerptLength = 256;

/** Enough for every case but the long runs, whose thousandth message says nothing new. */
const maxEntries = 400;

export function excerpt(bytes: Buffer): Excerpt {
  const head = bytes.subarray(0, excerptLength);
  return { length: bytes.length, head: Buffer.from(head) };
}

const count = (counts: Counts, key: number): void => {
  counts[key] = (counts[key] ?? 0) + 1;
};

/** What went over the wire, and when. */
export class WireLog {
  readonly entries: TimedEntry[] = [];
  readonly rxOctets: Counts = {};
  readonly txOctets: Counts = {};
  readonly rxFrames: Counts = {};
  readonly txFrames: Counts = {};
  readonly #now: () => number;

  constructor(now: () => number) {
    this.#now = now;
  }

  add(entry: Entry): void {
    if (this.entries.length < maxEntries) this.entries.push({ ...entry, at: this.#now() });
    else if (this.entries.length === maxEntries) this.entries.push({ kind: "cut off", at: this.#now() });
  }

  received(bytes: Buffer): void {
    count(this.rxOctets, bytes.length);
    if (this.#full) return;
    this.add({ kind: "octets received", bytes: excerpt(bytes) });
  }

  sent(bytes: Buffer, sync: boolean): void {
    count(this.txOctets, bytes.length);
    if (this.#full) return;
    this.add({ kind: "octets sent", bytes: excerpt(bytes), sync });
  }

  frameReceived(frame: Frame): void {
    count(this.rxFrames, frame.opcode);
    if (this.#full) return;
    this.add({ kind: "frame received", frame: { ...frame, payload: excerpt(frame.payload) } });
  }

  frameSent(frame: Omit<Frame, "length">, writing: Writing): void {
    count(this.txFrames, frame.opcode);
    if (this.#full) return;
    this.add({ kind: "frame sent", frame: { ...frame, payload: excerpt(frame.payload) }, writing });
  }

  /** Spares the copying of excerpts that nobody will keep. */
  get #full(): boolean {
    return this.entries.length > maxEntries;
  }
}
