import { describe, expect, it } from "vitest";
import { isCloseCode } from "../../src/frame/close-code.ts";
import { VIOLATIONS } from "../../src/frame/violation.ts";

describe("the closed table of violations", () => {
  it("answers each with its code", () => {
    expect(Object.entries(VIOLATIONS).map(([name, { code }]) => [name, code])).toEqual([
      ["reserved-bit", 1002],
      ["reserved-opcode", 1002],
      ["fragmented-control", 1002],
      ["long-control", 1002],
      ["unexpected-continuation", 1002],
      ["interleaved-message", 1002],
      ["not-masked", 1002],
      ["masked", 1002],
      ["length-not-minimal", 1002],
      ["length-top-bit", 1002],
      ["message-too-big", 1009],
      ["too-many-fragments", 1009],
      ["invalid-utf8", 1007],
      ["invalid-deflate", 1007],
      ["short-close", 1002],
      ["invalid-close-code", 1002],
      ["invalid-close-reason", 1007],
    ]);
  });

  it.each(Object.entries(VIOLATIONS))("%s can be said in a Close frame", (_, { code, section, message }) => {
    expect(isCloseCode(code)).toBe(true);
    expect(section).toMatch(/^(RFC 7692 )?\d+(\.\d+)*$/);
    expect(message.length).toBeLessThanOrEqual(123);
    expect(message).toMatch(/^[\x20-\x7e]+$/);
  });
});
