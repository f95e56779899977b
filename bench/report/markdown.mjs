/* The figures as Markdown: a table for each group, a row for each scenario and peer. */

export const figure = (value) =>
  value === undefined
    ? ""
    : Math.abs(value) >= 100
      ? Math.round(value).toLocaleString("en-US")
      : value.toFixed(Math.abs(value) >= 10 ? 1 : 2);

/** From this share of a core on, the load may be what limits the messages per second. */
const LOAD_LIMIT = 0.9;

function row(peers, title, { peer, value, perSecond, ratio, loadBusy, error }) {
  const name = `${peer} ${peers[peer] ?? ""}`.trim();
  if (value === undefined) return `| ${title} | ${name} | failed: ${error.replaceAll(/[|\n]/g, " ")} | | | |`;
  const bound = loadBusy >= LOAD_LIMIT ? ", at least" : "";
  const cells = [
    title,
    name,
    figure(value.median),
    `${figure(value.least)} to ${figure(value.most)}`,
    perSecond === undefined ? "" : figure(perSecond) + bound,
    ratio === undefined ? "" : `${figure(ratio.median)} (${figure(ratio.least)} to ${figure(ratio.most)})`,
  ];
  return `| ${cells.join(" | ")} |`;
}

/** `peers` are versions by name. */
export function toMarkdown({ rows, scenarios, groups, peers, base, about }) {
  const text = [`<!-- Written by: ${about.command} -->`, "", ...about.lines.map((line) => `- ${line}`)];
  for (const [group, unit] of Object.entries(groups)) {
    const members = scenarios.filter((scenario) => scenario.group === group);
    if (members.length === 0) continue;
    text.push(
      "",
      `### ${group[0].toUpperCase()}${group.slice(1)}`,
      "",
      `| | server | ${unit} | least to most | per second | times as cheap as ${base} |`,
      "| :-- | :-- | --: | --: | --: | --: |",
    );
    for (const { name, title } of members) {
      let shown = title;
      for (const each of rows.filter(({ scenario }) => scenario === name)) {
        text.push(row(peers, shown, each));
        shown = "";
      }
    }
  }
  return `${text.join("\n")}\n`;
}
