import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/*
 * Cases that failed once, each a small file: the property's name and its arguments, written so that they can be read
 * and changed. They are values and no seeds: they outlive every change of the arbitraries.
 */

const CORPUS = join(import.meta.dirname, "corpus");

export interface Found {
  readonly property: string;
  /** What was wrong, in one line. */
  readonly error: string;
  /** The property's arguments. */
  readonly case: readonly unknown[];
}

/** What JSON cannot say has a name: `{ "octets": "00ff" }`, `{ "integer": "9007199254740993" }`, `{ "absent": true }`. */
export function encode(value: unknown): unknown {
  if (value === undefined) return { absent: true };
  if (typeof value === "bigint") return { integer: String(value) };
  if (value instanceof Uint8Array) return { octets: Buffer.from(value).toString("hex") };
  if (Array.isArray(value)) return value.map(encode);
  if (typeof value !== "object" || value === null) return value;
  if ("toJSON" in value && typeof value.toJSON === "function") return encode(value.toJSON());
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, encode(one)]));
}

export function decode(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(decode);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value);
  const [name, one] = entries.length === 1 ? entries[0]! : [];
  if (name === "absent") return undefined;
  if (name === "integer" && typeof one === "string") return BigInt(one);
  if (name === "octets" && typeof one === "string") return Uint8Array.from(Buffer.from(one, "hex"));
  return Object.fromEntries(entries.map(([each, inner]) => [each, decode(inner)]));
}

export interface Known {
  readonly file: string;
  readonly case: readonly unknown[];
}

/** The cases of a property. */
export function known(property: string): Known[] {
  return readdirSync(CORPUS)
    .filter((file) => file.endsWith(".json"))
    .map((file) => ({ file, found: JSON.parse(readFileSync(join(CORPUS, file), "utf8")) as Found }))
    .filter(({ found }) => found.property === property)
    .map(({ file, found }) => ({ file, case: decode(found.case) as readonly unknown[] }));
}

/** Writes a case down; returns the file. */
export function keep(found: Found, seed: number): string {
  const words = found.property.toLowerCase().match(/[a-z0-9]+/g) ?? [];
  const file = join(CORPUS, `${words.join("-").slice(0, 60)}-${seed >>> 0}.json`);
  mkdirSync(CORPUS, { recursive: true });
  const { property, error } = found;
  const text = { property, error, case: encode(found.case) };
  writeFileSync(file, `${JSON.stringify(text, undefined, 2)}\n`);
  return file;
}
