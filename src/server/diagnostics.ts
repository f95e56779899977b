import { type Channel, channel } from "node:diagnostics_channel";
import type { Context } from "./context.ts";
import type { UpgradeRequest } from "./request.ts";
import type { WebSocketServer } from "./server.ts";
import type { ServerSocket } from "./socket.ts";

/*
 * What happens, for whoever subscribes with node:diagnostics_channel. Where nobody does, nothing is made. Subscribers are
 * called at once, in the middle of the work; what they throw is reported by Node as an uncaught exception.
 */

/** What all of them have. */
export interface Diagnostic {
  readonly server: WebSocketServer;
}

/** A handshake is accepted; the connection is about to be open. */
export interface UpgradeDiagnostic extends Diagnostic {
  readonly request: UpgradeRequest;
  readonly subprotocol: string | undefined;
  /** Whether compression was agreed on. */
  readonly compressed: boolean;
}

/** A handshake is refused, or never came. */
export interface RefuseDiagnostic extends Diagnostic {
  readonly status: number;
  /** What the peer is told: the body. */
  readonly reason: string;
  /** Undefined on a unix socket. */
  readonly remoteAddress: string | undefined;
}

/** A connection is open: before the `open` hook. */
export interface OpenDiagnostic extends Diagnostic {
  readonly socket: ServerSocket;
  readonly request: UpgradeRequest;
}

/** A connection is over, and its messages have been handled: before the `close` hook. */
export interface CloseDiagnostic extends Diagnostic {
  readonly socket: ServerSocket;
  /** As the `close` hook is told. */
  readonly code: number;
  readonly reason: string;
  /** Whether both Close frames were exchanged. */
  readonly clean: boolean;
  /** The rule that the peer broke, where that is why; the names are those of `handfast/core`'s `VIOLATIONS`. */
  readonly violation: string | undefined;
}

/** A hook has failed, or a listener has. */
export interface ErrorDiagnostic extends Diagnostic {
  readonly error: unknown;
  readonly socket: ServerSocket | undefined;
}

/** A peer is given up by the heartbeat. */
export interface TimeoutDiagnostic extends Diagnostic {
  readonly socket: ServerSocket;
  /** It was silent after a Ping, or took nothing of its output. */
  readonly cause: "silent" | "stalled";
}

/** More waits for a peer than `maxBuffered`. */
export interface OverflowDiagnostic extends Diagnostic {
  readonly socket: ServerSocket;
  /** Bytes that wait. */
  readonly buffered: number;
  readonly whenFull: "close" | "wait" | "drop";
}

/** A peer is past its `rateLimit`. */
export interface RateLimitDiagnostic extends Diagnostic {
  readonly socket: ServerSocket;
}

/** The payloads of the channels, by their names. */
export interface Diagnostics {
  readonly "handfast:upgrade": UpgradeDiagnostic;
  readonly "handfast:refuse": RefuseDiagnostic;
  readonly "handfast:open": OpenDiagnostic;
  readonly "handfast:close": CloseDiagnostic;
  readonly "handfast:error": ErrorDiagnostic;
  readonly "handfast:timeout": TimeoutDiagnostic;
  readonly "handfast:overflow": OverflowDiagnostic;
  readonly "handfast:rate-limit": RateLimitDiagnostic;
}

const channels: { [Name in keyof Diagnostics]?: Channel } = {};

/** Tells subscribers, where there are any, what `describe` gives. */
export function tell<Name extends keyof Diagnostics>(
  { server }: Context,
  name: Name,
  describe: () => Omit<Diagnostics[Name], "server">,
): void {
  const to = (channels[name] ??= channel(name));
  if (to.hasSubscribers) to.publish({ server, ...describe() });
}
