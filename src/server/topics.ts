import type { ServerSocket } from "./socket.ts";

/** Who wants to hear of what. A topic is there as long as somebody does. */
export class Topics {
  readonly #subscribers: Map<string, Set<ServerSocket>> = new Map();
  readonly #topics: Map<ServerSocket, Set<string>> = new Map();

  subscribersOf(topic: string): ReadonlySet<ServerSocket> | undefined {
    return this.#subscribers.get(topic);
  }

  topicsOf(socket: ServerSocket): ReadonlySet<string> {
    return this.#topics.get(socket) ?? new Set();
  }

  subscribe(socket: ServerSocket, topic: string): void {
    add(this.#subscribers, topic, socket);
    add(this.#topics, socket, topic);
  }

  unsubscribe(socket: ServerSocket, topic: string): void {
    remove(this.#subscribers, topic, socket);
    remove(this.#topics, socket, topic);
  }

  /** A connection is gone. */
  remove(socket: ServerSocket): void {
    const topics = this.#topics.get(socket);
    if (topics === undefined) return;
    this.#topics.delete(socket);
    for (const topic of topics) remove(this.#subscribers, topic, socket);
  }
}

function add<K, V>(map: Map<K, Set<V>>, key: K, value: V): void {
  const values = map.get(key);
  if (values === undefined) map.set(key, new Set([value]));
  else values.add(value);
}

function remove<K, V>(map: Map<K, Set<V>>, key: K, value: V): void {
  const values = map.get(key);
  if (values?.delete(value) && values.size === 0) map.delete(key);
}
