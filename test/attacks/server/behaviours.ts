import { setImmediate, setTimeout } from "node:timers/promises";
import type { Message, ServerOptions, ServerSocket } from "../../../src/index.ts";
import { command } from "./commands.ts";
import { watch } from "./memory.ts";

/* What a server under attack does with its connections. */

/** What its hooks have heard. */
export interface Counts {
  opened: number;
  messages: number;
  bytes: number;
  /** How many connections ended with which code. */
  closed: Record<number, number>;
  /** Messages out of their order. */
  disorder: number;
}

export interface How {
  /** Milliseconds that a hook takes; 0 for a turn of the event loop. */
  readonly delay?: number;
}

const wait = (delay = 0): Promise<unknown> => (delay === 0 ? setImmediate() : setTimeout(delay));

const echo = (socket: ServerSocket, message: Message): void => {
  if (socket.state === "open") void socket.send(message);
};

/** Messages begin with their number, as 32 bits. */
function note(counts: Counts, socket: ServerSocket, { bytes }: Message): void {
  const expected = (socket.data as number | undefined) ?? 0;
  const number = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0);
  if (number !== expected) counts.disorder++;
  socket.data = number + 1;
}

export type Behaviour = "silent" | "echo" | "streamingEcho" | "slow" | "stuck" | "thinking" | "obedient";

/** The hooks for each behaviour. */
export const behaviours: Readonly<Record<Behaviour, (counts: Counts, how: How) => ServerOptions>> = {
  silent: () => ({ message() {} }),
  echo: () => ({ message: echo }),
  streamingEcho: () => ({
    async stream(socket, message) {
      const sent = socket.sendStream(message, { type: message.type });
      // Where the peer is gone nobody minds.
      await sent.catch((error: unknown) => {
        if (socket.state === "open") throw error;
      });
    },
  }),
  /** Takes its time for each message. */
  slow: (counts, { delay }) => ({
    async message(socket, message) {
      note(counts, socket, message);
      await wait(delay);
    },
  }),
  /** Is never through with its first message. */
  stuck: () => ({ message: () => new Promise(() => {}) }),
  /** Takes its time for each handshake, then sends and subscribes. */
  thinking: (_, { delay }) => ({
    upgrade: async () => void (await wait(delay)),
    open(socket) {
      void socket.send("welcome");
      socket.subscribe("all");
    },
    message: echo,
  }),
  /** Does as its messages say. */
  obedient: () => ({ message: command }),
};

/** Counts what the hooks hear. */
export function counted(counts: Counts, hooks: ServerOptions): ServerOptions {
  const { open, message, close } = hooks;
  return {
    ...hooks,
    open(socket, request) {
      counts.opened++;
      watch(socket);
      return open?.(socket, request);
    },
    ...(message && {
      message(socket, received) {
        counts.messages++;
        counts.bytes += received.bytes.length;
        return message(socket, received);
      },
    }),
    close(socket, code, reason) {
      counts.closed[code] = (counts.closed[code] ?? 0) + 1;
      return close?.(socket, code, reason);
    },
  };
}
