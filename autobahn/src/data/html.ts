import { createRandom, pick } from "./random.ts";

/** A page of long tables: the same markup over and over, with short texts that differ. */
export function makeHtml(bytes: number): Buffer {
  const random = createRandom(12_4);
  const lines = ["<!DOCTYPE html>", "<html>", "   <head>", "      <style>"];
  for (let i = 0; i < 60; i++) {
    lines.push(`         td.mark_${i} {`, `            color: #${hex(random, 6)};`, "         }");
  }
  lines.push(
    "      </style>",
    "   </head>",
    "   <body>",
    "      <p>κόσμε – grün, süß, schön, größer, 12 µs …</p>",
  );
  let size = lines.reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0);
  for (let i = 0; size < bytes; i++) {
    const rows = row(i, random);
    lines.push(...rows);
    size += rows.reduce((sum, line) => sum + line.length + 1, 0);
  }
  return Buffer.from(lines.join("\n").padEnd(bytes)).subarray(0, bytes);
}

const hex = (random: () => number, digits: number): string =>
  Array.from({ length: digits }, () => Math.floor(random() * 16).toString(16)).join("");

function row(i: number, random: () => number): string[] {
  const id = `${1 + Math.floor(i / 40)}.${1 + (Math.floor(i / 8) % 5)}.${1 + (i % 8)}`;
  const file = `lynx_client_case_${id.replaceAll(".", "_")}.html`;
  const mark = pick(random, ["case_ok", "case_ok", "case_ok", "case_failed", "case_non_strict"]);
  const duration = Math.floor(random() * 4000);
  return [
    '         <tr class="agent_case_result_row">',
    `            <td class="case"><a href="#case_desc_${id.replaceAll(".", "_")}">Case ${id}</a></td>`,
    `            <td class="${mark}"><a href="${file}">${mark === "case_ok" ? "Pass" : "Fail"}</a><br/><span class="case_duration">${duration} ms</span></td>`,
    `            <td class="close close_hide ${mark}"><span class="close_code">${pick(random, [1000, 1002, 1007])}</span></td>`,
    "         </tr>",
  ];
}
