import { Buffer } from "node:buffer";
import { describe, expect, it } from "vitest";
import { plainPlatform } from "../../src/connection/platform.ts";
import { decodeUtf8, nodePlatform } from "../../src/server/node-platform.ts";

/* Texts are encoded and decoded in several ways, by their length and by what is in them. */

const K = 1024;
/** One to four octets a character, and U+FEFF, which is a byte order mark nowhere but at the beginning. */
const CHARACTERS = ["a", "ü", "東", "🦊", "\ufeff"];
/** Around the lengths where the ways part. */
const LENGTHS = [0, 1, 85, 86, 128, 255, 256, 511, 512, 513, K, 64 * K - 1, 64 * K, 64 * K + 1, 128 * K];
const texts = LENGTHS.flatMap((length) =>
  [...CHARACTERS, "aü東🦊\ufeff"].map((unit) =>
    unit.repeat(Math.ceil(length / unit.length)).slice(0, length),
  ),
);
/** What is not Latin-1 comes late, or early and alone, or there is very much of it. */
texts.push(`${"ü".repeat(600)}東`, `東${"ü".repeat(600)}`, `${"a".repeat(64 * K - 1)}東`);
texts.push("東".repeat(K * K), "東".repeat(K * K + 1));

describe("the platform's coder", () => {
  it("encodes as TextEncoder does, lone surrogates included", () => {
    const halves = texts.flatMap((whole) => [`${whole}\ud83e`, `\udd8a${whole}`]);
    for (const text of texts.concat(halves)) {
      const bytes = nodePlatform.encodeUtf8(text, 0);
      expect(Buffer.compare(bytes, new TextEncoder().encode(text))).toBe(0);
    }
  });

  it("leaves the room that was asked for, in memory that nobody else has", () => {
    for (const text of texts.filter(({ length }) => length > K)) {
      const first = nodePlatform.encodeUtf8(text, 14);
      const room = new Uint8Array(first.buffer, first.byteOffset - 14, 14).fill(1);
      const second = nodePlatform.encodeUtf8("z".repeat(text.length), 14);
      new Uint8Array(second.buffer, second.byteOffset - 14, 14).fill(2);
      expect(room).toEqual(new Uint8Array(14).fill(1));
      expect(Buffer.compare(first, new TextEncoder().encode(text))).toBe(0);
    }
  });

  it("gives texts back as they were, with a byte order mark at the beginning", () => {
    const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
    for (const text of texts) {
      for (const whole of [text, `\ufeff${text}`, `${text}.`]) {
        const octets = plainPlatform.encodeUtf8(whole, 3);
        expect(decodeUtf8(octets) === decoder.decode(octets)).toBe(true);
      }
    }
  });
});
