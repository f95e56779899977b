import { describe, expect, it } from "vitest";
import { Outbox, Slab } from "../../src/connection/outbox.ts";
import { plainPlatform } from "../../src/connection/platform.ts";
import { filler, hex, join, toHex, utf8 } from "../octets.ts";

const allocate = plainPlatform.allocate;
const box = (slab = new Slab(allocate), key?: () => number): Outbox => new Outbox(plainPlatform, slab, key);
const all = (outbox: Outbox): string => toHex(join(...outbox.take()));

describe("Slab", () => {
  it("is memory that is written from the start to the end, and then anew", () => {
    const sizes: number[] = [];
    const slab = new Slab((size) => {
      sizes.push(size);
      return new Uint8Array(size);
    }, 100);
    slab.reserve(60);
    const first = slab.bytes;
    slab.at = 60;
    slab.reserve(40);
    expect([slab.bytes === first, slab.at]).toEqual([true, 60]);
    slab.reserve(41);
    expect([slab.bytes === first, slab.at]).toEqual([false, 0]);
    slab.reserve(101);
    expect(sizes).toEqual([100, 100, 101]);
  });

  it("has 64 KiB where nothing is said", () => {
    const slab = new Slab(allocate);
    slab.reserve(1);
    expect(slab.bytes).toHaveLength(65536);
  });
});

describe("small frames", () => {
  it("are merged into one chunk, in order", () => {
    const outbox = box();
    outbox.frame(0x82, hex("01 02"));
    outbox.textFrame(0x81, "é");
    outbox.frame(0x89, hex(""));
    expect(outbox.size).toBe(10);
    const chunks = outbox.take();
    expect(chunks).toHaveLength(1);
    expect(toHex(chunks[0]!)).toBe("82 02 01 02 81 02 c3 a9 89 00");
    expect([outbox.size, outbox.take()]).toEqual([0, []]);
  });

  it.each([0, 1, 47, 48, 49, 125, 126, 4095, 4096])("of %i octets are copied", (length) => {
    const outbox = box();
    const payload = filler(length);
    outbox.frame(0x82, payload);
    payload.fill(0xee);
    const chunks = outbox.take();
    expect(chunks).toHaveLength(1);
    expect(chunks[0]!.subarray(chunks[0]!.length - length)).toEqual(filler(length));
  });

  it("move to new memory where the slab is used up, and leave in one write", () => {
    const outbox = box(new Slab(allocate, 16));
    for (let i = 0; i < 5; i++) outbox.frame(0x82, Uint8Array.of(i, i, i, i, i));
    const chunks = outbox.take();
    expect(chunks).toHaveLength(1);
    expect(toHex(join(...chunks))).toBe([0, 1, 2, 3, 4].map((i) => `82 05${` 0${i}`.repeat(5)}`).join(" "));
  });

  it("are masked, and leave the payload as it was", () => {
    const payload = utf8("Hello");
    const outbox = box(new Slab(allocate), () => 0x37fa213d);
    outbox.frame(0x81, payload);
    outbox.textFrame(0x81, "Hello");
    expect(all(outbox)).toBe("81 85 37 fa 21 3d 7f 9f 4d 51 58 81 85 37 fa 21 3d 7f 9f 4d 51 58");
    expect(payload).toEqual(utf8("Hello"));
  });
});

describe("large payloads", () => {
  it("pass through without a copy, between what was before and what comes behind", () => {
    const outbox = box();
    const payload = filler(4097);
    outbox.frame(0x89, hex("01"));
    outbox.frame(0x82, payload);
    outbox.frame(0x8a, hex("02"));
    expect(outbox.size).toBe(3 + 4 + 4097 + 3);
    const chunks = outbox.take();
    expect(chunks.map((chunk) => chunk.length)).toEqual([7, 4097, 3]);
    expect(chunks[1]).toBe(payload);
    expect(toHex(join(chunks[0]!, chunks[2]!))).toBe("89 01 01 82 7e 10 01 8a 01 02");
  });

  it("are copied where they are masked", () => {
    const payload = filler(5000);
    const outbox = box(new Slab(allocate), () => 0x01020304);
    outbox.frame(0x82, payload);
    const [header, body] = outbox.take();
    expect(toHex(header!)).toBe("82 fe 13 88 01 02 03 04");
    expect(body).toEqual(filler(5000).map((octet, i) => octet ^ ((i % 4) + 1)));
    expect(payload).toEqual(filler(5000));
  });

  it("with room in front are one chunk with their header, without a copy", () => {
    for (const [length, header] of [
      [4097, "82 7e 10 01"],
      [65_536, "82 7f 00 00 00 00 00 01 00 00"],
    ] as const) {
      const size = hex(header).length;
      for (const room of [size, 16]) {
        const memory = new Uint8Array(3 + room + length).fill(0xee);
        memory.set(filler(length), 3 + room);
        const outbox = box();
        outbox.frame(0x89, hex("01"));
        outbox.frame(0x82, memory.subarray(3 + room), room);
        const [before, chunk, ...rest] = outbox.take();
        expect(toHex(before!)).toBe("89 01 01");
        expect(chunk!.buffer).toBe(memory.buffer);
        expect(toHex(chunk!.subarray(0, size))).toBe(header);
        expect(Buffer.compare(chunk!.subarray(size), filler(length))).toBe(0);
        expect(rest).toEqual([]);
        // Nothing else in front was touched.
        expect(memory.subarray(0, 3 + room - size).every((octet) => octet === 0xee)).toBe(true);
      }
    }
  });

  it("with too little room, or masked, get a header of their own", () => {
    for (const key of [undefined, () => 0]) {
      const memory = new Uint8Array(4 + 4097);
      const outbox = box(new Slab(allocate), key);
      outbox.frame(0x82, memory.subarray(4), key === undefined ? 3 : 16);
      expect(outbox.take()).toHaveLength(2);
      expect(toHex(memory.subarray(0, 4))).toBe("00 00 00 00");
    }
  });

  it("of text are encoded once", () => {
    const outbox = box();
    const text = "é".repeat(2049);
    outbox.textFrame(0x81, text);
    expect(outbox.size).toBe(4 + 4098);
    const chunks = outbox.take();
    expect(chunks).toHaveLength(1);
    expect(chunks[0]).toEqual(join(hex("81 7e 10 02"), utf8(text)));
    outbox.textFrame(0x81, "é".repeat(2048));
    expect(outbox.take()).toHaveLength(1);
  });

  it("of text begin above 4 KiB: up to there it is written straight to its place", () => {
    const encoded: number[] = [];
    const platform = {
      ...plainPlatform,
      encodeUtf8: (text: string, room: number): Uint8Array => {
        encoded.push(text.length);
        return plainPlatform.encodeUtf8(text, room);
      },
    };
    const outbox = new Outbox(platform, new Slab(allocate), undefined);
    const rows: [string, string, number[]][] = [
      ["a".repeat(4096), "81 7e 10 00", []],
      ["a".repeat(4097), "81 7e 10 01", [4097]],
      ["é".repeat(2048), "81 7e 10 00", []],
      // As many characters as the limit has octets.
      ["é".repeat(4096), "81 7e 20 00", [4096]],
    ];
    for (const [text, header, calls] of rows) {
      outbox.textFrame(0x81, text);
      expect(outbox.take()).toEqual([join(hex(header), utf8(text))]);
      expect(encoded.splice(0)).toEqual(calls);
    }
  });

  it("of text are masked with one key", () => {
    const keys = [0xffffffff, 0];
    const outbox = box(new Slab(allocate), () => keys.shift()!);
    outbox.textFrame(0x81, "A".repeat(4097));
    expect(outbox.take()[1]).toEqual(new Uint8Array(4097).fill(0x41 ^ 0xff));
    expect(keys).toEqual([0]);
  });
});

describe("a slab that is shared", () => {
  it("keeps the octets of each connection together and in order", () => {
    const slab = new Slab(allocate);
    const one = box(slab);
    const two = box(slab);
    one.frame(0x82, hex("11"));
    one.frame(0x82, hex("12"));
    two.frame(0x82, hex("21"));
    one.frame(0x82, hex("13"));
    expect(toHex(join(...one.take()))).toBe("82 01 11 82 01 12 82 01 13");
    two.frame(0x82, hex("22"));
    expect(toHex(join(...two.take()))).toBe("82 01 21 82 01 22");
  });

  it("is not held by what waits, but for one range of each connection", () => {
    const slab = new Slab(allocate, 1024);
    const [one, two] = [box(slab), box(slab)];
    for (let i = 0; i < 200; i++) {
      one.frame(0x82, filler(100));
      two.frame(0x82, filler(60));
      if (i % 20 === 0) one.frame(0x82, filler(5000));
    }
    for (const [outbox, size] of [[one, 200 * 102 + 10 * 5004] as const, [two, 200 * 62] as const]) {
      const chunks = outbox.take();
      expect(chunks.reduce((sum, chunk) => sum + chunk.length, 0)).toBe(size);
      const held = new Set(chunks.map((chunk) => chunk.buffer));
      const bytes = [...held].reduce((sum, buffer) => sum + buffer.byteLength, 0);
      expect(bytes).toBeLessThan(size + 10_000);
    }
  });

  it("never changes what was taken", () => {
    const slab = new Slab(allocate, 64);
    const one = box(slab);
    one.frame(0x82, hex("11"));
    const taken = one.take();
    for (let i = 0; i < 40; i++) {
      one.frame(0x82, hex("ff"));
      if (i % 3 === 0) one.take();
    }
    expect(taken.map(toHex)).toEqual(["82 01 11"]);
  });
});

describe("memory that is given back", () => {
  it("is written anew", () => {
    const slab = new Slab(allocate);
    const one = box(slab);
    one.frame(0x82, hex("11"));
    const [first] = one.take();
    one.giveBack();
    expect(slab.at).toBe(0);
    one.frame(0x82, hex("12"));
    const [second] = one.take();
    expect(second).toBe(first);
    expect(toHex(second!)).toBe("82 01 12");
  });

  it("is not touched where somebody else has written behind it", () => {
    const slab = new Slab(allocate);
    const one = box(slab);
    const two = box(slab);
    one.frame(0x82, hex("11"));
    one.take();
    two.frame(0x82, hex("21"));
    one.giveBack();
    one.frame(0x82, hex("12"));
    expect([all(two), all(one)]).toEqual(["82 01 21", "82 01 12"]);
  });

  it("is not what has been sent since", () => {
    const one = box();
    one.frame(0x82, hex("11"));
    one.take();
    one.frame(0x82, hex("12"));
    one.giveBack();
    one.frame(0x82, hex("13"));
    expect(all(one)).toBe("82 01 12 82 01 13");
  });

  it("is given back once, and never a payload that passed through", () => {
    const slab = new Slab(allocate);
    const one = box(slab);
    one.giveBack();
    one.frame(0x82, hex("11"));
    one.frame(0x82, filler(5000));
    one.take();
    one.giveBack();
    one.giveBack();
    expect(slab.at).toBe(0);
  });

  it("is not mixed up with another view of the same size", () => {
    const slab = new Slab(allocate, 16);
    const one = box(slab);
    for (let i = 0; i < 12; i++) {
      one.frame(0x82, Uint8Array.of(i, i));
      const chunks = one.take();
      expect(toHex(join(...chunks))).toBe(`82 02 ${toHex(Uint8Array.of(i, i))}`);
      if (i % 3 === 0) one.giveBack();
    }
  });
});
