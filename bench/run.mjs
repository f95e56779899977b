import { mkdirSync, writeFileSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { measure } from "./measure.mjs";
import { findPeers } from "./peers.mjs";
import { figure, toMarkdown } from "./report/markdown.mjs";
import { summarize } from "./report/statistics.mjs";
import { toSvg } from "./report/svg.mjs";
import { GROUPS, SCENARIOS } from "./scenarios.mjs";

/*
 * Compares servers side by side: of each scenario all servers have a turn, in rounds, in turning order. Prints a table and
 * writes results.json, results.md and results.svg.
 */

const HELP = `npm run bench -- [options]
  --rounds N         rounds of each scenario (5)
  --time S --warm S  seconds that are measured, and before them (1, 0.7)
  --peers a,b        only these servers; node:net is what Node itself costs
  --scenarios a,b    only these; a name's beginning is enough
  --base NAME        what ratios are taken to (ws)
  --build NAME=PATH  a further build of handfast: its index.js; may be repeated
  --loads N          processes that make the load (1)
  --out FOLDER       where the results go (bench/results)
  --list             what there is`;

const { values: flags } = parseArgs({
  options: {
    rounds: { type: "string", default: "5" },
    time: { type: "string", default: "1" },
    warm: { type: "string", default: "0.7" },
    peers: { type: "string" },
    scenarios: { type: "string", default: "" },
    base: { type: "string", default: "ws" },
    build: { type: "string", multiple: true, default: [] },
    loads: { type: "string", default: "1" },
    out: { type: "string", default: path.join(import.meta.dirname, "results") },
    list: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

const peers = findPeers(Object.fromEntries(flags.build.map((build) => build.split("="))));
const beginnings = flags.scenarios.split(",");
const scenarios = SCENARIOS.filter(({ name }) => beginnings.some((beginning) => name.startsWith(beginning)));
const names = flags.peers?.split(",") ?? Object.keys(peers).filter((name) => !peers[name].onRequest);
for (const name of names) if (peers[name] === undefined) throw new Error(`there is no server ${name}`);

if (flags.help || flags.list) {
  const list = SCENARIOS.map(({ name, group, title }) => `  ${name.padEnd(22)} ${group}, ${title}`);
  const found = Object.entries(peers).map(([name, { version }]) => `${name} ${version}`);
  console.log(`${HELP}\n\nservers: ${found.join(", ")}\n${list.join("\n")}`);
  process.exit();
}

const rounds = Number(flags.rounds);
const times = { time: Number(flags.time), warm: Number(flags.warm), loads: Number(flags.loads) };
const runs = [];
for (const scenario of scenarios) {
  const needs = [scenario.mode, ...(scenario.deflate ? ["deflate"] : [])];
  const able = names.filter((name) => !peers[name].lacks.some((kind) => needs.includes(kind)));
  for (let round = 0; round < rounds; round++) {
    // Nobody always follows the same one.
    for (const peer of round % 2 === 0 ? able : able.toReversed()) {
      const run = { scenario: scenario.name, peer, round };
      try {
        Object.assign(run, await measure(peers[peer], scenario, times));
      } catch (error) {
        run.error = error.message;
        console.error(`${scenario.name} ${peer}: ${error.message}`);
      }
      runs.push(run);
    }
  }
  console.log(`\n${scenario.name}: ${scenario.group}, ${scenario.title}; ${GROUPS[scenario.group]}`);
  for (const { peer, value, ratio } of summarize(runs, flags.base).filter(
    (row) => row.scenario === scenario.name,
  )) {
    if (value === undefined) continue;
    const spread = `${figure(value.least)} to ${figure(value.most)}`;
    const times_ = ratio && `${figure(ratio.median)} x (${figure(ratio.least)} to ${figure(ratio.most)})`;
    console.log(
      `  ${peer.padEnd(15)} ${figure(value.median).padStart(8)}  ${spread.padEnd(18)} ${times_ ?? ""}`,
    );
  }
}

const [cpu] = os.cpus();
const about = {
  command: `npm run bench -- ${process.argv.slice(2).join(" ")}`.trim(),
  rounds,
  lines: [
    `Node ${process.versions.node}, ${os.platform()} ${os.arch()}, ${os.availableParallelism()} x ${cpu?.model.trim() ?? "?"}, ${new Date().toISOString().slice(0, 10)}`,
    `Medians of ${rounds} rounds of ${times.time} s; ratios are taken within a round, and their least and most stand behind them.`,
    `Server CPU is user and system time of all threads, over 127.0.0.1. "At least": the load was the limit.`,
  ],
};
const shownPeers = Object.fromEntries(names.map((name) => [name, peers[name].version]));
const report = {
  rows: summarize(runs, flags.base),
  scenarios,
  groups: GROUPS,
  peers: shownPeers,
  base: flags.base,
  about,
};
mkdirSync(flags.out, { recursive: true });
writeFileSync(
  path.join(flags.out, "results.json"),
  `${JSON.stringify({ about, peers: shownPeers, runs }, undefined, 1)}\n`,
);
writeFileSync(path.join(flags.out, "results.md"), toMarkdown(report));
writeFileSync(path.join(flags.out, "results.svg"), toSvg(report));
console.log(
  `\nwritten to ${path.relative(process.cwd(), flags.out) || "."}: results.md, results.svg, results.json`,
);
if (runs.some(({ error }) => error !== undefined)) process.exitCode = 1;
