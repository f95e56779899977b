import { describe, expect, it } from "vitest";
import type { MessageEvent } from "../../src/connection/event.ts";
import { plainPlatform } from "../../src/connection/platform.ts";
import { readSmallMessage } from "../../src/connection/small-message.ts";
import { hex } from "../octets.ts";

/** Reads at the second octet, with `behind` octets behind the frame; masked by a key of zeros. */
const read = (frame: string, maxPayload = 125, cut = 0): MessageEvent | undefined => {
  const input = hex(`ff ${frame} ff`);
  return readSmallMessage(input, 1, input.length - 1 - cut, { maxPayload, platform: plainPlatform });
};

/** A binary frame of this many octets, whose length takes two octets. */
const longer = (size: number): string =>
  `82 fe ${size.toString(16).padStart(4, "0")} 00000000 ${"61".repeat(size)}`;

describe("a small message", () => {
  it.each<[string, string, string]>([
    ["81 81 00000000 61", "text", "61"],
    ["82 81 00000000 61", "binary", "61"],
    ["82 81 00000000 80", "binary", "80"],
    ["81 82 00000000 c280", "text", "c280"],
    ["81 82 01020304 60 63", "text", "6161"],
    ["81 80 00000000", "text", ""],
    ["82 80 00000000", "binary", ""],
  ])("is read in one go: %s", (frame, kind, octets) => {
    expect(read(frame)).toEqual({ type: "message", kind, bytes: hex(octets) });
  });

  it.each([126, 255, 256, 4096])("may have %i octets, whose length takes two", (size) => {
    expect(read(longer(size), 4096)?.bytes).toEqual(new Uint8Array(size).fill(0x61));
    expect(read(longer(size), size - 1)).toBeUndefined();
    expect(read(longer(size), 4096, 1)).toBeUndefined();
  });

  it("is unmasked with the key behind a long length", () => {
    const frame = `82 fe 007e 01020304 ${"60".repeat(126)}`;
    expect(read(frame, 4096)?.bytes.subarray(0, 5)).toEqual(hex("61 62 63 64 61"));
  });

  it("has at most as many octets as are taken", () => {
    expect(read("82 83 00000000 010203", 3)).toMatchObject({ bytes: { length: 3 } });
    expect(read("82 83 00000000 010203", 2)).toBeUndefined();
    expect(read("82 80 00000000", 0)).toMatchObject({ bytes: { length: 0 } });
    expect(read("82 80 00000000", -1)).toBeUndefined();
  });

  it.each<[string, string, number?]>([
    ["nothing is there but the first octet", "82"],
    ["one octet is missing", "82 82 00000000 0102", 1],
    ["the header is cut", "82 80 00000000", 1],
    ["no mask", "81 01 61 00000000"],
    ["a length that has a shorter encoding", `82 fe 007d 00000000 ${"61".repeat(125)}`],
    ["a length of eight octets", `82 ff 0000000000000080 00000000 ${"61".repeat(128)}`],
    ["more than 4 KiB", longer(4097)],
    ["not the last fragment", "01 81 00000000 61"],
    ["a continuation", "80 81 00000000 61"],
    ["a reserved bit", "c1 81 00000000 61"],
    ["a ping", "89 81 00000000 61"],
    ["no text", "81 81 00000000 80"],
    ["no text, with the key", "81 81 ff000000 00"],
  ])("is left to be read step by step: %s", (_, frame, cut = 0) => {
    expect(read(frame, 5000, cut)).toBeUndefined();
    const octets = hex(frame);
    const options = { maxPayload: 5000, platform: plainPlatform };
    expect(readSmallMessage(octets, 0, octets.length - cut, options)).toBeUndefined();
    const behind = hex(`82 80 00000000 ${frame}`).subarray(0, 6 + octets.length - cut);
    expect(readSmallMessage(behind, 6, behind.length, options)).toBeUndefined();
  });

  it("asks about UTF-8 only where an octet is beyond ASCII", () => {
    const asked: number[] = [];
    const platform = {
      ...plainPlatform,
      isUtf8: (octets: Uint8Array): boolean => {
        asked.push(octets.length);
        return true;
      },
    };
    for (const frame of ["81 81 00000000 7f", "82 82 00000000 c280", "81 82 00000000 c280"]) {
      const input = hex(frame);
      readSmallMessage(input, 0, input.length, { maxPayload: 125, platform });
    }
    expect(asked).toEqual([2]);
  });
});
