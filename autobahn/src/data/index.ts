import type { DeflateCase } from "../cases/case.ts";
import { makeBitmap } from "./bitmap.ts";
import { makeHtml } from "./html.ts";
import { makeJson } from "./json.ts";
import { makePdf } from "./pdf.ts";
import { makeProse } from "./prose.ts";

/*
 * What sections 12 and 13 send. Not the original's files: generated here, of the same kinds and sizes, and about as
 * compressible, since that is all that a codec can notice.
 */

export interface TestData {
  readonly data: Buffer;
  /** For text beyond ASCII: at which byte each character starts. */
  readonly cuts: Uint32Array | undefined;
}

const makers: Record<DeflateCase["data"], () => TestData> = {
  json: () => ({ data: makeJson(194_056), cuts: undefined }),
  bitmap: () => ({ data: makeBitmap(263_222), cuts: undefined }),
  prose: () => ({ data: makeProse(222_218), cuts: undefined }),
  html: () => {
    const data = makeHtml(263_647);
    return { data, cuts: characterStarts(data) };
  },
  pdf: () => ({ data: makePdf(1_042_328), cuts: undefined }),
};

const made = new Map<DeflateCase["data"], TestData>();

export function dataOf(kind: DeflateCase["data"]): TestData {
  const known = made.get(kind) ?? makers[kind]();
  made.set(kind, known);
  return known;
}

function characterStarts(data: Buffer): Uint32Array {
  return Uint32Array.from([...data.keys()].filter((i) => (data[i]! & 0xc0) !== 0x80));
}
