import type { Context } from "./context.ts";

/** Counted since the connection was opened, or since the server was made. */
export interface TrafficStats {
  readonly messagesReceived: number;
  /** Octets of frames, compressed where the connection is, before TLS; the handshake is not counted. */
  readonly bytesReceived: number;
  /** Messages that `send`, `sendStream`, `publish` and `broadcast` have taken. */
  readonly messagesSent: number;
  /** Octets of frames that were handed to the transport. */
  readonly bytesSent: number;
  /** Messages that were not sent, because more waited than {@link ServerOptions.maxBuffered}. */
  readonly messagesDropped: number;
  /** Bytes that wait to be handed to the system, now. */
  readonly buffered: number;
}

/** What {@link ServerSocket.stats} tells. */
export interface SocketStats extends TrafficStats {
  /** Milliseconds from the last answered Ping of the heartbeat to its Pong; undefined before the first. */
  readonly latency: number | undefined;
  /** Bytes of messages without compression; undefined where the connection is not compressed. */
  readonly compression: PayloadStats | undefined;
}

/** Bytes of messages as applications have them: beside `bytesReceived` and `bytesSent` they tell what compression saves. */
export interface PayloadStats {
  readonly payloadReceived: number;
  readonly payloadSent: number;
}

/** What {@link WebSocketServer.stats} tells: of all connections, those that are over included. */
export interface ServerStats extends TrafficStats {
  /** Connections that are open or closing, now. */
  readonly connections: number;
  /** Handshakes under way, now. */
  readonly handshakes: number;
  /** Connections that were opened. */
  readonly opened: number;
  /** Handshakes that were refused, by status. */
  readonly refused: Readonly<Record<number, number>>;
  /** Connections that are over, by close code. */
  readonly closed: Readonly<Record<number, number>>;
  /** How often more waited for a peer than {@link ServerOptions.maxBuffered}. */
  readonly overflows: number;
  /** Peers that were given up because they were silent, or took nothing of their output. */
  readonly heartbeatTimeouts: number;
  /** How often a peer was past {@link ServerOptions.rateLimit}. */
  readonly rateLimited: number;
  /** Bytes that connections may hold for context takeover, of the budget for it. */
  readonly takeoverBytes: number;
  /** Of the compressed connections alone; undefined where the server does not compress. */
  readonly compression: (PayloadStats & Pick<TrafficStats, "bytesReceived" | "bytesSent">) | undefined;
}

const TRAFFIC = [
  "messagesReceived",
  "bytesReceived",
  "messagesSent",
  "bytesSent",
  "messagesDropped",
] as const;
const COMPRESSED = ["bytesReceived", "bytesSent", "payloadReceived", "payloadSent"] as const;

type Sums<Names extends readonly string[]> = Record<Names[number], number>;
const zeros = <const Names extends readonly string[]>(names: Names): Sums<Names> =>
  Object.fromEntries(names.map((name) => [name, 0])) as Sums<Names>;

/** Adds up connections. */
class Totals {
  readonly traffic: Sums<typeof TRAFFIC> = zeros(TRAFFIC);
  readonly compressed: Sums<typeof COMPRESSED> = zeros(COMPRESSED);

  add(stats: SocketStats): void {
    for (const name of TRAFFIC) this.traffic[name] += stats[name];
    if (stats.compression === undefined) return;
    const compressed = { ...stats, ...stats.compression };
    for (const name of COMPRESSED) this.compressed[name] += compressed[name];
  }
}

/** What a server counts beside the traffic of the connections that are there. */
export class Tally {
  readonly #past: Totals = new Totals();
  readonly #refused: Record<number, number> = {};
  readonly #closed: Record<number, number> = {};
  opened = 0;
  overflows = 0;
  heartbeatTimeouts = 0;
  rateLimited = 0;

  refused(status: number): void {
    this.#refused[status] = (this.#refused[status] ?? 0) + 1;
  }

  closed(code: number): void {
    this.#closed[code] = (this.#closed[code] ?? 0) + 1;
  }

  /** A connection is gone. */
  gone(stats: SocketStats): void {
    this.#past.add(stats);
  }

  stats({ sockets, handshakes, compression }: Context): ServerStats {
    const totals = new Totals();
    Object.assign(totals.traffic, this.#past.traffic);
    Object.assign(totals.compressed, this.#past.compressed);
    let buffered = 0;
    for (const socket of sockets) {
      const stats = socket.stats();
      totals.add(stats);
      buffered += stats.buffered;
    }
    const { opened, overflows, heartbeatTimeouts, rateLimited } = this;
    return {
      ...totals.traffic,
      buffered,
      connections: sockets.size,
      handshakes,
      opened,
      refused: { ...this.#refused },
      closed: { ...this.#closed },
      overflows,
      heartbeatTimeouts,
      rateLimited,
      takeoverBytes: compression?.takeoverBytes ?? 0,
      compression: compression && totals.compressed,
    };
  }
}
