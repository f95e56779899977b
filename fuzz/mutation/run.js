import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";

/*
 * npm run mutate -- --room NAME: mutation testing of the pure rooms, one after the other. Every mutant that survives must
 * be in equivalent.json, with the reason why no test can tell it from the original; and no other may be there.
 */

const ROOMS = ["frame", "handshake", "connection", "deflate"];
const root = join(import.meta.dirname, "../..");
const { values } = parseArgs({ options: { room: { type: "string", multiple: true, default: ROOMS } } });
const known = JSON.parse(readFileSync(join(import.meta.dirname, "equivalent.json"), "utf8"));

const oneLine = (text) => text.replaceAll(/\s+/g, " ").trim();

/** A mutant as the list has it: the lines it is in, and what becomes of them. */
function describe(source, { location: { start, end }, replacement }) {
  const lines = source.split("\n").slice(start.line - 1, end.line);
  const before = lines[0].slice(0, start.column - 1);
  const behind = lines.at(-1).slice(end.column - 1);
  return { line: oneLine(lines.join("\n")), becomes: oneLine(before + replacement + behind) };
}

const same = (one, other) =>
  one.file === other.file && one.line === other.line && one.becomes === other.becomes;

let complaints = 0;
const sums = { detected: 0, alive: 0 };
for (const room of values.room) {
  const env = { ...process.env, HANDFAST_ROOM: room };
  const stryker = spawnSync("npx", ["stryker", "run"], { cwd: root, env, stdio: "inherit" });
  if (stryker.status !== 0) process.exit(1);
  const { files } = JSON.parse(readFileSync(join(root, `.stryker/${room}.json`), "utf8"));
  const all = Object.entries(files).flatMap(([file, { source, mutants }]) =>
    mutants.map((mutant) => ({ file, status: mutant.status, ...describe(source, mutant) })),
  );
  const isKnown = (mutant) => known.some((row) => same(row, mutant));
  // One that is in the list is no other program, only slower where it has run out of time.
  const isAlive = (mutant) =>
    mutant.status === "Survived" ||
    mutant.status === "NoCoverage" ||
    (mutant.status === "Timeout" && isKnown(mutant));
  const alive = all.filter(isAlive);
  const detected = all.filter(
    (mutant) => (mutant.status === "Killed" || mutant.status === "Timeout") && !isAlive(mutant),
  ).length;
  sums.detected += detected;
  sums.alive += alive.length;
  const score = ((100 * detected) / (detected + alive.length)).toFixed(2);
  console.log(`${room}: ${detected} of ${detected + alive.length} mutants are killed, ${score} %`);
  for (const { file, line, becomes } of alive.filter((one) => !isKnown(one))) {
    complaints++;
    console.log(`survived: ${JSON.stringify({ file, line, becomes }, undefined, 2)}`);
  }
  const ofRoom = known.filter(({ file }) => file.startsWith(`src/${room}/`));
  for (const row of ofRoom.filter((one) => !alive.some((other) => same(one, other)))) {
    complaints++;
    console.log(`in equivalent.json, but killed or gone: ${row.file}: ${row.line}`);
  }
}
const total = sums.detected + sums.alive;
console.log(`together: ${sums.detected} of ${total}, ${((100 * sums.detected) / total).toFixed(2)} %`);
console.log(complaints === 0 ? "every survivor is explained" : `${complaints} to explain`);
process.exitCode = complaints === 0 ? 0 : 1;
