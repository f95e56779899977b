import { describe, expect, it } from "vitest";
import { isControl, isReserved, Opcode } from "../../src/frame/opcode.ts";

const all = Array.from({ length: 16 }, (_, opcode) => opcode);

describe("opcodes (RFC 6455 section 5.2)", () => {
  it("has the values of the registry", () => {
    expect(Opcode).toEqual({ CONTINUATION: 0, TEXT: 1, BINARY: 2, CLOSE: 8, PING: 9, PONG: 10 });
  });

  it("takes those from 8 on for control frames, in a whole first octet too", () => {
    expect(all.filter(isControl)).toEqual([8, 9, 10, 11, 12, 13, 14, 15]);
    expect([isControl(0x89), isControl(0xf2)]).toEqual([true, false]);
  });

  it("reserves 3 to 7 and 11 to 15", () => {
    expect(all.filter(isReserved)).toEqual([3, 4, 5, 6, 7, 11, 12, 13, 14, 15]);
  });
});
