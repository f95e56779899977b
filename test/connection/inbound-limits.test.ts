import { describe, expect, it } from "vitest";
import { filler, hex, join } from "../octets.ts";
import { inbound, read } from "./pull.ts";

describe("limits", () => {
  it("takes a message of the limit, and decides one octet more at the header", () => {
    expect(read(inbound({ maxPayload: 3 }).inbound, hex("82 03 01 02 03"))).toHaveLength(1);
    expect(read(inbound({ maxPayload: 3 }).inbound, hex("82 04"))).toMatchObject([
      { violation: "message-too-big" },
    ]);
  });

  it("counts all fragments of a message, and begins anew with the next", () => {
    const { inbound: machine } = inbound({ maxPayload: 3 });
    const events = read(
      machine,
      hex("02 02 01 02 80 01 03 82 03 01 02 03 02 03 01 02 03 80 00 02 02 01 02 00 02"),
    );
    expect(events.map(({ type }) => type)).toEqual(["message", "message", "message", "violation"]);
  });

  it("does not count control frames, which have a limit of their own", () => {
    expect(
      read(inbound({ maxPayload: 0 }).inbound, join(hex("01 00 89 7d"), filler(125), hex("80 00"))),
    ).toMatchObject([{ type: "control" }, { type: "message" }]);
    const control = join(hex("02 01 01 89 7d"), filler(125), hex("80 01 02"));
    expect(read(inbound({ maxPayload: 2 }).inbound, control)).toHaveLength(2);
  });

  it("counts fragments, empty ones too, and begins anew with each message", () => {
    const good = hex("02 00 00 00 80 00 02 00 00 00 80 00 82 00");
    expect(read(inbound({ maxFragments: 3 }).inbound, good)).toHaveLength(3);
    expect(read(inbound({ maxFragments: 2 }).inbound, good)).toEqual([
      { type: "violation", violation: "too-many-fragments" },
    ]);
    expect(read(inbound({ maxFragments: 0 }).inbound, hex("82 00"))).toHaveLength(1);
    expect(read(inbound({ maxFragments: 1 }).inbound, hex("89 00 82 00 89 00"))).toHaveLength(3);
  });
});

describe("memory", () => {
  it("is what a frame declares where all of it is there", () => {
    const { inbound: machine, allocated } = inbound();
    read(machine, join(hex("82 7e 03 e8"), filler(1000)));
    expect(allocated).toEqual([1000]);
  });

  it("is never reserved by a declared length", () => {
    const { inbound: machine, allocated } = inbound();
    read(machine, hex("82 7f 00 00 00 00 00 10 00 00 01"));
    expect(allocated).toEqual([256]);
  });

  it("grows to four times what is there at most, its header too, and never beyond what the frame declares", () => {
    const { inbound: machine, allocated } = inbound();
    read(machine, join(hex("82 7e 0f ff"), new Uint8Array(400)));
    const first = 4 * (400 + 14);
    expect(allocated).toEqual([first]);
    read(machine, new Uint8Array(first - 400));
    expect(allocated).toEqual([first]);
    read(machine, new Uint8Array(1));
    expect(allocated).toEqual([first, 4095]);
    const [message] = read(machine, new Uint8Array(4095 - first - 1));
    expect(message).toEqual({ type: "message", kind: "binary", bytes: new Uint8Array(4095) });
    expect(allocated).toEqual([first, 4095]);
  });

  it("is taken once for a message of 256 KiB, of which 64 KiB with the header come first", () => {
    const { inbound: machine, allocated } = inbound();
    const frame = join(hex("82 7f 00 00 00 00 00 04 00 00"), new Uint8Array(256 * 1024));
    // A client's header is longer by its key.
    read(machine, frame.subarray(0, 64 * 1024 - 4), frame.subarray(64 * 1024 - 4));
    expect(allocated).toEqual([16 + 256 * 1024]);
  });

  it("grows to double where nobody knows how much is to come", () => {
    const { inbound: machine, allocated } = inbound();
    read(machine, join(hex("02 7e 03 e8"), new Uint8Array(1000)));
    expect(allocated).toEqual([2028]);
    read(machine, join(hex("00 7e 04 04"), new Uint8Array(1028)));
    expect(allocated).toEqual([2028]);
    read(machine, hex("00 01 00"));
    expect(allocated).toEqual([2028, 4086]);
  });

  it("has room for a header in front of a large message, however it came", () => {
    for (const pieces of [[5000], [100, 4900], [4000, 999, 1], [1, 4999]]) {
      const { inbound: machine } = inbound();
      const octets = filler(5000);
      let at = 0;
      const chunks = pieces.map((size) => octets.subarray(at, (at += size)));
      const events = read(machine, hex("82 7e 13 88"), ...chunks);
      expect(events).toEqual([{ type: "message", kind: "binary", bytes: octets, room: 16 }]);
      const { byteOffset } = (events[0] as { bytes: Uint8Array }).bytes;
      expect(byteOffset).toBe(16);
    }
  });

  it("is never more than the limit", () => {
    const { inbound: machine, allocated } = inbound({ maxPayload: 500 });
    read(machine, join(hex("02 7e 01 2c"), new Uint8Array(300)));
    expect(allocated).toEqual([500]);
  });

  it("costs a small constant for each octet of 1-octet fragments", () => {
    const { inbound: machine, allocated } = inbound({ maxFragments: 5000 });
    const fragments = join(
      hex("02 01 01"),
      ...Array.from({ length: 4095 }, () => hex("00 01 01")),
      hex("80 00"),
    );
    expect(read(machine, fragments)).toMatchObject([{ bytes: { length: 4096 } }]);
    expect(allocated.reduce((a, b) => a + b)).toBeLessThan(4 * 4096);
  });

  it("is none for what has no octets", () => {
    const { inbound: machine, allocated } = inbound();
    read(machine, hex("01 00 00 00 89 00 80 00"));
    expect(allocated).toEqual([]);
  });
});
