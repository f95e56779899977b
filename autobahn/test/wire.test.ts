import { describe, expect, it } from "vitest";
import { answerTo } from "../src/serve/answer.ts";
import { checkClose, parseClose, serializeClose } from "../src/wire/close-payload.ts";
import { agreedDeflate, Compressor } from "../src/wire/deflate.ts";
import { formatDeflate, parseDeflate, plainDeflate } from "../src/wire/deflate-params.ts";
import { serializeFrame } from "../src/wire/frame.ts";
import { FrameReader } from "../src/wire/frame-reader.ts";
import { mask } from "../src/wire/mask.ts";
import { Violation } from "../src/wire/violation.ts";

const hex = (text: string): Buffer => Buffer.from(text.replaceAll(" ", ""), "hex");

function readAll(bytes: Buffer, options: { masked?: boolean; rsv1?: boolean; step?: number } = {}): string[] {
  const { masked = false, rsv1 = false, step = bytes.length } = options;
  const reader = new FrameReader({ masked, rsv1: () => rsv1 });
  const frames: string[] = [];
  for (let at = 0; at < bytes.length; at += step) {
    reader.push(Buffer.from(bytes.subarray(at, at + step)));
    for (let frame = reader.next(); frame; frame = reader.next()) {
      frames.push(`${frame.opcode} ${frame.fin} ${frame.rsv} ${frame.payload.toString("latin1")}`);
    }
  }
  return frames;
}

describe("frames", () => {
  // The examples of RFC 6455, 5.7.
  it.each([
    ["81 05 48 65 6c 6c 6f", false, ["1 true 0 Hello"]],
    ["81 85 37 fa 21 3d 7f 9f 4d 51 58", true, ["1 true 0 Hello"]],
    ["01 03 48 65 6c 80 02 6c 6f", false, ["1 false 0 Hel", "0 true 0 lo"]],
    ["8a 85 37 fa 21 3d 7f 9f 4d 51 58", true, ["10 true 0 Hello"]],
  ])("%s", (octets, masked, frames) => {
    for (const step of [1, 2, 3, 100]) expect(readAll(hex(octets), { masked, step })).toEqual(frames);
  });

  it("are written as they are read", () => {
    for (const length of [0, 1, 125, 126, 65_535, 65_536, 70_001]) {
      const payload = Buffer.alloc(length, "abcdefg");
      const whole = { fin: true, rsv: 0, opcode: 2, payload, maskingKey: hex("01020304") };
      for (const step of [1021, 1 << 20]) {
        expect(readAll(serializeFrame(whole), { masked: true, step })).toEqual([
          `2 true 0 ${payload.toString()}`,
        ]);
      }
    }
  });

  it.each([
    ["91 00", "RSV bits 1"],
    ["c1 00", "RSV bits 4"],
    ["83 00", "reserved opcode 3"],
    ["8b 00", "reserved opcode 11"],
    ["09 00", "fragmented control frame"],
    ["89 7e 00 7e", "more than 125"],
    ["81 80 00 00 00 00", "masked frame from a server"],
    ["82 7e 00 7d", "shortest form"],
    ["82 7f 00 00 00 00 00 00 ff ff", "shortest form"],
    ["82 7f 00 00 00 01 00 00 00 00", "more than this suite"],
  ])("are refused: %s", (octets, message) => {
    expect(() => readAll(hex(octets))).toThrow(message);
  });

  it("may have RSV1 where compression was agreed, on the first frame of a message", () => {
    expect(readAll(hex("c1 00"), { rsv1: true })).toEqual(["1 true 4 "]);
    for (const octets of ["c0 00", "c9 00", "e1 00"]) {
      expect(() => readAll(hex(octets), { rsv1: true })).toThrow(Violation);
    }
  });

  it("are masked byte by byte, wherever they lie in memory and wherever they begin", () => {
    const key = hex("a1b2c3d4");
    for (let offset = 0; offset < 8; offset++) {
      for (const phase of [0, 1, 2, 3, 7]) {
        const bytes = Buffer.alloc(300, 0x5a).subarray(offset, offset + 201);
        const expected = bytes.map((byte, i) => byte ^ key[(i + phase) % 4]!);
        mask(bytes, key, phase);
        expect(bytes.equals(expected)).toBe(true);
      }
    }
  });
});

describe("close payloads", () => {
  it("have a code and a reason, or neither", () => {
    expect(parseClose(serializeClose(undefined))).toEqual({ code: null, reason: null });
    expect(parseClose(serializeClose(1001, "Going Away"))).toEqual({
      code: 1001,
      reason: Buffer.from("Going Away"),
    });
    expect(() => parseClose(hex("03"))).toThrow("one byte");
  });

  it.each([0, 999, 1004, 1005, 1006, 1015, 1016, 2999, 5000, 65_535])("may not say %i", (code) => {
    expect(() => checkClose({ code, reason: null })).toThrow(Violation);
  });

  it("say what is allowed, in UTF-8", () => {
    for (const code of [1000, 1003, 1007, 1011, 3000, 4999]) checkClose({ code, reason: null });
    expect(() => checkClose({ code: 1000, reason: hex("ff") })).toThrow("not UTF-8");
  });
});

describe("permessage-deflate", () => {
  it("reads what it writes, and refuses what the RFC does not know", () => {
    const written = "permessage-deflate; server_no_context_takeover; client_max_window_bits=9";
    expect(formatDeflate(parseDeflate(`foo, ${written}`)[0]!, "server first")).toBe(written);
    expect(parseDeflate(undefined)).toEqual([]);
    for (const wrong of [
      "; x",
      "; server_max_window_bits",
      "; server_max_window_bits=7",
      "; client_max_window_bits=16",
      "; server_no_context_takeover=1",
      "; server_no_context_takeover; server_no_context_takeover",
    ]) {
      expect(() => parseDeflate(`permessage-deflate${wrong}`)).toThrow(Error);
    }
  });

  it("compresses the example of RFC 7692, 7.2.3", () => {
    const compressor = new Compressor({ windowBits: 15, takeover: true });
    expect(compressor.compress(Buffer.from("Hello")).toString("hex")).toBe("f248cdc9c90700");
    expect(compressor.compress(Buffer.from("Hello")).toString("hex")).toBe("f200110000");
    const forgetful = new Compressor({ windowBits: 15, takeover: false });
    forgetful.compress(Buffer.from("Hello"));
    expect(forgetful.compress(Buffer.from("Hello")).toString("hex")).toBe("f248cdc9c90700");
  });

  it("keeps a context, or not, for each side as agreed", () => {
    const params = { ...plainDeflate, clientNoContextTakeover: true };
    const server = agreedDeflate(params, "server");
    expect(server.own.takeover).toBe(true);
    expect(server.decompressor.decompress(hex("f248cdc9c90700")).toString()).toBe("Hello");
    // Refers back to the message before, which is forgotten.
    expect(() => server.decompressor.decompress(hex("f200110000"))).toThrow(Error);
  });

  it("answers with what the client can do", () => {
    expect(answerTo([plainDeflate], [{ noContextTakeover: false, windowBits: 9 }])).toBeUndefined();
    expect(answerTo([], [{ noContextTakeover: false, windowBits: undefined }])).toBeUndefined();
  });
});
