import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { sha1 } from "../../src/handshake/sha1.ts";
import { filler, latin1, toHex } from "../octets.ts";

const digest = (bytes: Uint8Array): string => toHex(sha1(bytes)).replaceAll(" ", "");

describe("SHA-1", () => {
  it.each<[string, string, string]>([
    ["abc", "abc", "a9993e364706816aba3e25717850c26c9cd0d89d"],
    [
      "two blocks",
      "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
      "84983e441c3bd26ebaae4aa1f95129e5e54670f1",
    ],
    ["a million times a", "a".repeat(1_000_000), "34aa973cd4c4daa4f61eeb2bdbad27316534016f"],
    ["80 digits, eight times", "01234567".repeat(80), "dea356a2cddd90c7a7ecedc5ebb563934f460452"],
    ["nothing", "", "da39a3ee5e6b4b0d3255bfef95601890afd80709"],
  ])("RFC 3174 section 7.3: %s", (_, text, expected) => {
    expect(digest(latin1(text))).toBe(expected);
  });

  it("agrees with OpenSSL at every length around the block's borders", () => {
    for (let length = 0; length < 260; length++) {
      const message = filler(length);
      expect(digest(message)).toBe(createHash("sha1").update(message).digest("hex"));
    }
  });

  it("leaves the message as it was", () => {
    const message = filler(100);
    sha1(message);
    expect(message).toEqual(filler(100));
  });
});
