import type { DeflateParams } from "../wire/deflate-params.ts";
import { type ClientLimits, closedByFuzzer, type DeflateCase } from "./case.ts";

/* Sections 12 and 13: 1000 compressed messages a case, over five kinds of data (12) and seven parameter sets (13). */

/** Message size, frame size of the compressed bytes. */
const sizes: readonly (readonly [size: number, fragmentSize?: number])[] = [
  ...[16, 64, 256, 1024, 4096, 8192, 16_384, 32_768, 65_536, 131_072].map((size) => [size] as const),
  ...[8192, 16_384, 32_768, 65_536, 131_072].map((size) => [size, 256] as const),
  ...[1024, 4096, 32_768].map((fragmentSize) => [131_072, fragmentSize] as const),
];

const seconds = (size: number): number => (size <= 64 ? 60 : size <= 256 ? 120 : size <= 1024 ? 240 : 480);

/** Every offer says that the fuzzer can be limited in both ways; what it asks of the server differs. */
function offer(serverNoContextTakeover: boolean, serverMaxWindowBits?: number): DeflateParams {
  return {
    serverNoContextTakeover,
    serverMaxWindowBits,
    clientNoContextTakeover: true,
    clientMaxWindowBits: true,
  };
}

const limits = (noContextTakeover: boolean, windowBits?: number): ClientLimits => ({
  noContextTakeover,
  windowBits,
});

interface Section {
  readonly section: string;
  readonly data: DeflateCase["data"];
  readonly binary: boolean;
  readonly about: string;
  readonly offers: readonly DeflateParams[];
  readonly answers: readonly ClientLimits[];
}

const anything = { offers: [offer(false)], answers: [limits(false)] };
const json = { data: "json", binary: false } as const;

const sections: readonly Section[] = [
  { section: "12.1", data: "json", binary: false, about: "JSON", ...anything },
  { section: "12.2", data: "bitmap", binary: true, about: "a bitmap", ...anything },
  { section: "12.3", data: "prose", binary: true, about: "prose", ...anything },
  { section: "12.4", data: "html", binary: false, about: "HTML", ...anything },
  { section: "12.5", data: "pdf", binary: true, about: "a PDF", ...anything },
  { section: "13.1", ...json, about: "JSON, no limits", ...anything },
  {
    section: "13.2",
    ...json,
    about: "JSON, no context takeover",
    offers: [offer(true)],
    answers: [limits(true)],
  },
  {
    section: "13.3",
    ...json,
    about: "JSON, window 9",
    offers: [offer(false, 9)],
    answers: [limits(false, 9)],
  },
  {
    section: "13.4",
    ...json,
    about: "JSON, window 15",
    offers: [offer(false, 15)],
    answers: [limits(false, 15)],
  },
  {
    section: "13.5",
    ...json,
    about: "JSON, no context takeover, window 9",
    offers: [offer(true, 9)],
    answers: [limits(true, 9)],
  },
  {
    section: "13.6",
    ...json,
    about: "JSON, no context takeover, window 15",
    offers: [offer(true, 15)],
    answers: [limits(true, 15)],
  },
  {
    section: "13.7",
    ...json,
    about: "JSON, three offers",
    offers: [offer(true, 9), offer(true), offer(false)],
    answers: [limits(true, 9), limits(true), limits(false)],
  },
];

export const messagesPerCase = 1000;

export const deflateCases: readonly DeflateCase[] = sections.flatMap(({ section, about, ...rest }) =>
  sizes.map(([size, fragmentSize], i) => ({
    kind: "deflate",
    id: `${section}.${i + 1}`,
    title:
      `${messagesPerCase} compressed messages of ${size} ${rest.binary ? "bytes" : "characters"} of ${about}` +
      (fragmentSize === undefined ? "" : `, the compressed bytes in frames of ${fragmentSize}`),
    expectation: `Permessage-deflate is agreed, and each message comes back, all within ${seconds(size)} s.`,
    closing: closedByFuzzer,
    size,
    fragmentSize,
    count: messagesPerCase,
    timeout: seconds(size) * 1000,
    ...rest,
  })),
);
