import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

/*
 * npm run faults: deliberate faults, one at a time, in a copy of the sources. The properties as they run in `npm test` must
 * find each of them.
 */

/** Name, file, what stands there, and what is put there instead. */
const FAULTS = JSON.parse(readFileSync(join(import.meta.dirname, "faults.json"), "utf8"));

/** Where faults of a room are looked for: a part of what `npm test` runs. */
const PROPERTIES = {
  frame: ["fuzz/frame.test.ts", "fuzz/connection.test.ts", "fuzz/compression"],
  handshake: ["fuzz/handshake.test.ts", "fuzz/head.test.ts"],
  connection: ["fuzz/connection.test.ts", "fuzz/compression"],
  deflate: ["fuzz/deflate", "fuzz/compression"],
  server: ["fuzz/races"],
};

const root = join(import.meta.dirname, "..");
const { values } = parseArgs({ options: { only: { type: "string", default: "" } } });
let missed = 0;
for (const [name, file, from, to] of FAULTS.filter(([one]) => one.includes(values.only))) {
  const folder = mkdtempSync(join(tmpdir(), "handfast-fault-"));
  for (const part of ["src", "fuzz", "package.json", "tsconfig.json", "vitest.config.ts"])
    cpSync(join(root, part), join(folder, part), { recursive: true });
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  const path = join(folder, "src", `${file}.ts`);
  const source = readFileSync(path, "utf8");
  if (source.split(from).length !== 2) throw new Error(`${file}.ts does not have once: ${from}`);
  writeFileSync(
    path,
    source.replace(from, () => to),
  );
  const args = ["vitest", "run", "--project", "fuzz", "--bail", "1", ...PROPERTIES[file.split("/")[0]]];
  const env = { ...process.env, NO_COLOR: "1", HANDFAST_FUZZ_SHRINK: "no" };
  const { stdout, stderr } = spawnSync("npx", args, {
    cwd: folder,
    env,
    encoding: "utf8",
    maxBuffer: 2 ** 28,
  });
  const found = /FAIL\s+\|?fuzz\|?\s+(\S+) > (.*)/.exec(stdout + stderr);
  console.log(found === null ? `MISSED  ${name}` : `found   ${name}\n        by ${found[1]}: ${found[2]}`);
  if (found === null) missed++;
  rmSync(folder, { recursive: true });
}
console.log(missed === 0 ? "every fault is found" : `${missed} faults are missed`);
process.exitCode = missed === 0 ? 0 : 1;
