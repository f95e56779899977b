import { describe, expect, it } from "vitest";
import type { InboundEvent } from "../../src/connection/inbound-event.ts";
import { filler, hex, join, latin1, toHex, utf8 } from "../octets.ts";
import { inbound, read } from "./pull.ts";
import { octetByOctet } from "./wire.ts";

const K = "37 fa 21 3d";

const header = (first: number, length: number): Uint8Array =>
  length < 126 ? Uint8Array.of(first, length) : Uint8Array.of(first, 126, length >> 8, length);

describe("messages", () => {
  it("reads the examples of RFC 6455 section 5.7", () => {
    const hello = { type: "message", kind: "text", bytes: utf8("Hello") };
    expect(read(inbound().inbound, hex("81 05 48 65 6c 6c 6f"))).toEqual([hello]);
    expect(read(inbound().inbound, hex("01 03 48 65 6c 80 02 6c 6f"))).toEqual([hello]);
    expect(read(inbound({ fromClient: true }).inbound, hex("81 85 37 fa 21 3d 7f 9f 4d 51 58"))).toEqual([
      hello,
    ]);
    expect(read(inbound().inbound, hex("89 05 48 65 6c 6c 6f"))).toEqual([
      { type: "control", opcode: 9, payload: utf8("Hello") },
    ]);
  });

  it("keeps the phase of the mask over the borders of chunks", () => {
    for (const length of [1, 2, 3, 5, 125, 126, 300, 600]) {
      const payload = filler(length);
      const keyOctets = hex(K);
      const frame = join(
        header(0x82, length),
        payload.map((octet, i) => octet ^ keyOctets[i % 4]!),
      );
      const masked = join(
        Uint8Array.of(frame[0]!, frame[1]! | 0x80),
        frame.subarray(2, frame.length - length),
        keyOctets,
        frame.subarray(frame.length - length),
      );
      for (let cut = 0; cut <= masked.length; cut++) {
        const { inbound: machine } = inbound({ fromClient: true });
        expect(read(machine, masked.subarray(0, cut), masked.subarray(cut))).toEqual([
          { type: "message", kind: "binary", bytes: payload },
        ]);
      }
      expect(read(inbound({ fromClient: true }).inbound, ...octetByOctet(masked))).toMatchObject([
        { bytes: payload },
      ]);
    }
  });

  it("starts the mask anew with each frame", () => {
    const { inbound: machine } = inbound({ fromClient: true });
    expect(read(machine, hex("01 83 37 fa 21 3d 7f 9f 4d 80 82 01 02 03 04 6d 6d"))).toEqual([
      { type: "message", kind: "text", bytes: utf8("Hello") },
    ]);
  });

  it("takes empty messages and empty fragments", () => {
    expect(read(inbound().inbound, hex("81 00 82 00"))).toEqual([
      { type: "message", kind: "text", bytes: hex("") },
      { type: "message", kind: "binary", bytes: hex("") },
    ]);
    expect(read(inbound().inbound, hex("01 00 00 00 00 01 41 00 00 80 00 81 01 42"))).toEqual([
      { type: "message", kind: "text", bytes: utf8("A") },
      { type: "message", kind: "text", bytes: utf8("B") },
    ]);
  });

  it("handles control frames between fragments, cut anywhere, without a mark on the message", () => {
    const octets = hex("01 03 e2 82 ac 89 02 70 71 00 02 f0 9d 8a 01 72 80 02 84 9e");
    const expected = [
      { type: "control", opcode: 9, payload: utf8("pq") },
      { type: "control", opcode: 10, payload: utf8("r") },
      { type: "message", kind: "text", bytes: utf8("€𝄞") },
    ];
    expect(read(inbound().inbound, octets)).toEqual(expected);
    expect(read(inbound().inbound, ...octetByOctet(octets))).toEqual(expected);
  });

  it("gives every message memory of its own", () => {
    const { inbound: machine } = inbound();
    const chunk = hex("82 02 01 02 82 02 03 04 89 01 05");
    const events = read(machine, chunk);
    chunk.fill(0xee);
    expect(events).toEqual([
      { type: "message", kind: "binary", bytes: hex("01 02") },
      { type: "message", kind: "binary", bytes: hex("03 04") },
      { type: "control", opcode: 9, payload: hex("05") },
    ]);
    const views = events.map((event) => ("bytes" in event ? event.bytes.buffer : undefined));
    expect(views).not.toContain(chunk.buffer);
  });
});

describe("UTF-8 in a text message", () => {
  it("is decided at the octet, also where that is ASCII inside a character", () => {
    const wrong = { type: "violation", violation: "invalid-utf8" };
    expect(read(inbound().inbound, hex("01 01 e2 00 01 41"))).toEqual([wrong]);
    expect(read(inbound().inbound, hex("01 01 e2 00 01 41 80 02 82 ac"))).toEqual([wrong]);
    expect(read(inbound().inbound, hex("81 05 e2"), hex("41"))).toEqual([wrong]);
    expect(read(inbound().inbound, hex("81 05 41 ff"))).toEqual([wrong]);
  });
});

describe("pieces", () => {
  const pieces = (...chunks: readonly Uint8Array[]): InboundEvent[] =>
    read(inbound({ delivery: "pieces" }).inbound, ...chunks);

  it("come as they arrive, and the last says so", () => {
    expect(pieces(hex("81 05 48 65"), hex("6c"), hex("6c 6f"))).toEqual([
      { type: "piece", kind: "text", bytes: utf8("He"), last: false },
      { type: "piece", kind: "text", bytes: utf8("l"), last: false },
      { type: "piece", kind: "text", bytes: utf8("lo"), last: true },
    ]);
  });

  it("are empty only where they end the message", () => {
    expect(pieces(hex("02 00 00 01 07 00 00 80 00 81 00"))).toEqual([
      { type: "piece", kind: "binary", bytes: hex("07"), last: false },
      { type: "piece", kind: "binary", bytes: hex(""), last: true },
      { type: "piece", kind: "text", bytes: hex(""), last: true },
    ]);
  });

  it("carry the state of UTF-8 from piece to piece and from fragment to fragment", () => {
    expect(pieces(hex("01 01 e2"), hex("00 01 82"), hex("80 01 ac"))).toHaveLength(3);
    expect(pieces(hex("01 01 e2"), hex("80 01 41"))).toMatchObject([
      { type: "piece" },
      { violation: "invalid-utf8" },
    ]);
    expect(pieces(hex("81 02 e2 82"))).toEqual([{ type: "violation", violation: "invalid-utf8" }]);
  });

  it("share no memory, and start each message anew", () => {
    const events = pieces(hex("82 04 01 02"), hex("03 04 82 01 05"));
    expect(events).toEqual([
      { type: "piece", kind: "binary", bytes: hex("01 02"), last: false },
      { type: "piece", kind: "binary", bytes: hex("03 04"), last: true },
      { type: "piece", kind: "binary", bytes: hex("05"), last: true },
    ]);
    const buffers = events.map((event) => (event.type === "piece" ? event.bytes.buffer : undefined));
    expect(new Set(buffers).size).toBe(3);
  });

  it("are counted together against the limit", () => {
    const { inbound: machine } = inbound({ delivery: "pieces", maxPayload: 3 });
    expect(read(machine, hex("02 02 01 02 80 01 03 02 03 01 02 03 00 01"))).toMatchObject([
      { last: false },
      { last: true },
      { last: false },
      { violation: "message-too-big" },
    ]);
  });
});

describe("headers that are cut", () => {
  it("are put together again from any two pieces, up to octet 13", () => {
    const octets = join(hex(`82 ff 00 00 00 00 00 01 00 00 ${K}`), new Uint8Array(65536));
    for (let cut = 0; cut <= 16; cut++) {
      const { inbound: machine } = inbound({ fromClient: true });
      const events = read(machine, octets.subarray(0, cut), octets.subarray(cut));
      expect(events).toHaveLength(1);
      expect(events[0]).toMatchObject({ type: "message", kind: "binary" });
      expect(toHex((events[0] as { bytes: Uint8Array }).bytes.subarray(0, 5))).toBe("37 fa 21 3d 37");
    }
  });

  it("wait without an answer for empty chunks", () => {
    const { inbound: machine } = inbound();
    expect(read(machine, hex(""), hex("81"), hex(""), hex("01"), hex(""), hex("41"), hex(""))).toEqual([
      { type: "message", kind: "text", bytes: utf8("A") },
    ]);
  });

  it("are not taken for the end of another, whatever the next chunk begins with", () => {
    // From its second octet on, the frame looks like one of its own: 82 81, a key, an octet.
    const { inbound: machine } = inbound({ fromClient: true });
    expect(read(machine, hex("82"), hex("82 81 01 02 03 04 05"))).toEqual([
      { type: "message", kind: "binary", bytes: hex("85 04") },
    ]);
  });

  it("are judged by no octet that is not there, behind other frames too", () => {
    const payload = filler(126);
    const { inbound: machine } = inbound();
    expect(read(machine, hex("89 00 82 7e 00"), hex("7e"), payload)).toEqual([
      { type: "control", opcode: 9, payload: hex("") },
      { type: "message", kind: "binary", bytes: payload },
    ]);
  });

  it("keep nothing of the chunk", () => {
    const { inbound: machine } = inbound();
    const chunk = hex("81");
    read(machine, chunk);
    chunk[0] = 0xff;
    expect(read(machine, hex("01 41"))).toMatchObject([{ kind: "text" }]);
  });
});

describe("the input", () => {
  it("is pulled from, event by event, and is pending until it is used up", () => {
    const { inbound: machine } = inbound();
    machine.receive(latin1("\x81\x01A\x81\x01B"));
    expect(machine.pending).toBe(true);
    expect(machine.next()).toMatchObject({ bytes: utf8("A") });
    expect(machine.pending).toBe(true);
    expect(machine.next()).toMatchObject({ bytes: utf8("B") });
    expect(machine.pending).toBe(false);
    expect(machine.next()).toBeUndefined();
  });

  it("tells whether a message is open", () => {
    const { inbound: machine } = inbound();
    const open = (digits: string): boolean => {
      read(machine, hex(digits));
      return machine.messageOpen;
    };
    expect(["01 00", "89 00", "00 00", "80 00", "82 01", "07"].map(open)).toEqual([
      true,
      true,
      true,
      false,
      true,
      false,
    ]);
  });
});
