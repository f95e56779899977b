import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { parseExtensions, serializeExtensions } from "../src/handshake/extension-header.ts";
import { type Head, type HeadError, type HeadLimits, HeadReader } from "../src/handshake/head-reader.ts";
import { parseRequestHead, parseResponseHead } from "../src/handshake/head.ts";
import { isKey } from "../src/handshake/accept-key.ts";
import { parseSubprotocols } from "../src/handshake/subprotocol.ts";
import { parseTokenList } from "../src/handshake/token.ts";
import { extensionText, headText } from "./arbitraries/head.ts";
import { cut, cutting } from "./arbitraries/octets.ts";
import { readSlowExtensions, readSlowHead, readSlowRequest } from "./oracles/head.ts";
import { check } from "./check.ts";

const octetsOf = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, "latin1"));

/** The result, and how many octets it took. */
function read(
  limits: HeadLimits,
  chunks: readonly Uint8Array[],
): { result: Head | HeadError | undefined; rest: string } {
  const reader = new HeadReader(limits);
  for (const [i, chunk] of chunks.entries()) {
    const result = reader.receive(chunk);
    if (result === undefined) continue;
    const behind = "rest" in result ? [result.rest, ...chunks.slice(i + 1)] : [];
    return { result, rest: Buffer.concat(behind).toString("latin1") };
  }
  return { result: undefined, rest: "" };
}

const limits = fc.record({
  maxHeaderBytes: fc.oneof(
    { weight: 3, arbitrary: fc.constant(16384) },
    { weight: 1, arbitrary: fc.nat({ max: 120 }) },
  ),
  maxHeaders: fc.oneof(fc.constant(1000), fc.nat({ max: 5 })),
});

describe("heads", () => {
  it("are read as by the slow parser, however the octets are cut", () => {
    check(
      4000,
      fc.property(headText, limits, cutting, (text, bounds, sizes) => {
        const { result, rest } = read(bounds, cut(octetsOf(text), sizes));
        const seen =
          result === undefined
            ? undefined
            : "status" in result
              ? result.status
              : { lines: result.lines, rest };
        expect(seen).toEqual(readSlowHead(text, bounds.maxHeaderBytes, bounds.maxHeaders));
      }),
    );
  });

  it("say the same of a wrong octet, however the octets are cut", () => {
    check(
      1000,
      fc.property(headText, limits, cutting, (text, bounds, sizes) => {
        const whole = read(bounds, [octetsOf(text)]);
        const inChunks = read(bounds, cut(octetsOf(text), sizes));
        const withoutRest = (result: Head | HeadError | undefined): unknown => ({
          ...result,
          rest: undefined,
        });
        expect(withoutRest(inChunks.result)).toEqual(withoutRest(whole.result));
      }),
    );
  });

  it("of requests are understood as by the slow parser", () => {
    const line = fc.oneof(
      // Without the empty line, which is no field.
      headText.map((text) => text.split("\r\n\r\n")[0]!.split(/\r?\n/)),
      fc.array(fc.string({ unit: "binary", maxLength: 12 }), { maxLength: 3 }),
    );
    check(
      3000,
      fc.property(line, (lines) => {
        const head = parseRequestHead(lines);
        const seen =
          "status" in head
            ? head.status
            : { line: [head.method, head.target, head.httpVersion], fields: [...head.headers] };
        expect(seen).toEqual(readSlowRequest(lines));
        expect(() => parseResponseHead(lines)).not.toThrow();
      }),
    );
  });
});

describe("header values", () => {
  it("of extensions are read as by the slow parser, and are what was serialized", () => {
    check(
      4000,
      fc.property(
        fc.oneof(
          { weight: 5, arbitrary: extensionText },
          { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 10 }) },
        ),
        (text) => {
          const extensions = parseExtensions(text);
          expect(extensions).toEqual(readSlowExtensions(text));
          expect(
            extensions === undefined ? undefined : parseExtensions(serializeExtensions(extensions)),
          ).toEqual(extensions);
        },
      ),
    );
  });

  it("that are lists are their elements", () => {
    const element = fc.constantFrom("a", "b", "", " ", "\t", "a b", "x/1", "__proto__", "\xe9", '"a"');
    check(
      1500,
      fc.property(fc.array(fc.tuple(fc.constantFrom("", " ", "\t"), element), { maxLength: 6 }), (parts) => {
        const text = parts.map(([before, one]) => before + one).join(",");
        const elements = parts.map(([, one]) => one.trim()).filter((one) => one !== "");
        const tokens = elements.every((one) => /^[a-z_]+$/.test(one)) ? elements : undefined;
        expect(parseTokenList(text)).toEqual(tokens);
        const each = tokens !== undefined && tokens.length > 0 && new Set(tokens).size === tokens.length;
        expect(parseSubprotocols(text)).toEqual(each ? tokens : undefined);
      }),
    );
  });

  it("that are keys are 16 octets in base64", () => {
    const almost = fc.tuple(
      fc.uint8Array({ minLength: 14, maxLength: 18 }),
      fc.constantFrom("", "=", " ", "-"),
    );
    check(
      300,
      fc.property(almost, ([octets, behind]) => {
        const key = Buffer.from(octets).toString("base64") + behind;
        expect(isKey(key)).toBe(octets.length === 16 && behind === "");
      }),
    );
  });
});
