import { rmSync } from "node:fs";
import { join } from "node:path";
import { build } from "tsup";
import { chatBuild } from "../tsup.config.ts";
import { BUILT } from "./place.ts";

/* Builds the chat once for all its tests, with the library as it stands in the sources. */

export async function setup(): Promise<void> {
  rmSync(BUILT, { recursive: true, force: true });
  const [server, page] = chatBuild(BUILT);
  const handfast = join(import.meta.dirname, "../../../src/index.ts");
  const withSources = {
    ...server,
    noExternal: ["handfast"],
    esbuildOptions: (options: { alias?: Record<string, string> }) => {
      options.alias = { handfast };
    },
  };
  for (const options of [withSources, page]) await build({ ...options, config: false, silent: true });
}

export function teardown(): void {
  rmSync(BUILT, { recursive: true, force: true });
}
