import { describe, expect, it } from "vitest";
import { acceptKey, base64, isKey } from "../../src/handshake/accept-key.ts";
import { filler, latin1 } from "../octets.ts";

describe("acceptKey (RFC 6455 section 1.3)", () => {
  it("answers the example", () => {
    expect(acceptKey("dGhlIHNhbXBsZSBub25jZQ==")).toBe("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
  });

  it("hashes the key as it was sent", () => {
    expect(acceptKey("dGhlIHNhbXBsZSBub25jZR==")).not.toBe(acceptKey("dGhlIHNhbXBsZSBub25jZQ=="));
  });
});

describe("base64 (RFC 4648 section 10)", () => {
  it.each([
    ["", ""],
    ["f", "Zg=="],
    ["fo", "Zm8="],
    ["foo", "Zm9v"],
    ["foob", "Zm9vYg=="],
    ["fooba", "Zm9vYmE="],
    ["foobar", "Zm9vYmFy"],
    ["\xfb\xff\xbf", "+/+/"],
  ])("%j", (text, encoded) => {
    expect(base64(latin1(text))).toBe(encoded);
  });

  it("uses all 64 characters as the platform does", () => {
    for (let length = 0; length < 260; length++)
      expect(base64(filler(length))).toBe(Buffer.from(filler(length)).toString("base64"));
  });
});

describe("isKey", () => {
  it.each<[string, boolean]>([
    ["dGhlIHNhbXBsZSBub25jZQ==", true],
    ["AAAAAAAAAAAAAAAAAAAAA/==", true],
    ["++++++++++++++++++++++==", true],
    ["dGhlIHNhbXBsZSBub25jZ===", false],
    ["dGhlIHNhbXBsZSBub25jZQ=", false],
    ["dGhlIHNhbXBsZSBub25jZQ", false],
    ["dGhlIHNhbXBsZSBub25jZQ==\n", false],
    [" dGhlIHNhbXBsZSBub25jZQ==", false],
    ["dGhlIHNhbXBsZSBub25jZQQ==", false],
    ["dGhlIHNhbXBsZSBub25j-_==", false],
    ["", false],
  ])("%j: %s", (key, valid) => {
    expect(isKey(key)).toBe(valid);
  });
});
