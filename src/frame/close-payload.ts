import { CloseCode, isCloseCode } from "./close-code.ts";
import { decodeUtf8, utf8Length, writeUtf8 } from "./text.ts";
import { isUtf8 } from "./utf8.ts";
import type { Violation } from "./violation.ts";

/** The longest reason: a control frame's 125 octets less the code (RFC 6455 section 5.5). */
export const MAX_REASON_SIZE = 123;

export interface ClosePayload {
  /** 1005 where the payload is empty. */
  readonly code: number;
  readonly reason: string;
}

/** Reads the payload of a Close frame (section 5.5.1); the name of the violation where it must not be. */
export function parseClosePayload(payload: Uint8Array): ClosePayload | Violation {
  if (payload.length === 0) return { code: CloseCode.NO_STATUS_RECEIVED, reason: "" };
  if (payload.length === 1) return "short-close";
  const code = (payload[0]! << 8) | payload[1]!;
  if (!isCloseCode(code)) return "invalid-close-code";
  const reason = payload.subarray(2);
  return isUtf8(reason) ? { code, reason: decodeUtf8(reason) } : "invalid-close-reason";
}

/**
 * The payload of a Close frame; empty for 1005, which stands for the absence of a code. `reason` must not be
 * longer than {@link MAX_REASON_SIZE} octets.
 */
export function serializeClosePayload(code: number, reason = ""): Uint8Array {
  if (code === CloseCode.NO_STATUS_RECEIVED) return new Uint8Array(0);
  const payload = new Uint8Array(2 + utf8Length(reason));
  payload[0] = code >>> 8;
  payload[1] = code;
  writeUtf8(reason, payload, 2);
  return payload;
}
