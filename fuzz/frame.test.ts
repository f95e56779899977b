import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseClosePayload, serializeClosePayload } from "../src/frame/close-payload.ts";
import { parseFrame, serializeFrame } from "../src/frame/frame.ts";
import {
  LENGTH_TOP_BIT,
  LENGTH_UNCOUNTABLE,
  parseHeader,
  readLength,
  writeHeader,
} from "../src/frame/header.ts";
import { mask } from "../src/frame/mask.ts";
import { decodeUtf8, encodeUtf8, utf8Length } from "../src/frame/text.ts";
import { isUtf8, UTF8_INVALID, UTF8_START, validateUtf8 } from "../src/frame/utf8.ts";
import { readMemories, simdMask } from "../src/server/simd-mask.ts";
import { anyFrame, anyLength, closePayload, writeWireFrame } from "./arbitraries/frame.ts";
import { cut, cutting, maskingKey, pattern, payload } from "./arbitraries/octets.ts";
import { anyString, anyText } from "./arbitraries/text.ts";
import { digits, mayBeSent } from "./oracles/connection.ts";
import { readSlowFrame, type SlowFrame } from "./oracles/frame.ts";
import { isReachable, isText } from "./oracles/utf8.ts";
import { check } from "./check.ts";

/** What parseFrame must give where the slow reader gives this. */
function slowResult(
  { first, whole, complete, length = 0n, masked, key, payload: bytes }: SlowFrame,
  size: number,
): unknown {
  if (!whole) return undefined;
  if (length >= 2n ** 63n) return "length-top-bit";
  if (length >= 2n ** 53n) return "message-too-big";
  if (!complete) return undefined;
  const fin = first >= 128;
  return {
    size,
    frame: {
      fin,
      rsv: (first >> 4) & 7,
      opcode: first & 15,
      maskingKey: masked ? Number(`0x${digits(key)}`) : undefined,
      payload: Uint8Array.from(bytes),
    },
  };
}

/** What parseClosePayload must give. */
function slowClose(octets: Uint8Array): unknown {
  if (octets.length === 0) return { code: 1005, reason: "" };
  if (octets.length === 1) return "short-close";
  const code = octets[0]! * 256 + octets[1]!;
  if (!mayBeSent(code)) return "invalid-close-code";
  const reason = octets.subarray(2);
  return isText(reason) ? { code, reason: Buffer.from(reason).toString("utf8") } : "invalid-close-reason";
}

describe("frames", () => {
  const anyWireFrame = fc.boolean().chain(anyFrame);

  it("are read as by the slow reader, from any offset, with anything behind", () => {
    check(
      1500,
      fc.property(
        anyWireFrame,
        fc.nat({ max: 5 }),
        fc.uint8Array({ maxLength: 5 }),
        (frame, before, behind) => {
          const octets = Buffer.concat([new Uint8Array(before), writeWireFrame(frame), behind]);
          const slow = readSlowFrame(octets.subarray(before));
          const consumed = octets.length - before - slow.rest.length;
          expect(parseFrame(octets, before)).toEqual(slowResult(slow, consumed));
        },
      ),
    );
  });

  it("are what was serialized, in the shortest form there is", () => {
    check(
      1000,
      fc.property(anyWireFrame, ({ fin, rsv, opcode, key, payload: bytes }) => {
        const frame = { fin, rsv, opcode, maskingKey: key, payload: bytes };
        const octets = serializeFrame(frame);
        const written = writeWireFrame({ ...frame, key, lengthForm: "short" });
        expect(Buffer.compare(octets, written)).toBe(0);
        expect(parseFrame(octets)).toEqual({ frame, size: octets.length });
      }),
    );
  });

  it.each([0, 125, 126, 127, 65535, 65536, 65537])("of %i octets are so too, masked or not", (length) => {
    for (const key of [undefined, 0x0102_0304]) {
      const frame = { fin: true, rsv: 0, opcode: 2, maskingKey: key, payload: pattern(length, 1) };
      const octets = serializeFrame(frame);
      expect(Buffer.compare(octets, writeWireFrame({ ...frame, key, lengthForm: "short" }))).toBe(0);
      expect(parseFrame(octets)).toEqual({ frame, size: octets.length });
    }
  });

  it("of every length have the header that the definition says", () => {
    check(
      1000,
      fc.property(
        anyLength,
        fc.option(maskingKey, { nil: undefined }),
        fc.nat({ max: 255 }),
        (length, key, first) => {
          const wire = {
            fin: true,
            rsv: 0,
            opcode: 0,
            key,
            payload: new Uint8Array(0),
            lengthForm: "short",
          } as const;
          const header = writeWireFrame({ ...wire, declared: length });
          header[0] = first;
          const expected =
            length >= 2n ** 63n ? LENGTH_TOP_BIT : length >= 2n ** 53n ? LENGTH_UNCOUNTABLE : Number(length);
          expect(readLength(header, 0)).toBe(expected);
          const parsed = parseHeader(header, 0, header.length);
          expect(parsed).toMatchObject({ length: expected, size: header.length, maskingKey: key });
          expect(parseHeader(header, 0, header.length - 1)).toBeUndefined();
          const target = new Uint8Array(14);
          const countable = length < 2n ** 53n;
          const end = countable ? writeHeader(target, 0, first, Number(length), key) : target.length;
          expect(Buffer.compare(countable ? target.subarray(0, end) : header, header)).toBe(0);
        },
      ),
    );
  });

  it("survive any octets", () => {
    check(
      1000,
      fc.property(fc.uint8Array({ maxLength: 30 }), (octets) => {
        const parsed = parseFrame(octets);
        const slow = readSlowFrame(octets);
        expect(typeof parsed === "object").toBe(slow.complete && octets.length > 1);
      }),
    );
  });
});

describe.each([
  ["in JavaScript", mask, []],
  ["by vectors", simdMask, [65_535, 65_552, 131_100]],
] as const)("the mask, %s", (_, masked, long) => {
  it("is the definition, at every alignment, phase, length and cutting", () => {
    const length = fc.oneof(
      { weight: 20, arbitrary: fc.nat({ max: 40 }) },
      { weight: 20, arbitrary: fc.integer({ min: 100, max: 300 }) },
      { weight: 20, arbitrary: fc.nat({ max: 2000 }) },
      ...long.map((one) => ({ weight: 1, arbitrary: fc.constant(one) })),
    );
    check(
      1500,
      fc.property(
        fc.record({
          length,
          salt: fc.nat({ max: 255 }),
          key: maskingKey,
          phase: fc.nat({ max: 1000 }),
          offset: fc.nat({ max: 9 }),
          at: fc.nat({ max: 9 }),
          inPlace: fc.boolean(),
          /** Read from the memory that sockets are read into. */
          shared: fc.boolean(),
          spot: fc.option(fc.nat(), { nil: undefined }),
        }),
        cutting,
        ({ length: size, salt, key, phase, offset, at, inPlace, shared, spot }, sizes) => {
          const source =
            (shared && readMemories.find((memory) => size + 10 <= memory.length)) ||
            new Uint8Array(new ArrayBuffer(size + 20), offset % 4, size + 10);
          // Anything, or ASCII but for one octet.
          const expected = spot === undefined ? pattern(size, salt) : new Uint8Array(size).fill(0x41);
          if (spot !== undefined && size > 0) expected[spot % size] = 0x80 + (salt & 1) - (salt & 2);
          // RFC 6455 section 5.3, word for word.
          const keyed = (octet: number, i: number): number =>
            octet ^ ((key >>> (24 - ((i + phase) % 4) * 8)) & 255);
          source.set(expected.map(keyed), offset);
          const target = inPlace ? source : new Uint8Array(size + 10);
          const to = inPlace ? offset : at;
          let done = 0;
          let seen = 0;
          for (const chunk of cut(new Uint8Array(size), sizes)) {
            const from = offset + done;
            seen |= masked(source, from, from + chunk.length, target, to + done, key, phase + done);
            done += chunk.length;
          }
          expect(Buffer.compare(target.subarray(to, to + size), expected)).toBe(0);
          expect(seen >= 0x80).toBe(expected.some((octet) => octet >= 0x80));
        },
      ),
    );
  });
});

describe("UTF-8", () => {
  it("ends at the first octet from which no text can be reached, at every prefix and however it is cut", () => {
    check(
      1500,
      fc.property(anyText, cutting, (octets, sizes) => {
        let state = UTF8_START;
        for (let end = 1; end <= octets.length && state !== UTF8_INVALID; end++) {
          state = validateUtf8(octets, end - 1, end, state);
          const prefix = octets.subarray(0, end);
          expect(state !== UTF8_INVALID).toBe(isReachable(prefix));
          expect(state === UTF8_START).toBe(isText(prefix));
        }
        let inChunks = UTF8_START;
        for (const chunk of cut(octets, sizes)) {
          if (inChunks !== UTF8_INVALID) inChunks = validateUtf8(chunk, 0, chunk.length, inChunks);
        }
        expect(inChunks).toBe(validateUtf8(octets, 0, octets.length, UTF8_START));
        expect(isUtf8(octets)).toBe(isText(octets));
      }),
    );
  });

  it("is written and read as by the platform", () => {
    const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
    check(
      1000,
      fc.property(fc.oneof(anyString, fc.string({ unit: "binary" })), (text) => {
        const octets = encodeUtf8(text);
        expect(Buffer.compare(octets, new TextEncoder().encode(text))).toBe(0);
        expect(utf8Length(text)).toBe(octets.length);
        expect(decodeUtf8(octets)).toBe(decoder.decode(octets));
      }),
    );
  });
});

describe("close payloads", () => {
  it("are read by the rules of section 7.4, and are what was serialized", () => {
    check(
      1500,
      fc.property(fc.oneof(closePayload, payload), (octets) => {
        const parsed = parseClosePayload(octets);
        expect(parsed).toEqual(slowClose(octets));
        const back = typeof parsed === "string" ? octets : serializeClosePayload(parsed.code, parsed.reason);
        expect(Buffer.compare(back, octets)).toBe(0);
      }),
    );
  });
});
