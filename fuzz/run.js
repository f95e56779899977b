import { spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

/*
 * npm run fuzz -- --minutes N: the properties again and again with seeds by chance, in several workers, until the time
 * is over. What failed before is tried first: a file in fuzz/corpus/ holds the seed and the report of one failure.
 */

const { values } = parseArgs({ options: { minutes: { type: "string", default: "1" } } });
const until = Date.now() + Number(values.minutes) * 60_000;
const factor = 3;
const corpus = join(import.meta.dirname, "corpus");
mkdirSync(corpus, { recursive: true });
const known = readdirSync(corpus)
  .filter((name) => name.endsWith(".json"))
  .map((name) => JSON.parse(readFileSync(join(corpus, name), "utf8")).seed);

let rounds = 0;
let failed = false;

/** One run of all properties; its output where it failed. */
function run(seed) {
  return new Promise((resolve, reject) => {
    const env = {
      ...process.env,
      HANDFAST_FUZZ_SEED: `${seed}`,
      HANDFAST_FUZZ_FACTOR: `${factor}`,
      NO_COLOR: "1",
    };
    const args = ["vitest", "run", "--project", "fuzz", "--testTimeout", "600000"];
    const child = spawn("npx", args, { env, cwd: join(import.meta.dirname, "..") });
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (output += text));
    child.on("error", reject);
    child.on("close", (code) => resolve(code === 0 ? undefined : output));
  });
}

async function worker() {
  while (!failed && (known.length > 0 || Date.now() < until)) {
    const seed = known.shift() ?? randomInt(2 ** 31);
    const output = await run(seed);
    rounds++;
    if (output === undefined) {
      const left = Math.max(0, Math.round((until - Date.now()) / 1000));
      console.log(`round ${rounds}: seed ${seed} is clean, ${left} s left`);
      continue;
    }
    failed = true;
    const report = output.slice(output.indexOf("Failed Tests")).split("\n").slice(0, 40);
    const file = join(corpus, `${seed}.json`);
    writeFileSync(file, `${JSON.stringify({ seed, factor, report }, undefined, 2)}\n`);
    console.log(
      `${report.join("\n")}\n\nseed ${seed} fails; replay: HANDFAST_FUZZ_SEED=${seed} HANDFAST_FUZZ_FACTOR=${factor} npx vitest run --project fuzz\nwritten to ${file}`,
    );
  }
}

await Promise.all(Array.from({ length: Math.max(1, availableParallelism()) }, worker));
console.log(
  `${rounds} rounds, each with ${factor} times the runs of npm test: ${failed ? "a failure" : "clean"}`,
);
process.exitCode = failed ? 1 : 0;
