import type { RoomInfo } from "../protocol/messages.ts";
import type { Hall } from "../storage/hall.ts";

/** Milliseconds between two lists: many people may come at once. */
const PAUSE = 1000;

/** Tells which rooms there are and how many people are in each, soon after that has changed. */
export class RoomList {
  readonly #hall: Hall;
  readonly #tell: (rooms: RoomInfo[]) => void;
  #timer: NodeJS.Timeout | undefined;

  constructor(hall: Hall, tell: (rooms: RoomInfo[]) => void) {
    this.#hall = hall;
    this.#tell = tell;
  }

  changed(): void {
    if (this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      // Where the storage does not answer now, the next change tells it.
      this.#hall.rooms().then(this.#tell, () => {});
    }, PAUSE).unref();
  }
}
