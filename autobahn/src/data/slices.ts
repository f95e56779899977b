import type { DeflateCase } from "../cases/case.ts";
import { dataOf } from "./index.ts";

/**
 * Consecutive slices of the data, wrapping to its start. Text is cut in characters, which for text beyond ASCII are
 * not bytes, so that a slice is always UTF-8.
 */
export function createSlices(kind: DeflateCase["data"], size: number): () => Buffer {
  const { data, cuts } = dataOf(kind);
  const length = cuts ? cuts.length : data.length;
  const byteAt = (position: number): number =>
    position === length ? data.length : cuts ? cuts[position]! : position;
  let position = 0;
  return () => {
    const parts: Buffer[] = [];
    let rest = size;
    while (rest > 0) {
      const end = Math.min(position + rest, length);
      parts.push(data.subarray(byteAt(position), byteAt(end)));
      rest -= end - position;
      position = end === length ? 0 : end;
    }
    return parts.length === 1 ? parts[0]! : Buffer.concat(parts);
  };
}
