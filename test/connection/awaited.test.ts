import { describe, expect, it } from "vitest";
import { hex } from "../octets.ts";
import { deflatingServer } from "./compressed.ts";
import { feed, server } from "./wire.ts";

const K = "00 00 00 00";

describe("octets that are awaited", () => {
  const awaited = (...chunks: string[]): number[] => {
    const s = server();
    return chunks.map((chunk) => {
      feed(s, hex(chunk));
      return s.awaited;
    });
  };

  it("are those that the frame has still to bring, from its header on", () => {
    expect(awaited("", "82 84 00", "00 00 00", "01", "02 03", "04 81 82")).toEqual([0, 0, 4, 3, 1, 0]);
    expect(awaited(`02 83 ${K} 01`, "02 03", `80 81 ${K}`, "00")).toEqual([2, 0, 1, 0]);
  });

  it("are none of a compressed message, which are inflated from where they came", () => {
    const s = deflatingServer();
    feed(s, hex(`c1 87 ${K} f248cd`));
    expect(s.awaited).toBe(0);
    feed(s, hex(`c9c90700 82 84 ${K} 01`));
    expect(s.awaited).toBe(3);
  });
});
