import { describe, expect, it } from "vitest";
import { CloseCode, isCloseCode } from "../../src/frame/close-code.ts";

describe("close codes (RFC 6455 section 7.4)", () => {
  it("may be on the wire: 1000-1003, 1007-1014, 3000-4999, and no other of all there are", () => {
    const allowed = Array.from({ length: 65536 }, (_, code) => code).filter(isCloseCode);
    const ranges: [number, number][] = [];
    for (const code of allowed) {
      const last = ranges.at(-1);
      if (last?.[1] === code - 1) last[1] = code;
      else ranges.push([code, code]);
    }
    expect(ranges).toEqual([
      [1000, 1003],
      [1007, 1014],
      [3000, 4999],
    ]);
  });

  it("are whole numbers", () => {
    expect([1000.5, 3000.5, Number.NaN, Infinity, -1000].filter(isCloseCode)).toEqual([]);
  });

  it("have the names and values of the registry", () => {
    expect(CloseCode).toEqual({
      NORMAL_CLOSURE: 1000,
      GOING_AWAY: 1001,
      PROTOCOL_ERROR: 1002,
      UNSUPPORTED_DATA: 1003,
      NO_STATUS_RECEIVED: 1005,
      ABNORMAL_CLOSURE: 1006,
      INVALID_PAYLOAD: 1007,
      POLICY_VIOLATION: 1008,
      MESSAGE_TOO_BIG: 1009,
      MANDATORY_EXTENSION: 1010,
      INTERNAL_ERROR: 1011,
      SERVICE_RESTART: 1012,
      TRY_AGAIN_LATER: 1013,
      BAD_GATEWAY: 1014,
    });
  });
});
