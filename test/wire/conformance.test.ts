import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join, relative, resolve } from "node:path";
import { expect, it } from "vitest";

/* The table of docs/conformance.md against the tests that vitest would run. */

const root = resolve(import.meta.dirname, "../..");

it("every test that docs/conformance.md names exists", { timeout: 120_000 }, () => {
  const vitest = join(root, "node_modules/vitest/vitest.mjs");
  const list = execFileSync(
    process.execPath,
    [vitest, "list", "--project", "wire", "--project", "attacks", "--json"],
    { cwd: root },
  );
  const tests = (JSON.parse(list.toString()) as { name: string; file: string }[]).map(
    ({ name, file }) => `${relative(root, file)} ${name.split(" > ").slice(1).join(" > ")}`,
  );
  const rows = readFileSync(join(root, "docs/conformance.md"), "utf8")
    .split("\n")
    .filter((line) => line.includes("| test/"))
    .map((line) => line.split("|").map((cell) => cell.trim()));
  const missing = rows.filter(
    ([, , file, name]) => !tests.some((test) => test.startsWith(`${file} ${name}`)),
  );
  expect(missing).toEqual([]);
  expect(rows.length).toBeGreaterThan(90);
});
