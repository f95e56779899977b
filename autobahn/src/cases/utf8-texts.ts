/* The texts of 6.5 to 6.23, as hex. */

export interface Utf8Texts {
  readonly section: number;
  readonly about: string;
  readonly texts: readonly string[];
}

const hex = (bytes: readonly number[]): string => Buffer.from(bytes).toString("hex");
const range = (from: number, to: number): number[] =>
  Array.from({ length: to - from + 1 }, (_, i) => from + i);
const words = (list: string): string[] => list.trim().split(/\s+/);

const greek = "cebae1bdb9cf83cebcceb5";
const prefixes = range(1, greek.length / 2).map((length) => greek.slice(0, 2 * length));

/** Continuation bytes in turn: 80, 80 BF, 80 BF 80 and so on. */
const continuations = range(2, 6).map((length) =>
  hex(range(0, length - 1).map((i) => (i % 2 ? 0xbf : 0x80))),
);
const spaced = (from: number, to: number): string => hex(range(from, to).flatMap((lead) => [lead, 0x20]));

const truncated = words("c0 e080 f08080 f8808080 fc80808080 df efbf f7bfbf fbbfbfbf fdbfbfbfbf");

/** U+xFFFE and U+xFFFF of all 17 planes. */
const noncharacters = range(0, 16).flatMap((plane) =>
  [0xfffe, 0xffff].map((low) => Buffer.from(String.fromCodePoint(plane * 0x10000 + low)).toString("hex")),
);
const specials = range(0xfff9, 0xffff).map((point) =>
  Buffer.from(String.fromCodePoint(point)).toString("hex"),
);

const lows = words("edb080 edbfbf");
const highs = words("eda080 edadbf edae80 edafbf");

export const utf8Texts: readonly Utf8Texts[] = [
  {
    section: 5,
    about: "Characters of one to four bytes between ASCII, and Greek",
    texts: [
      ...["$", "¢", "€", "𤭢"].map((character) => Buffer.from(`hello${character}world`).toString("hex")),
      greek,
    ],
  },
  { section: 6, about: "The first bytes of a Greek word", texts: prefixes },
  { section: 7, about: "Lowest code point of its length", texts: words("00 c280 e0a080 f0908080") },
  { section: 8, about: "Lowest code point of five and six bytes", texts: words("f888808080 fc8480808080") },
  { section: 9, about: "Highest code point of its length", texts: words("7f dfbf efbfbf f48fbfbf") },
  { section: 10, about: "Beyond U+10FFFF", texts: words("f7bfbfbf fbbfbfbfbf fdbfbfbfbfbf") },
  {
    section: 11,
    about: "Around the edges of ranges",
    texts: words("ed9fbf ee8080 efbfbd f48fbfbf f4908080"),
  },
  {
    section: 12,
    about: "Continuation bytes of nothing",
    texts: ["80", "bf", ...continuations, hex(range(0x80, 0xbe))],
  },
  {
    section: 13,
    about: "Lead bytes, each followed by a space",
    texts: [
      spaced(0xc0, 0xde),
      spaced(0xe0, 0xee),
      spaced(0xf0, 0xf6),
      spaced(0xf8, 0xfa),
      spaced(0xfc, 0xfc),
    ],
  },
  { section: 14, about: "The last continuation byte is missing", texts: truncated },
  { section: 15, about: "Ten characters without their last bytes in a row", texts: [truncated.join("")] },
  { section: 16, about: "Bytes that are never UTF-8", texts: words("fe ff fefeffff") },
  { section: 17, about: "A slash, too long", texts: words("c0af e080af f08080af f8808080af fc80808080af") },
  {
    section: 18,
    about: "The longest too long",
    texts: words("c1bf e09fbf f08fbfbf f887bfbfbf fc83bfbfbfbf"),
  },
  { section: 19, about: "NUL, too long", texts: words("c080 e08080 f0808080 f880808080 fc8080808080") },
  { section: 20, about: "A surrogate", texts: [...highs, ...words("edb080 edbe80 edbfbf")] },
  {
    section: 21,
    about: "A pair of surrogates",
    texts: highs.flatMap((high) => lows.map((low) => high + low)),
  },
  { section: 22, about: "A noncharacter", texts: noncharacters },
  { section: 23, about: "The specials block", texts: specials },
];
