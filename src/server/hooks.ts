import type { Message } from "./message.ts";
import type { MessageStream } from "./message-stream.ts";
import type { UpgradeRequest } from "./request.ts";
import type { ServerSocket } from "./socket.ts";

/** What an upgrade hook may answer: nothing (accept), additions to the 101 and data for the socket, or a refusal. */
export type UpgradeAnswer<Data = unknown> =
  | {
      /** One of those on offer. */
      readonly subprotocol?: string;
      readonly headers?: Readonly<Record<string, string>>;
      /** Becomes {@link ServerSocket.data}. */
      readonly data?: Data;
    }
  | {
      /** 300 to 599. */
      readonly status: number;
      /** Default `"Refused"`; sent as plain text. */
      readonly body?: string;
      readonly headers?: Readonly<Record<string, string>>;
    };

/**
 * What the application does. Each hook may return a promise. The messages of a connection are handed out in order, the
 * next one when the promise of the one before is fulfilled, the first one when that of `open` is; meanwhile the
 * transport is read ahead by {@link ServerOptions.readAhead} and then no more. A hook that throws or rejects closes its
 * connection with 1011 (500 before that).
 *
 * With neither `message` nor `stream`, messages wait for `for await (const message of socket)`.
 */
export interface ServerHooks<Data = unknown> {
  /** A handshake is correct and its origin allowed: accept or refuse it. */
  upgrade?(request: UpgradeRequest): UpgradeAnswer<Data> | void | Promise<UpgradeAnswer<Data> | void>;
  /** A connection is open. */
  open?(socket: ServerSocket<Data>, request: UpgradeRequest): unknown;
  /** A whole message has arrived. */
  message?(socket: ServerSocket<Data>, message: Message): unknown;
  /** A message has begun to arrive; instead of `message`. What the hook has not begun to read when it is through is thrown away. */
  stream?(socket: ServerSocket<Data>, message: MessageStream): unknown;
  /**
   * A connection is over, and its messages have been handled. `code` is the peer's, 1005 where it gave none, 1006 where
   * the transport ended without a Close frame, or the code by which a violation was answered.
   */
  close?(socket: ServerSocket<Data>, code: number, reason: string): unknown;
  /**
   * A hook has failed. Default: a warning on stderr. Not told is a hook that failed by ERR_NOT_OPEN or ERR_MESSAGE_CUT
   * because its peer had gone.
   */
  error?(error: unknown, socket: ServerSocket<Data> | undefined): void;
}
