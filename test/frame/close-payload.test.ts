import { describe, expect, it } from "vitest";
import { MAX_REASON_SIZE, parseClosePayload, serializeClosePayload } from "../../src/frame/close-payload.ts";
import { hex, toHex } from "../octets.ts";

describe("close payloads (RFC 6455 section 5.5.1)", () => {
  const both: [number, string, string][] = [
    [1005, "", ""],
    [1000, "", "03 e8"],
    [1000, "bye", "03 e8 62 79 65"],
    [1001, "é", "03 e9 c3 a9"],
    [4999, "€𝄞", "13 87 e2 82 ac f0 9d 84 9e"],
    [3000, "", "0b b8"],
  ];
  it.each(both)("%i %j", (code, reason, octets) => {
    expect(parseClosePayload(hex(octets))).toEqual({ code, reason });
    expect(toHex(serializeClosePayload(code, reason))).toBe(octets);
  });

  it("has no reason where none is given", () => {
    expect(toHex(serializeClosePayload(1000))).toBe("03 e8");
  });

  it.each([
    ["one octet", "03", "short-close"],
    ["a code of zero", "00 00", "invalid-close-code"],
    ["999", "03 e7", "invalid-close-code"],
    ["1004", "03 ec", "invalid-close-code"],
    ["1005", "03 ed", "invalid-close-code"],
    ["1006", "03 ee", "invalid-close-code"],
    ["1015", "03 f7", "invalid-close-code"],
    ["2999", "0b b7", "invalid-close-code"],
    ["5000", "13 88", "invalid-close-code"],
    ["a wrong code before a wrong reason", "03 ed ff", "invalid-close-code"],
    ["a reason that is not UTF-8", "03 e8 ff", "invalid-close-reason"],
    ["a reason that ends inside a character", "03 e8 61 e2 82", "invalid-close-reason"],
  ])("refuses %s", (_, octets, violation) => {
    expect(parseClosePayload(hex(octets))).toBe(violation);
  });

  it("leaves 123 octets to the reason", () => {
    expect(MAX_REASON_SIZE).toBe(123);
    expect(serializeClosePayload(1000, "x".repeat(MAX_REASON_SIZE))).toHaveLength(125);
  });
});
