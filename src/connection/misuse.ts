/** Stable codes of {@link MisuseError}. */
export type MisuseCode =
  | "ERR_INVALID_OPTION"
  | "ERR_INVALID_DATA"
  | "ERR_INVALID_CLOSE_CODE"
  | "ERR_CLOSE_REASON_TOO_LONG"
  | "ERR_CONTROL_TOO_LONG"
  | "ERR_NOT_OPEN"
  | "ERR_CLOSING"
  | "ERR_MESSAGE_OPEN"
  | "ERR_BUFFER_FULL"
  | "ERR_HAS_HANDLER"
  | "ERR_INPUT_PENDING"
  | "ERR_NO_MASKING_KEY";

/** Thrown when this library is used in a way it cannot serve. What a peer does is never thrown. */
export class MisuseError extends Error {
  readonly code: MisuseCode;

  constructor(code: MisuseCode, message: string) {
    super(message);
    this.name = "MisuseError";
    this.code = code;
  }
}
