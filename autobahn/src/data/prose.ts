import { createRandom, pick } from "./random.ts";

const onsets = [
  "b",
  "d",
  "f",
  "g",
  "h",
  "k",
  "l",
  "m",
  "n",
  "r",
  "s",
  "sch",
  "st",
  "t",
  "v",
  "w",
  "z",
  "br",
  "gr",
  "tr",
  "",
];
const vowels = ["a", "e", "e", "e", "i", "o", "u", "ei", "ie", "au"];
const umlauts = ["ä", "ö", "ü"];
const codas = ["n", "r", "t", "s", "l", "ch", "nd", "st", "cht", "m", "ck", "", "", "", ""];
const endings = ["en", "er", "e", "est", "et", "lich", "ung", "", "", ""];
const marks = [",", ",", ".", "!", "?", ";", ":"];

/** Invented verse in the likeness of German, with its byte-order mark. */
export function makeProse(bytes: number): Buffer {
  const random = createRandom(12_3);
  const words = Array.from({ length: 22_000 }, () => word(random));
  const lines = ["\ufeff"];
  for (let size = 3; size < bytes;) {
    const line = `${verse(random, words)}\r\n`;
    lines.push(line);
    size += Buffer.byteLength(line);
  }
  return Buffer.from(lines.join("")).subarray(0, bytes);
}

function word(random: () => number): string {
  const syllables = random() < 0.45 ? 1 : random() < 0.8 ? 2 : 3;
  const vowel = (): string => pick(random, random() < 0.08 ? umlauts : vowels);
  const parts = Array.from({ length: syllables }, () => pick(random, onsets) + vowel() + pick(random, codas));
  const whole = parts.join("") + pick(random, endings);
  return random() < 0.25 ? whole.charAt(0).toUpperCase() + whole.slice(1) : whole;
}

/** Few words come often and many rarely, as in any language. */
const drawn = (random: () => number, words: readonly string[]): string =>
  words[Math.floor(words.length ** (random() ** 0.62)) - 1]!;

function verse(random: () => number, words: readonly string[]): string {
  if (random() < 0.12) return random() < 0.4 ? `${drawn(random, words).toUpperCase()}:` : "";
  const count = 3 + Math.floor(random() * 3);
  const line = Array.from({ length: count }, () => drawn(random, words)).join(" ");
  return line.charAt(0).toUpperCase() + line.slice(1) + pick(random, marks);
}
