import { describe, expect, it } from "vitest";
import { plainPlatform } from "../../src/connection/platform.ts";
import { toHex } from "../octets.ts";

describe("plainPlatform", () => {
  it("is plain JavaScript", () => {
    expect(plainPlatform.allocate(3)).toEqual(new Uint8Array(3));
    expect(plainPlatform.utf8Length("a€")).toBe(4);
    const target = plainPlatform.allocate(5);
    plainPlatform.writeUtf8("a€", target, 1);
    expect(toHex(target)).toBe("00 61 e2 82 ac");
  });
});
