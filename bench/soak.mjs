import { spawnSync } from "node:child_process";
import { join } from "node:path";

/*
 * npm run soak: the attacks of test/attacks at their full size, which takes about half an hour; with the name of a file
 * or -t and the name of a test only those. Each prints its figures.
 */

const vitest = join(import.meta.dirname, "../node_modules/vitest/vitest.mjs");
const args = [vitest, "run", "--project", "attacks", "--testTimeout", "3600000", ...process.argv.slice(2)];
const env = { ...process.env, HANDFAST_SOAK: "1" };
const { status } = spawnSync(process.execPath, args, { stdio: "inherit", env });
process.exitCode = status ?? 1;
