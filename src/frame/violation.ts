import { CloseCode } from "./close-code.ts";

export interface ViolationFacts {
  /** The code of the Close frame that answers it. */
  readonly code: number;
  /** The section of RFC 6455, or of the RFC that is named, that the peer broke. */
  readonly section: string;
  readonly message: string;
}

/** Stable names: the rows of {@link VIOLATIONS}. */
export type Violation =
  | "reserved-bit"
  | "reserved-opcode"
  | "fragmented-control"
  | "long-control"
  | "unexpected-continuation"
  | "interleaved-message"
  | "not-masked"
  | "masked"
  | "length-not-minimal"
  | "length-top-bit"
  | "message-too-big"
  | "too-many-fragments"
  | "invalid-utf8"
  | "invalid-deflate"
  | "short-close"
  | "invalid-close-code"
  | "invalid-close-reason";

const { PROTOCOL_ERROR, INVALID_PAYLOAD, MESSAGE_TOO_BIG } = CloseCode;
const row = (code: number, section: string, message: string): ViolationFacts => ({ code, section, message });

/**
 * Everything that a peer can do wrong once the connection is open. The table is closed: a rule without a row
 * cannot be enforced, and a close code is chosen nowhere else.
 */
export const VIOLATIONS: Readonly<Record<Violation, ViolationFacts>> = {
  "reserved-bit": row(PROTOCOL_ERROR, "5.2", "a reserved bit is set that no extension uses"),
  "reserved-opcode": row(PROTOCOL_ERROR, "5.2", "the opcode is reserved"),
  "fragmented-control": row(PROTOCOL_ERROR, "5.5", "a control frame is fragmented"),
  "long-control": row(PROTOCOL_ERROR, "5.5", "a control frame is longer than 125 bytes"),
  "unexpected-continuation": row(PROTOCOL_ERROR, "5.4", "a continuation frame came without an open message"),
  "interleaved-message": row(PROTOCOL_ERROR, "5.4", "a new message began inside a fragmented one"),
  "not-masked": row(PROTOCOL_ERROR, "5.1", "a frame from the client is not masked"),
  masked: row(PROTOCOL_ERROR, "5.1", "a frame from the server is masked"),
  "length-not-minimal": row(PROTOCOL_ERROR, "5.2", "the length is not in its shortest encoding"),
  "length-top-bit": row(PROTOCOL_ERROR, "5.2", "the top bit of a 64-bit length is set"),
  "message-too-big": row(MESSAGE_TOO_BIG, "7.4.1", "the message exceeds the size limit"),
  "too-many-fragments": row(MESSAGE_TOO_BIG, "7.4.1", "the message exceeds the limit on fragments"),
  "invalid-utf8": row(INVALID_PAYLOAD, "8.1", "a text message is not UTF-8"),
  "invalid-deflate": row(INVALID_PAYLOAD, "RFC 7692 7.2.2", "a compressed message cannot be inflated"),
  "short-close": row(PROTOCOL_ERROR, "5.5.1", "a close payload has one byte"),
  "invalid-close-code": row(PROTOCOL_ERROR, "7.4", "the close code must not be sent"),
  "invalid-close-reason": row(INVALID_PAYLOAD, "5.5.1", "the close reason is not UTF-8"),
};
