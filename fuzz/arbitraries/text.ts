import * as fc from "fast-check";

const EDGE_OCTETS = `00 41 7f 80 8f 90 9f a0 bf c0 c1 c2 df e0 e1 ec ed ee ef f0 f1 f3 f4 f5 ff`;
/** Octets of which UTF-8 is made, and those it never has, at both sides of each of its ranges. */
const edgeOctet = fc.constantFrom(...EDGE_OCTETS.split(" ").map((digits) => Number.parseInt(digits, 16)));

const EDGE_POINTS = `41 7f 80 7ff 800 fff 1000 d7ff e000 feff ffff 10000 3ffff 40000 fffff 100000 10ffff`;
/** Characters at both sides of each boundary: lengths, surrogates, the end of Unicode. */
const edgeCharacter = fc.constantFrom(
  ...EDGE_POINTS.split(" ").map((digits) => String.fromCodePoint(Number.parseInt(digits, 16))),
);

export const validText: fc.Arbitrary<Uint8Array> = fc
  .array(fc.oneof(edgeCharacter, fc.string({ unit: "binary", maxLength: 4 })), { maxLength: 8 })
  .map((parts) => new TextEncoder().encode(parts.join("")));

/** Overlong forms, surrogates and what is beyond Unicode, in octets. */
const FORBIDDEN = "c080 c1bf e08080 e09fbf eda080 edbfbf f0808080 f08fbfbf f4908080 f4bfbfbf f5808080".split(
  " ",
);
const forbidden = fc.constantFrom(...FORBIDDEN.map((digits) => Uint8Array.from(Buffer.from(digits, "hex"))));

/** Texts, valid or nearly: whole characters, one octet bent or put in, an end inside a character. */
export const anyText: fc.Arbitrary<Uint8Array> = fc.oneof(
  validText,
  fc.tuple(validText, forbidden).map(([text, octets]) => Uint8Array.from([...text, ...octets])),
  fc.array(edgeOctet, { maxLength: 6 }).map((octets) => Uint8Array.from(octets)),
  fc.tuple(validText, fc.nat(), edgeOctet).map(([text, at, octet]) => {
    const bent = text.slice();
    if (bent.length > 0) bent[at % bent.length] = octet;
    return bent;
  }),
  fc
    .tuple(validText, fc.nat({ max: 3 }))
    .map(([text, less]) => text.slice(0, Math.max(0, text.length - less))),
  fc
    .tuple(validText, fc.array(edgeOctet, { maxLength: 4 }), validText)
    .map(([a, b, c]) => Uint8Array.from([...a, ...b, ...c])),
);

/** Strings with lone surrogates among them. */
export const anyString: fc.Arbitrary<string> = fc
  .array(fc.oneof(edgeCharacter, fc.constantFrom("\ud800", "\udbff", "\udc00", "\udfff", "a", "é")), {
    maxLength: 12,
  })
  .map((parts) => parts.join(""));
