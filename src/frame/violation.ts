import { CloseCode } from "./close-code.ts";

export interface ViolationFacts {
  /** The code of the Close frame that answers it. */
  readonly code: number;
  /** The section of RFC 6455 that the peer broke. */
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
  | "short-close"
  | "invalid-close-code"
  | "invalid-close-reason";

const { PROTOCOL_ERROR, INVALID_PAYLOAD, MESSAGE_TOO_BIG } = CloseCode;

/**
 * Everything that a peer can do wrong once the connection is open. The table is closed: a rule without a row
 * cannot be enforced, and a close code is chosen nowhere else.
 */
export const VIOLATIONS: Readonly<Record<Violation, ViolationFacts>> = {
  "reserved-bit": {
    code: PROTOCOL_ERROR,
    section: "5.2",
    message: "a reserved bit is set that no extension uses",
  },
  "reserved-opcode": { code: PROTOCOL_ERROR, section: "5.2", message: "the opcode is reserved" },
  "fragmented-control": { code: PROTOCOL_ERROR, section: "5.5", message: "a control frame is fragmented" },
  "long-control": {
    code: PROTOCOL_ERROR,
    section: "5.5",
    message: "a control frame is longer than 125 bytes",
  },
  "unexpected-continuation": {
    code: PROTOCOL_ERROR,
    section: "5.4",
    message: "a continuation frame came while no message was open",
  },
  "interleaved-message": {
    code: PROTOCOL_ERROR,
    section: "5.4",
    message: "a new message began inside a fragmented one",
  },
  "not-masked": { code: PROTOCOL_ERROR, section: "5.1", message: "a frame from the client is not masked" },
  masked: { code: PROTOCOL_ERROR, section: "5.1", message: "a frame from the server is masked" },
  "length-not-minimal": {
    code: PROTOCOL_ERROR,
    section: "5.2",
    message: "the length is not in its shortest encoding",
  },
  "length-top-bit": {
    code: PROTOCOL_ERROR,
    section: "5.2",
    message: "the top bit of a 64-bit length is set",
  },
  "message-too-big": {
    code: MESSAGE_TOO_BIG,
    section: "7.4.1",
    message: "the message exceeds the size limit",
  },
  "too-many-fragments": {
    code: MESSAGE_TOO_BIG,
    section: "7.4.1",
    message: "the message exceeds the limit on fragments",
  },
  "invalid-utf8": { code: INVALID_PAYLOAD, section: "8.1", message: "a text message is not UTF-8" },
  "short-close": { code: PROTOCOL_ERROR, section: "5.5.1", message: "a close payload has one byte" },
  "invalid-close-code": { code: PROTOCOL_ERROR, section: "7.4", message: "the close code must not be sent" },
  "invalid-close-reason": {
    code: INVALID_PAYLOAD,
    section: "5.5.1",
    message: "the close reason is not UTF-8",
  },
};
