import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "tsup";

/**
 * Modules of the sources, built for this run: what is not part of the package's surface, too.
 *
 * @param {Record<string, string>} entry the file of each
 * @returns {Promise<Record<string, any>>} the module of each
 */
export async function loadBuilt(entry) {
  const outDir = mkdtempSync(join(tmpdir(), "handfast-bench-"));
  await build({
    entry,
    outDir,
    format: ["esm"],
    outExtension: () => ({ js: ".mjs" }),
    silent: true,
    config: false,
  });
  const names = Object.keys(entry);
  const modules = await Promise.all(
    names.map((name) => import(pathToFileURL(join(outDir, `${name}.mjs`)).href)),
  );
  rmSync(outDir, { recursive: true });
  return Object.fromEntries(names.map((name, i) => [name, modules[i]]));
}
