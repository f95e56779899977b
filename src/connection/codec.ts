/*
 * Compression as the connection knows it (RFC 7692 section 6): what stands behind RSV1, and nothing of how it is done.
 */

/** The receiving side: one message at a time. */
export interface MessageInflater {
  /** The next piece of a message, which must stay as it is until it is read; `last` where the message ends with it. */
  push(piece: Uint8Array, last: boolean): void;
  /** The next octets of output, a view until the next call, empty after much work without any; undefined when all that was pushed is used up. */
  read(): Uint8Array | undefined;
  /** Of what was pushed of the message, the octets that were taken up. */
  readonly taken: number;
  /** Another one that goes on from here, in the middle of a message: it has what was pushed to this one. */
  copy(): MessageInflater;
  /** Of the octets that were read, the OR; more bits may be set, but below 0x80 all of them are ASCII. */
  readonly seen: number;
  /** Why nothing more will come. */
  readonly error: string | undefined;
  /** Gives all memory back, in the middle of a message too; nothing may be done with it afterwards. */
  release(): void;
}

/** The sending side: one message at a time. */
export interface MessageDeflater {
  /** What to send for a piece: a view until the next call. `last` where the message ends with it. */
  deflate(piece: Uint8Array, last: boolean): Uint8Array;
  /** Gives all memory back, in the middle of a message too; nothing may be done with it afterwards. */
  release(): void;
}

/** What both sides have agreed to; connections may share it. */
export interface MessageCodec {
  /** Messages of fewer octets go out as they are; those sent in fragments are always deflated. */
  readonly threshold: number;
  /** Codecs with the same number give the same octets for the same whole message; undefined under takeover. */
  readonly shareable: number | undefined;
  /** Lends what a message is inflated with, unless the connection still has it. */
  takeInflater(): MessageInflater;
  /** A message has ended well. Returns what the connection goes on holding: with context takeover the same. */
  giveInflater(inflater: MessageInflater): MessageInflater | undefined;
  /** As {@link takeInflater}, for sending. */
  takeDeflater(): MessageDeflater;
  /** As {@link giveInflater}, for sending. */
  giveDeflater(deflater: MessageDeflater): MessageDeflater | undefined;
}
