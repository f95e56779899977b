/** Status codes of RFC 6455 section 7.4.1, by the names of its registry (IANA, section 11.7). */
export const CloseCode = {
  NORMAL_CLOSURE: 1000,
  GOING_AWAY: 1001,
  PROTOCOL_ERROR: 1002,
  UNSUPPORTED_DATA: 1003,
  /** Never on the wire: the peer's Close frame carried no code. */
  NO_STATUS_RECEIVED: 1005,
  /** Never on the wire: the transport ended without a Close frame. */
  ABNORMAL_CLOSURE: 1006,
  INVALID_PAYLOAD: 1007,
  POLICY_VIOLATION: 1008,
  MESSAGE_TOO_BIG: 1009,
  MANDATORY_EXTENSION: 1010,
  INTERNAL_ERROR: 1011,
  SERVICE_RESTART: 1012,
  TRY_AGAIN_LATER: 1013,
  BAD_GATEWAY: 1014,
} as const;

/**
 * Whether a Close frame may carry `code`: what the registry has defined (1000-1003, 1007-1014), and the ranges
 * for libraries (3000-3999) and applications (4000-4999). 1004, 1005, 1006 and 1015 must never be on the wire.
 */
export function isCloseCode(code: number): boolean {
  if (!Number.isInteger(code)) return false;
  if (code >= 3000) return code <= 4999;
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014);
}
