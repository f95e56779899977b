import { describe, expect, it } from "vitest";
import { Assembly } from "../../src/connection/assembly.ts";
import type { Delivery, MessageKind } from "../../src/connection/event.ts";
import { plainPlatform } from "../../src/connection/platform.ts";
import { isUtf8 } from "../../src/frame/utf8.ts";
import { filler, join, utf8 } from "../octets.ts";

/** An assembly with an account of what it allocates, and of the texts that it asks about. */
function watched(
  delivery: Delivery = "messages",
  kind: MessageKind = "binary",
): {
  assembly: Assembly;
  allocated: number[];
  asked: number[];
} {
  const allocated: number[] = [];
  const asked: number[] = [];
  const platform = {
    ...plainPlatform,
    allocate: (size: number): Uint8Array => {
      allocated.push(size);
      return new Uint8Array(size);
    },
    isUtf8: (bytes: Uint8Array): boolean => {
      asked.push(bytes.length);
      return isUtf8(bytes);
    },
  };
  return { assembly: new Assembly({ maxPayload: 100_000, platform }, delivery, kind), allocated, asked };
}

/** Writes octets as the input does: room first, then the octets, then word of them. */
function write(assembly: Assembly, octets: Uint8Array, rest: number): unknown {
  assembly.reserve(octets.length, rest);
  assembly.memory.set(octets, assembly.end);
  return assembly.added(
    octets.length,
    octets.reduce((seen, octet) => seen | octet, 0),
  );
}

describe("room in front of a message, above 4 KiB", () => {
  it.each([
    ["at 4,096 octets none", 4096, [4096], undefined],
    ["above it 16 octets", 4097, [16 + 4097], 16],
  ])("that came in a frame: %s", (_, size, sizes, room) => {
    const { assembly, allocated } = watched();
    write(assembly, filler(size), 0);
    const message = assembly.take(true) as { bytes: Uint8Array; room?: number };
    expect(message.bytes).toEqual(filler(size));
    expect(message.room).toBe(room);
    expect(allocated).toEqual(sizes);
  });

  it.each([
    ["at 4,096 octets none", 4096, [96, 16 + 2 * (4096 + 14)], undefined],
    ["above it 16 octets", 4097, [96, 16 + 2 * (4097 + 14)], 16],
  ])("that came in slices: %s", (_, size, sizes, room) => {
    const { assembly, allocated } = watched();
    assembly.append(filler(size).subarray(0, 96), 0xff, true);
    assembly.append(filler(size).subarray(96), 0xff, true);

    const message = assembly.take(true) as { bytes: Uint8Array; room?: number };
    expect(message.bytes).toEqual(filler(size));
    // Memory that grows has room in any case.
    expect([message.room, message.bytes.byteOffset]).toEqual([room, 16]);
    expect(allocated).toEqual(sizes);
  });

  it("is there once, however often the memory grows", () => {
    const { assembly, allocated } = watched();
    for (let at = 0; at < 20_000; at += 4000)
      write(assembly, filler(20_000).subarray(at, at + 4000), 20_000 - at - 4000);
    expect(assembly.take(true)).toEqual({ type: "message", kind: "binary", bytes: filler(20_000), room: 16 });
    expect(allocated).toEqual([16 + 4 * (4000 + 14), 16 + 20_000]);
  });

  it("is not handed out as a part of the message where as much is left behind it", () => {
    const { assembly, allocated } = watched();
    write(assembly, filler(4096), Infinity);
    const memory = 16 + 2 * (4096 + 14);
    const second = filler(memory - 2 * 16 - 4096);
    write(assembly, second, 0);
    expect(allocated).toEqual([memory]);
    expect((assembly.take(true) as { bytes: Uint8Array }).bytes).toEqual(join(filler(4096), second));
  });
});

describe("a message that was validated before it is kept", () => {
  it("has memory for just its size, from the first slice of that on", () => {
    const { assembly, allocated } = watched("messages", "text");
    expect(assembly.append(filler(100).fill(0x61), 0x61, true)).toBeUndefined();
    expect(assembly.append(filler(9000).fill(0x61), 0x61, false)).toBeUndefined();
    assembly.keep(filler(4000).fill(0x61), 9100);
    assembly.keep(filler(5000).fill(0x61), 9100);
    expect(allocated).toEqual([100, 16 + 9100]);
    expect(assembly.take(true)).toEqual({
      type: "message",
      kind: "text",
      bytes: filler(9100).fill(0x61),
      room: 16,
    });
  });

  it("is judged though nothing of it is kept", () => {
    const { assembly } = watched("messages", "text");
    expect(assembly.append(Uint8Array.of(0xc3), 0xc3, false)).toBeUndefined();
    expect(assembly.append(Uint8Array.of(0x28), 0x28, false)).toBe("invalid-utf8");
  });
});

describe("a piece", () => {
  it("has memory for what has arrived, whatever follows, and no room", () => {
    const { assembly, allocated } = watched("pieces");
    write(assembly, filler(5000), 10_000);
    expect(assembly.take(false)).toEqual({
      type: "piece",
      kind: "binary",
      bytes: filler(5000),
      last: false,
    });
    expect(allocated).toEqual([5000]);
  });
});

describe("text", () => {
  it("of ASCII is not looked at again", () => {
    const { assembly, asked } = watched("messages", "text");
    write(assembly, utf8("a".repeat(100)), Infinity);
    expect(asked).toEqual([]);
    write(assembly, utf8("é".repeat(50)), 0);
    expect(assembly.take(true)).toMatchObject({
      kind: "text",
      bytes: utf8("a".repeat(100) + "é".repeat(50)),
    });
    // The last character is left to the machine that takes texts piece by piece.
    expect(asked).toEqual([98]);
  });
});
