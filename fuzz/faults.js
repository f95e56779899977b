import { spawn } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

/*
 * npm run faults: deliberate faults, one at a time, in a copy of the sources. The properties as they run in `npm test` must
 * find each of them.
 */

/** Where faults of a room are looked for: a part of what `npm test` runs. */
const PROPERTIES = {
  frame: ["fuzz/frame.test.ts", "fuzz/connection.test.ts", "fuzz/compression"],
  handshake: ["fuzz/handshake.test.ts", "fuzz/head.test.ts"],
  connection: ["fuzz/connection.test.ts", "fuzz/memory.test.ts", "fuzz/compression", "fuzz/pair"],
  deflate: ["fuzz/deflate", "fuzz/compression"],
  server: ["fuzz/memory.test.ts", "fuzz/frame.test.ts", "fuzz/races", "fuzz/sessions"],
};

const root = join(import.meta.dirname, "..");
const { values } = parseArgs({
  options: {
    workers: { type: "string", default: String(availableParallelism()) },
    /** Only the faults with this in their name. */
    only: { type: "string", default: "" },
  },
});
const workers = Number(values.workers);
/** Name, file, what stands there, and what is put there instead. */
const all = JSON.parse(readFileSync(join(import.meta.dirname, "faults.json"), "utf8"));
const faults = all.filter(([name]) => name.includes(values.only));
if (faults.length === 0 || !Number.isInteger(workers) || workers < 1) {
  console.error(`npm run faults -- --workers N --only WORDS; ${faults.length} of ${all.length} faults match`);
  process.exit(2);
}

/** A copy of the sources with the fault in it. */
function plant([, file, from, to]) {
  const folder = mkdtempSync(join(tmpdir(), "handfast-fault-"));
  for (const part of ["src", "fuzz", "package.json", "tsconfig.json", "vitest.config.ts"])
    cpSync(join(root, part), join(folder, part), { recursive: true });
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  const path = join(folder, "src", `${file}.ts`);
  const source = readFileSync(path, "utf8");
  writeFileSync(
    path,
    source.replace(from, () => to),
  );
  return folder;
}

/** The first property that fails; undefined where all of them hold. */
async function firstToFail(folder, room) {
  const args = [
    "vitest",
    "run",
    "--project",
    "fuzz",
    "--bail",
    "1",
    "--maxWorkers",
    "1",
    ...PROPERTIES[room],
  ];
  const env = { ...process.env, NO_COLOR: "1", HANDFAST_FUZZ_SHRINK: "no" };
  const child = spawn("npx", args, { cwd: folder, env });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (output += text));
  const code = await new Promise((resolve, reject) => child.on("error", reject).on("close", resolve));
  const found = /FAIL\s+\|?fuzz\|?\s+(\S+) > (.*)/.exec(output);
  if (found === null && code !== 0) throw new Error(`no property failed, and yet:\n${output}`);
  return found === null ? undefined : `${found[1]}: ${found[2]}`;
}

let done = 0;
let missed = 0;
const waiting = [...faults];
async function work() {
  for (let fault = waiting.shift(); fault !== undefined; fault = waiting.shift()) {
    const folder = plant(fault);
    const by = await firstToFail(folder, fault[1].split("/")[0]);
    rmSync(folder, { recursive: true });
    if (by === undefined) missed++;
    const verdict =
      by === undefined ? `MISSED  ${fault[0]}` : `found   ${fault[0]}\n${" ".repeat(16)}by ${by}`;
    console.log(`${String(++done).padStart(3)}/${faults.length} ${verdict}`);
  }
}

await Promise.all(Array.from({ length: workers }, work));
console.log(missed === 0 ? "every fault is found" : `${missed} faults are missed`);
process.exitCode = missed === 0 ? 0 : 1;
