import type { ServerSocket } from "handfast";
import type { ServerMessage } from "../protocol/messages.ts";

/** Bytes that may wait for one connection; one that takes less than it is sent is let go, and comes back later. */
const MAX_WAITING = 1024 * 1024;

/** Who hears what: sockets by topic. */
export class Audience {
  readonly #topics: Map<string, Set<ServerSocket>> = new Map();

  subscribe(socket: ServerSocket, topic: string): void {
    const sockets = this.#topics.get(topic) ?? new Set();
    this.#topics.set(topic, sockets.add(socket));
  }

  unsubscribe(socket: ServerSocket, topic: string): void {
    const sockets = this.#topics.get(topic);
    if (sockets?.delete(socket) && sockets.size === 0) this.#topics.delete(topic);
  }

  publish(topic: string, message: ServerMessage): void {
    const text = JSON.stringify(message);
    for (const socket of this.#topics.get(topic) ?? []) {
      if (socket.bufferedAmount > MAX_WAITING) socket.terminate();
      else if (socket.state === "open") void socket.send(text);
    }
  }
}
