import { describe, expect, it } from "vitest";
import { LENGTH_TOP_BIT, LENGTH_UNCOUNTABLE } from "../../src/frame/header.ts";
import { checkFirstOctet, checkLength, checkSecondOctet } from "../../src/frame/rules.ts";

const octets = Array.from({ length: 256 }, (_, octet) => octet);
const lawful = (messageOpen: boolean, rsv1Agreed: boolean): number[] =>
  octets.filter((first) => checkFirstOctet(first, messageOpen, rsv1Agreed) === undefined);

describe("checkFirstOctet (RFC 6455 sections 5.2, 5.4, 5.5)", () => {
  it("lets through exactly these of all octets", () => {
    expect(lawful(false, false)).toEqual([0x01, 0x02, 0x81, 0x82, 0x88, 0x89, 0x8a]);
    expect(lawful(true, false)).toEqual([0x00, 0x80, 0x88, 0x89, 0x8a]);
  });

  it("lets RSV1 through on the first frame of a message, where it is agreed", () => {
    expect(lawful(false, true)).toEqual([0x01, 0x02, 0x41, 0x42, 0x81, 0x82, 0x88, 0x89, 0x8a, 0xc1, 0xc2]);
    expect(lawful(true, true)).toEqual([0x00, 0x80, 0x88, 0x89, 0x8a]);
  });

  it.each<[number, boolean, string]>([
    [0xc1, false, "reserved-bit"],
    [0xa1, false, "reserved-bit"],
    [0x91, false, "reserved-bit"],
    [0xb3, false, "reserved-bit"],
    [0x83, false, "reserved-opcode"],
    [0x07, true, "reserved-opcode"],
    [0x8b, false, "reserved-opcode"],
    [0x0f, false, "reserved-opcode"],
    [0x08, false, "fragmented-control"],
    [0x09, true, "fragmented-control"],
    [0x0a, false, "fragmented-control"],
    [0x00, false, "unexpected-continuation"],
    [0x80, false, "unexpected-continuation"],
    [0x81, true, "interleaved-message"],
    [0x02, true, "interleaved-message"],
  ])("%i with a message open: %s is %s", (first, messageOpen, violation) => {
    expect(checkFirstOctet(first, messageOpen, false)).toBe(violation);
  });

  it.each([0x40, 0xc8, 0xc9, 0xca])("refuses RSV1 on the first octet %i even where it is agreed", (first) => {
    expect(checkFirstOctet(first, true, true)).toBe("reserved-bit");
  });
});

describe("checkSecondOctet (RFC 6455 sections 5.1, 5.5)", () => {
  it("wants a mask from clients and none from servers", () => {
    for (const second of octets) {
      expect(checkSecondOctet(0x82, second, true)).toBe(second < 128 ? "not-masked" : undefined);
      expect(checkSecondOctet(0x82, second, false)).toBe(second < 128 ? undefined : "masked");
    }
  });

  it.each([0x88, 0x89, 0x8a])("wants control frames of at most 125 octets: %i", (first) => {
    expect([0xfd, 0xfe, 0xff].map((second) => checkSecondOctet(first, second, true))).toEqual([
      undefined,
      "long-control",
      "long-control",
    ]);
    expect([0x7d, 0x7e, 0x7f].map((second) => checkSecondOctet(first, second, false))).toEqual([
      undefined,
      "long-control",
      "long-control",
    ]);
  });
});

describe("checkLength (RFC 6455 section 5.2)", () => {
  it.each<[number, number, string | undefined]>([
    [0x7d, 125, undefined],
    [0x7e, 0, "length-not-minimal"],
    [0x7e, 125, "length-not-minimal"],
    [0x7e, 126, undefined],
    [0xfe, 125, "length-not-minimal"],
    [0x7e, 65535, undefined],
    [0x7f, 0, "length-not-minimal"],
    [0x7f, 126, "length-not-minimal"],
    [0x7f, 65535, "length-not-minimal"],
    [0xff, 65535, "length-not-minimal"],
    [0x7f, 65536, undefined],
    [0x7f, 2 ** 53 - 1, undefined],
    [0x7f, LENGTH_UNCOUNTABLE, "message-too-big"],
    [0x7f, LENGTH_TOP_BIT, "length-top-bit"],
  ])("second octet %i, length %d: %s", (second, length, violation) => {
    expect(checkLength(second, length, 2 ** 53 - 1, false)).toBe(violation);
  });

  it("takes long forms where they are tolerated, within the limit", () => {
    expect(checkLength(0x7e, 5, 5, true)).toBeUndefined();
    expect(checkLength(0x7f, 5, 5, true)).toBeUndefined();
    expect(checkLength(0x7f, 6, 5, true)).toBe("message-too-big");
    expect(checkLength(0x7f, LENGTH_TOP_BIT, 5, true)).toBe("length-top-bit");
  });

  it("takes what is at the limit and refuses one more", () => {
    expect(checkLength(5, 5, 5, false)).toBeUndefined();
    expect(checkLength(6, 6, 5, false)).toBe("message-too-big");
    expect(checkLength(0, 0, 0, false)).toBeUndefined();
  });
});
