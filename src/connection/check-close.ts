import { CloseCode, isCloseCode } from "../frame/close-code.ts";
import { MAX_REASON_SIZE } from "../frame/close-payload.ts";
import { utf8Length } from "../frame/text.ts";
import { MisuseError } from "./misuse.ts";

/** Throws {@link MisuseError} where a Close frame cannot carry this code or reason. */
export function checkClose(code: number, reason: string): void {
  if (code !== CloseCode.NO_STATUS_RECEIVED && !isCloseCode(code)) {
    throw new MisuseError("ERR_INVALID_CLOSE_CODE", `a Close frame cannot carry the code ${code}`);
  }
  if (code === CloseCode.NO_STATUS_RECEIVED && reason !== "") {
    throw new MisuseError("ERR_INVALID_CLOSE_CODE", "a reason needs a code");
  }
  if (utf8Length(reason) > MAX_REASON_SIZE) {
    throw new MisuseError(
      "ERR_CLOSE_REASON_TOO_LONG",
      `a close reason has at most ${MAX_REASON_SIZE} octets`,
    );
  }
}
