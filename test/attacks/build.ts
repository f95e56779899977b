import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "tsup";
import type { TestProject } from "vitest/node";

/*
 * The programs that run as processes of their own, so that the memory of the server is its alone. They are made from the
 * sources once, before the tests.
 */

declare module "vitest" {
  interface ProvidedContext {
    /** The folder of the programs. */
    programs: string;
  }
}

export default async function setup(project: TestProject): Promise<() => void> {
  const folder = mkdtempSync(join(tmpdir(), "handfast-attacks-"));
  await build({
    config: false,
    entry: {
      server: join(import.meta.dirname, "server/main.ts"),
      load: join(import.meta.dirname, "load/main.ts"),
    },
    format: "esm",
    platform: "node",
    target: "node20",
    outDir: folder,
    outExtension: () => ({ js: ".mjs" }),
    silent: true,
  });
  project.provide("programs", folder);
  return () => rmSync(folder, { recursive: true });
}
