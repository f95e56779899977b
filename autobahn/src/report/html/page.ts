import { allCases, sectionOf, sectionTitles } from "../../cases/index.ts";
import type { CaseReport } from "../case-json.ts";
import type { Index, IndexEntry } from "../index-json.ts";
import { script, style } from "./assets.ts";
import { detailOf } from "./detail.ts";
import { embedJson, escape } from "./escape.ts";
import { behaviorStyle, closeStyle } from "./verdict-style.ts";

/** One page with everything in it: a matrix of cases by agents, each cell opening what happened. */
export function renderPage(index: Index, reports: readonly CaseReport[]): string {
  const agents = Object.keys(index).toSorted();
  const ids = allCases.map(({ id }) => id).filter((id) => agents.some((agent) => index[agent]![id]));
  const details = Object.fromEntries(
    reports.map((report) => [keyOf(report.agent, report.id), detailOf(report)]),
  );
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>WebSocket conformance: ${escape(agents.join(", "))}</title>
<style>${style}</style>
</head>
<body>
<h1>WebSocket conformance</h1>
<p>${ids.length} cases of the Autobahn testsuite, played by handfast-autobahn. Each cell shows the
behavior and, on the right, the peer's close code in the colour of how the connection ended; it opens the case with its wire log.</p>
<div class="key">${legend}</div>
${table(agents, ids, index)}
<dialog><form method="dialog"><button>Close</button></form><div></div></dialog>
<script type="application/json" id="details">${embedJson(details)}</script>
<script>${script}</script>
</body>
</html>
`;
}

const keyOf = (agent: string, id: string): string => `${agent}/${id}`;

const legend = ["OK", "NON-STRICT", "INFORMATIONAL", "UNIMPLEMENTED", "FAILED"]
  .map(behaviorStyle)
  .map(({ label, mark }) => `<span class="${mark}">${label}</span>`)
  .join("");

function table(agents: readonly string[], ids: readonly string[], index: Index): string {
  const heads = agents
    .map((agent) => `<th scope="col">${escape(agent)} ${counts(index[agent]!)}</th>`)
    .join("");
  let section = "";
  const rows = ids.map((id) => {
    const opening = sectionOf(id) === section ? "" : sectionRow((section = sectionOf(id)), agents.length + 1);
    const cells = agents.map((agent) => cell(agent, id, index[agent]![id])).join("");
    return `${opening}<tr><th scope="row">${id}</th>${cells}</tr>`;
  });
  return `<div class="scroll"><table>
<thead><tr><th scope="col">Case</th>${heads}</tr></thead>
<tbody>
${rows.join("\n")}
</tbody></table></div>`;
}

const sectionRow = (section: string, columns: number): string =>
  `<tr class="section"><th colspan="${columns}">${section} ${escape(sectionTitles[section] ?? "")}</th></tr>\n`;

function counts(cases: Readonly<Record<string, IndexEntry>>): string {
  const entries = Object.values(cases);
  return `<small>${entries.filter(({ behavior }) => behavior === "OK").length} of ${entries.length} pass</small>`;
}

function cell(agent: string, id: string, entry: IndexEntry | undefined): string {
  if (!entry) return '<td class="missing">missing</td>';
  const { label, mark } = behaviorStyle(entry.behavior);
  const close = closeStyle(entry.behaviorClose, entry.remoteCloseCode);
  const key = escape(keyOf(agent, id));
  return `<td><button class="${mark}" data-key="${key}">${label} <small>${entry.duration} ms</small><b class="${close.mark}">${close.label}</b></button></td>`;
}
