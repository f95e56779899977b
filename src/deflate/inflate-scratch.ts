/*
 * What inflating needs for the time of one message: memory and where it is in the stream of blocks. Connections share it.
 */
import { DISTANCE_ROOM, LITERAL_ROOM } from "./inflate-tables.ts";

/** What is written behind a full window that outlives its message before it slides, in bytes. */
export const BEHIND_WINDOW: number = 16 * 1024;
/** The longest match is 258 bytes: the decoder may write this far past the limit it was given. */
export const OVERRUN = 257;
export const STAGE_BYTES: number = 16 * 1024;
/** Behind the staged bytes: a header of a dynamic block has at most 570 bytes, and is read without asking. */
const STAGE_SLACK = 640;

export const outputBytes = (windowBits: number): number => (1 << windowBits) + BEHIND_WINDOW;

/** No slice of output is longer, in bytes: without takeover a message up to this length comes in one. */
export const SLICE_BYTES: number = 96 * 1024;

export class InflateScratch {
  readonly stage: Uint8Array = new Uint8Array(STAGE_BYTES + STAGE_SLACK);
  readonly view: DataView = new DataView(this.stage.buffer);
  readonly literalRoom: Int32Array = new Int32Array(LITERAL_ROOM);
  readonly distanceRoom: Int32Array = new Int32Array(DISTANCE_ROOM);
  readonly output: Uint8Array = new Uint8Array(SLICE_BYTES);
  readonly ownView: DataView = new DataView(this.output.buffer);
  /** Position of the next bit in the stage. */
  pos = 0;
  /** Bytes in the stage. */
  end = 0;
  out: Uint8Array = this.output;
  outView: DataView = this.ownView;
  /** Where to write next; everything before it may be referred to. */
  op = 0;
  /** Where to stop writing; the last match may go past it by `OVERRUN`. */
  limit = 0;
  /** The longest distance allowed, in bytes. */
  window = 0;
  /** OR of the octets that the output and the window are made of, or more. */
  seen = 0;
  mode: "header" | "symbols" | "stored" | "final" = "header";
  final = false;
  stored = 0;
  literals: Int32Array = this.literalRoom;
  literalBits = 0;
  distances: Int32Array = this.distanceRoom;
  distanceBits = 0;

  /** Ready for the first block of a message, behind `op` bytes of window in `out`. */
  begin(out: Uint8Array | undefined, op: number, window: number): void {
    this.pos = 0;
    this.end = 0;
    this.out = out ?? this.output;
    this.outView = out === undefined ? this.ownView : new DataView(out.buffer);
    this.op = op;
    this.window = window;
    this.mode = "header";
  }

  endBlock(): void {
    this.mode = this.final ? "final" : "header";
  }

  /** Goes on where another one is, which has begun with an `out` like this one's. */
  follow(other: InflateScratch): void {
    this.stage.set(other.stage);
    this.literalRoom.set(other.literalRoom);
    this.distanceRoom.set(other.distanceRoom);
    this.out.set(other.out);
    const { pos, end, op, seen, mode, final, stored, literalBits, distanceBits } = other;
    Object.assign(this, { pos, end, op, seen, mode, final, stored, literalBits, distanceBits });
    this.literals = other.literals === other.literalRoom ? this.literalRoom : other.literals;
    this.distances = other.distances === other.distanceRoom ? this.distanceRoom : other.distances;
  }
}

/** Lends scratches out, and keeps a few: about 125 KiB each. More are made where more messages are open. */
export class InflatePool {
  readonly #free: InflateScratch[] = [];
  readonly #keep: number;

  /** @param keep how many scratches are kept for the next message; default 4 */
  constructor(keep = 4) {
    this.#keep = keep;
  }

  take(): InflateScratch {
    return this.#free.pop() ?? new InflateScratch();
  }

  give(scratch: InflateScratch): void {
    if (this.#free.length < this.#keep) this.#free.push(scratch);
  }
}
