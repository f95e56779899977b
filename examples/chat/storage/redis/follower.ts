import { EVENTS } from "./scripts.ts";
import type { Client } from "./client.ts";
import { type Event, parseEvent } from "./event.ts";

/** Milliseconds for which one read waits for something to happen. */
const BLOCK = 2000;
/** Entries of one read. */
const COUNT = 500;

export interface FollowerEvents {
  happened(event: Event): void;
  /** Entries were lost on the way. */
  missed(): void;
}

/**
 * Follows the stream of events, in order and without a gap, by a connection of its own because its reads block. When
 * Redis has been away it goes on where it was.
 */
export class Follower {
  readonly #client: Client;
  readonly #events: FollowerEvents;
  /** The last entry that was seen. */
  #at = "0-0";
  /** The last message of each room that was seen: the next one is one more. */
  readonly #last: Map<string, number> = new Map();
  #closed = false;

  private constructor(client: Client, events: FollowerEvents) {
    this.#client = client;
    this.#events = events;
  }

  /** Begins with what happens from now on. */
  static async start(client: Client, events: FollowerEvents): Promise<Follower> {
    const follower = new Follower(client, events);
    await client.connect();
    follower.#at = await follower.#end();
    void follower.#follow();
    return follower;
  }

  /** The last entry that there is. */
  async #end(): Promise<string> {
    const newest = await this.#client.xRevRange(EVENTS, "+", "-", { COUNT: 1 });
    return newest?.[0]?.id ?? "0-0";
  }

  async #follow(): Promise<void> {
    while (!this.#closed) {
      try {
        await this.#checkGap();
        const streams = await this.#client.xRead({ key: EVENTS, id: this.#at }, { BLOCK, COUNT });
        for (const { id, message } of streams?.[0]?.messages ?? []) {
          this.#at = id;
          this.#see(parseEvent(message));
        }
      } catch {
        if (this.#closed) return;
        // The client comes back by itself; until then its commands fail at once.
        await new Promise((resolve) => setTimeout(resolve, 100));
      }
    }
  }

  #see(event: Event): void {
    if (event.kind === "said") {
      const last = this.#last.get(event.room);
      if (last !== undefined && event.seq !== last + 1) this.#events.missed();
      this.#last.set(event.room, event.seq);
    }
    this.#events.happened(event);
  }

  /** Where we were is gone: more happened meanwhile than the stream keeps, or Redis came back without it. */
  async #checkGap(): Promise<void> {
    if (this.#at === "0-0") return;
    const seen = await this.#client.xRange(EVENTS, this.#at, this.#at);
    if (seen?.length === 1) return;
    this.#at = await this.#end();
    this.#last.clear();
    this.#events.missed();
  }

  close(): void {
    this.#closed = true;
    this.#client.destroy();
  }
}
