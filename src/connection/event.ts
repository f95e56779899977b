import type { Violation } from "../frame/violation.ts";

/** What a message is, by the opcode of its first frame (RFC 6455 section 5.6). */
export type MessageKind = "text" | "binary";

/** Whole messages, or their pieces as they arrive. */
export type Delivery = "messages" | "pieces";

/** A whole message. The octets of a text are valid UTF-8. */
export interface MessageEvent {
  readonly type: "message";
  readonly kind: MessageKind;
  readonly bytes: Uint8Array;
  /**
   * Octets in front of these, in the same memory, that belong to nobody: a header can be written there, where the
   * message is sent on. Absent where there are none.
   */
  readonly room?: number;
}

/**
 * A piece of a message, as it arrived: pieces are not frames. A text's piece may end inside a character, but never
 * holds an octet from which no valid text could be reached.
 */
export interface PieceEvent {
  readonly type: "piece";
  readonly kind: MessageKind;
  readonly bytes: Uint8Array;
  /** Whether the message ends with this piece, which may be empty. */
  readonly last: boolean;
}

/** A Ping (its Pong is already in the output) or a Pong; 0 to 125 octets. */
export interface ControlEvent {
  readonly type: "ping" | "pong";
  readonly bytes: Uint8Array;
}

/** The WebSocket connection is over: no event comes after this one. */
export interface CloseEvent {
  readonly type: "close";
  /**
   * The peer's code, or 1005 where its Close frame had none; 1006 where the transport ended without one; where the
   * peer broke a rule, the code it was answered with.
   */
  readonly code: number;
  readonly reason: string;
  /** Whether both Close frames were exchanged. */
  readonly clean: boolean;
  /** Whether a message was cut off in the middle. */
  readonly messageCut: boolean;
  /** The rule that the peer broke, where that is why. */
  readonly violation: Violation | undefined;
}

export type ConnectionEvent = MessageEvent | PieceEvent | ControlEvent | CloseEvent;
