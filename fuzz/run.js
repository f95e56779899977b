import { spawn } from "node:child_process";
import { randomInt } from "node:crypto";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

/*
 * npm run fuzz -- --minutes N: the properties again and again with seeds by chance, in several workers, until the time is
 * over. Each property has the same time in a round. Cases of fuzz/corpus come first; a new failure is written there.
 */

const { values } = parseArgs({
  options: {
    minutes: { type: "string", default: "1" },
    workers: { type: "string", default: String(availableParallelism()) },
    /** Only the properties with this in their name. */
    only: { type: "string" },
  },
});
const minutes = Number(values.minutes);
const workers = Number(values.workers);
if (!(minutes > 0) || !Number.isInteger(workers) || workers < 1) {
  console.error("npm run fuzz -- --minutes N --workers N --only NAME");
  process.exit(2);
}
const until = Date.now() + minutes * 60_000;
/** Short enough that even a run of a minute gets round to each property. */
const slice = Math.min(3000, minutes * 600);
const folder = mkdtempSync(join(tmpdir(), "handfast-fuzz-"));
const children = new Set();
let rounds = 0;
let failed = false;

/** One round of all properties; its output, and whether it was clean. */
function round(seed, worker) {
  const env = {
    ...process.env,
    HANDFAST_FUZZ_SEED: String(seed),
    HANDFAST_FUZZ_SLICE: String(slice),
    HANDFAST_FUZZ_UNTIL: String(until),
    HANDFAST_FUZZ_CORPUS: "write",
    HANDFAST_FUZZ_COUNTS: join(folder, `${worker}.counts`),
    NO_COLOR: "1",
  };
  const args = ["vitest", "run", "--project", "fuzz", "--exclude", "fuzz/work.test.ts", "--bail", "1"];
  args.push("--maxWorkers", "1", "--testTimeout", "600000");
  if (values.only !== undefined) args.push("--testNamePattern", values.only);
  return new Promise((resolve, reject) => {
    const child = spawn("npx", args, { env, cwd: join(import.meta.dirname, "..") });
    children.add(child);
    let output = "";
    for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (output += text));
    child.on("error", reject);
    child.on("close", (code) => {
      children.delete(child);
      resolve({ clean: code === 0, output });
    });
  });
}

async function work(worker) {
  while (!failed && Date.now() < until) {
    const seed = randomInt(2 ** 31);
    const { clean, output } = await round(seed, worker);
    rounds++;
    if (clean || failed) continue;
    failed = true;
    // What the others still find would only hide this.
    for (const child of children) child.kill();
    const at = output.indexOf("Failed Tests");
    console.log(output.slice(Math.max(0, at)).split("\n").slice(0, 60).join("\n"));
    console.log(`the round of seed ${seed} failed`);
  }
}

/** Runs of each property so far, by its name. */
function counts() {
  const sums = new Map();
  for (let worker = 0; worker < workers; worker++) {
    const file = join(folder, `${worker}.counts`);
    if (!existsSync(file)) continue;
    const lines = readFileSync(file, "utf8").split("\n").slice(0, -1);
    for (const { name, runs } of lines.map((line) => JSON.parse(line)))
      sums.set(name, (sums.get(name) ?? 0) + runs);
  }
  return sums;
}

const total = (sums) => [...sums.values()].reduce((sum, count) => sum + count, 0);
const progress = setInterval(() => {
  const sums = counts();
  const left = Math.max(0, Math.round((until - Date.now()) / 1000));
  console.log(`${left} s left, ${rounds} rounds, ${sums.size} properties, ${total(sums)} runs`);
}, 10_000);

await Promise.all(Array.from({ length: workers }, (_, worker) => work(worker)));
clearInterval(progress);
const sums = counts();
rmSync(folder, { recursive: true });
for (const [name, runs] of [...sums].toSorted(([a], [b]) => a.localeCompare(b))) {
  console.log(`${String(runs).padStart(9)}  ${name}`);
}
console.log(`${total(sums)} runs of ${sums.size} properties: ${failed ? "a failure" : "clean"}`);
process.exitCode = failed ? 1 : 0;
