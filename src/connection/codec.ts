/*
 * Compression as the connection knows it (RFC 7692 section 6): what stands behind RSV1, and nothing of how it is done.
 */

/** The receiving side, one for a connection. */
export interface MessageInflater {
  /** The next piece of a message, which must stay as it is until it is read; `last` where the message ends with it. */
  push(piece: Uint8Array, last: boolean): void;
  /** The next octets of output, a view until the next call; undefined when all that was pushed is used up. */
  read(): Uint8Array | undefined;
  /** Why nothing more will come. */
  readonly error: string | undefined;
  /** Gives all memory back, in the middle of a message too. */
  release(): void;
}

/** The sending side, one for a connection. */
export interface MessageDeflater {
  /** What to send for a piece: a view until the next call. `last` where the message ends with it. */
  deflate(piece: Uint8Array, last: boolean): Uint8Array;
  /** Deflaters with the same number give the same octets for the same whole message; undefined under takeover. */
  readonly shareable: number | undefined;
  /** Gives all memory back. */
  release(): void;
}

/** What both sides have agreed to. */
export interface MessageCodec {
  readonly inflater: MessageInflater;
  readonly deflater: MessageDeflater;
  /** Messages of fewer octets go out as they are; those sent in fragments are always deflated. */
  readonly threshold: number;
}
