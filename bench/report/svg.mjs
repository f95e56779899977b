import { figure } from "./markdown.mjs";

/* The figures as a picture: a bar for each scenario and peer, as long as it is times as cheap as the base. */

const WIDTH = 860;
const LEFT = 250;
const RIGHT = 90;
const BAR = 13;
const GAP = 12;
const TOP = 56;
const COLORS = ["#2f6fde", "#8a8f98", "#c0823a", "#9a5fb5", "#4c9a6a", "#d1495b", "#5b6b7a", "#b59f3b"];

const escape = (text) => text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll('"', "&quot;");

function scenarioBars(title, rows, colorOf, scale, y) {
  const parts = [
    `<text x="${LEFT - 10}" y="${y + (rows.length * BAR) / 2 + 4}" class="title">${escape(title)}</text>`,
  ];
  rows.forEach(({ peer, ratio }, i) => {
    const top = y + i * BAR;
    const middle = top + BAR / 2;
    parts.push(
      `<rect x="${LEFT}" y="${top + 1}" width="${scale(ratio.median).toFixed(1)}" height="${BAR - 2}" fill="${colorOf(peer)}"/>`,
      `<path d="M${(LEFT + scale(ratio.least)).toFixed(1)} ${middle}H${(LEFT + scale(ratio.most)).toFixed(1)}" class="range"/>`,
      `<text x="${(LEFT + scale(Math.max(ratio.median, ratio.most)) + 6).toFixed(1)}" y="${middle + 4}">${figure(ratio.median)}</text>`,
    );
  });
  return parts;
}

/** A picture that stands on light and on dark. */
export function toSvg({ rows, scenarios, peers, base, about }) {
  const shown = scenarios
    .map(({ name, group, title }) => ({
      title: `${group}: ${title}`,
      rows: rows.filter((row) => row.scenario === name && row.ratio !== undefined),
    }))
    .filter((each) => each.rows.length > 0);
  const most = Math.max(1, ...shown.flatMap((each) => each.rows.map(({ ratio }) => ratio.most)));
  const scale = (ratio) => (ratio / most) * (WIDTH - LEFT - RIGHT);
  const names = Object.keys(peers);
  const colorOf = (peer) => COLORS[names.indexOf(peer) % COLORS.length];
  const parts = [];
  let y = TOP;
  for (const each of shown) {
    parts.push(...scenarioBars(each.title, each.rows, colorOf, scale, y));
    y += each.rows.length * BAR + GAP;
  }
  const legend = names.flatMap((name, i) => {
    const x = 10 + i * ((WIDTH - 20) / names.length);
    return [
      `<rect x="${x.toFixed(1)}" y="28" width="10" height="10" fill="${colorOf(name)}"/>`,
      `<text x="${(x + 14).toFixed(1)}" y="37">${escape(name)}</text>`,
    ];
  });
  const one = LEFT + scale(1);
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y + 24}" font-family="sans-serif" font-size="11">
<style>text{fill:#57606a}.title{text-anchor:end}.range,.one{stroke:#57606a;stroke-width:1}@media(prefers-color-scheme:dark){text{fill:#c9d1d9}.range,.one{stroke:#c9d1d9}}</style>
<text x="10" y="16" font-size="13">Times as cheap as ${escape(base)}: server CPU, memory; longer is better. Lines are least to most of ${about.rounds} rounds.</text>
${legend.join("\n")}
<path d="M${one.toFixed(1)} ${TOP - 6}V${y}" class="one" stroke-dasharray="2 3"/>
${parts.join("\n")}
<text x="10" y="${y + 14}">${escape(about.lines[0])}</text>
</svg>
`;
}
