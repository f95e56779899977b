import type { Case } from "./case.ts";
import { closingCases } from "./closing.ts";
import { deflateCases } from "./deflate.ts";
import { echoCases } from "./echo.ts";
import { autoFragmentCases, fragmentationCases } from "./fragmentation.ts";
import { limitCases } from "./limits.ts";
import { pingCases } from "./ping.ts";
import { reservedBitCases, reservedOpcodeCases } from "./refused-frames.ts";
import { utf8Cases } from "./utf8.ts";

/** All 517, in the original's order: its `case=N` counts from 1 in this list. */
export const allCases: readonly Case[] = [
  ...echoCases,
  ...pingCases,
  ...reservedBitCases,
  ...reservedOpcodeCases,
  ...fragmentationCases,
  ...utf8Cases,
  ...closingCases,
  ...limitCases,
  ...autoFragmentCases,
  ...deflateCases,
];

/** What the sections are about, for tables and the report. */
export const sectionTitles: Readonly<Record<string, string>> = {
  "1": "Framing",
  "2": "Pings and pongs",
  "3": "Reserved bits",
  "4": "Reserved opcodes",
  "5": "Fragmentation",
  "6": "UTF-8",
  "7": "Closing",
  "9": "Limits and performance",
  "10": "Automatic fragmentation",
  "12": "Compression, kinds of data",
  "13": "Compression, parameters",
};

export const sectionOf = (id: string): string => id.slice(0, id.indexOf("."));
