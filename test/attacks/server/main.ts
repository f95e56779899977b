import { subscribe } from "node:diagnostics_channel";
import { Session } from "node:inspector/promises";
import type { Socket } from "node:net";
import { setImmediate, setTimeout } from "node:timers/promises";
import { prepare, type ServerOptions, type ServerStats, WebSocketServer } from "../../../src/index.ts";
import { answer } from "../answer.ts";
import { type Behaviour, behaviours, counted, type Counts, type How } from "./behaviours.ts";
import { figures, mark } from "./memory.ts";

/* A server, and nothing else, in a process of its own. No error hook, no error listener: it has to survive without. */

const counts: Counts = { opened: 0, messages: 0, bytes: 0, closed: {}, disorder: 0 };
let server = new WebSocketServer();
const profiler = new Session();

/** Sockets that were accepted. */
const accepted = new Set<Socket>();
subscribe("net.server.socket", (message) => {
  const { socket } = message as { socket: Socket };
  accepted.add(socket);
  socket.once("close", () => accepted.delete(socket));
});

/** Octets that were read from the sockets that are there. */
const octetsRead = (): number => [...accepted].reduce((sum, socket) => sum + socket.bytesRead, 0);

export interface ServerMethods {
  /** Starts; returns the port. */
  start(behaviour: Behaviour, options?: Partial<ServerOptions>, how?: How): Promise<number>;
  readonly mark: typeof mark;
  readonly figures: typeof figures;
  counts(): Counts & { readonly stats: ServerStats };
  /** Resolves when no connection is left. */
  idle(): Promise<void>;
  /** Resolves when so many connections are open. */
  open(count: number): Promise<void>;
  /** Resolves when so many messages have come. */
  messages(count: number): Promise<void>;
  /** Resolves when nothing has been read for a while. */
  still(): Promise<void>;
  /** The sockets from one number to another. */
  subscribe(topic: string, from: number, to: number): void;
  /** Publishes messages of a size, each with its number in front. Returns how many were taken in all. */
  publish(topic: string, count: number, size: number): Promise<number>;
  /** Sends to the one client, whatever send says about waiting; returns what became of it. */
  flood(count: number, size: number): Flooded;
  close(): Promise<unknown>;
  /** Octets that were read from the sockets that are there. */
  octetsRead(): number;
  /** Resolves when they are so many. */
  read(count: number): Promise<void>;
  /** Counts from now on how often each block of the sources is run. */
  countSteps(): Promise<void>;
  /** Blocks that were run since it was asked the last time. */
  steps(): Promise<number>;
}

export interface Flooded {
  /** Messages that were sent before anything stopped it. */
  readonly sent: number;
  /** The code of what `send` threw. */
  readonly error: string | undefined;
  /** Octets that waited at the most. */
  readonly buffered: number;
}

async function until(done: () => boolean): Promise<void> {
  while (!done()) await setTimeout(2);
}

function flood(count: number, size: number): Flooded {
  const [socket] = server.sockets;
  let [sent, buffered] = [0, 0];
  try {
    for (; sent < count && socket!.state === "open"; sent++) {
      void socket!.send(Buffer.alloc(size, sent));
      buffered = Math.max(buffered, socket!.bufferedAmount);
    }
    return { sent, error: undefined, buffered };
  } catch (error) {
    return { sent, error: (error as { code: string }).code, buffered };
  }
}

async function publish(topic: string, count: number, size: number): Promise<number> {
  let taken = 0;
  for (let number = 0; number < count; number++) {
    const bytes = Buffer.alloc(size);
    bytes.writeUInt32BE(number);
    taken += server.publish(topic, prepare(bytes));
    if (number % 16 === 0) await setImmediate();
  }
  return taken;
}

const methods: ServerMethods = {
  async start(behaviour, options = {}, how = {}) {
    server = new WebSocketServer(counted(counts, { ...options, ...behaviours[behaviour](counts, how) }));
    const { port } = await server.listen({ port: 0, host: "127.0.0.1", backlog: 4096 });
    return port;
  },
  mark,
  figures,
  counts: () => ({ ...counts, stats: server.stats() }),
  idle: () => until(() => server.sockets.size === 0 && server.stats().handshakes === 0),
  open: (count) => until(() => server.sockets.size >= count),
  messages: (count) => until(() => counts.messages >= count),
  async still() {
    for (let before = -1; before !== octetsRead();) {
      before = octetsRead();
      await setTimeout(300);
    }
  },
  subscribe(topic, from, to) {
    for (const socket of [...server.sockets].slice(from, to)) socket.subscribe(topic);
  },
  publish,
  flood,
  close: () => server.close(),
  octetsRead,
  read: (count) => until(() => octetsRead() >= count),
  async countSteps() {
    profiler.connect();
    await profiler.post("Profiler.enable");
    await profiler.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
  },
  async steps() {
    const { result } = await profiler.post("Profiler.takePreciseCoverage");
    return result
      .filter(({ url }) => url === import.meta.url)
      .flatMap(({ functions }) => functions.flatMap(({ ranges }) => ranges))
      .reduce((sum, { count }) => sum + count, 0);
  },
};

answer(methods);
