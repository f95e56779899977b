import { createClient } from "@redis/client";

/** Milliseconds without a sign of life after which a connection to Redis is given up and made anew. */
const SILENCE = 8000;
/** Milliseconds between two attempts to reconnect, at most. */
const LONGEST_DELAY = 1000;

export type Client = ReturnType<typeof makeClient>;

/** A client that rejects while Redis is away instead of keeping requests back: their senders know better. */
export function makeClient(url: string) {
  const client = createClient({
    url,
    RESP: 2,
    disableOfflineQueue: true,
    socket: {
      connectTimeout: SILENCE,
      socketTimeout: SILENCE,
      reconnectStrategy: (retries) =>
        Math.min(50 * 2 ** Math.min(retries, 10), LONGEST_DELAY) * (0.5 + Math.random() / 2),
    },
  });
  // What it says is seen in the state of its connection; a listener keeps the process alive.
  return client.on("error", () => {});
}
