import { copyFileSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, gzipSync } from "node:zlib";
import type { Options } from "tsup";

const here = import.meta.dirname;

/** The page's files as they are, and beside each what its compression leaves of it. */
function finishPage(folder: string): void {
  for (const name of ["index.html", "icon.svg"]) copyFileSync(join(here, "page", name), join(folder, name));
  for (const name of readdirSync(folder).filter((file) => !/\.(br|gz)$/.test(file))) {
    const bytes = readFileSync(join(folder, name));
    writeFileSync(join(folder, `${name}.br`), brotliCompressSync(bytes));
    writeFileSync(join(folder, `${name}.gz`), gzipSync(bytes, { level: 9 }));
  }
}

/** The chat, built into `folder`: the program, the worker of its history, the page, and the measurement. */
export function chatBuild(folder: string): [Options, Options] {
  const page = join(folder, "page");
  return [
    {
      entry: {
        main: join(here, "server/main.ts"),
        "ledger-worker": join(here, "storage/ledger-worker.ts"),
        load: join(here, "bench/load.ts"),
      },
      outDir: folder,
      format: "esm",
      platform: "node",
      target: "node20",
      splitting: false,
      dts: false,
      // Packages stay packages.
      external: [/^[^./]/],
    },
    {
      entry: { chat: join(here, "page/main.tsx"), style: join(here, "page/style/all.css") },
      outDir: page,
      format: "esm",
      platform: "browser",
      target: "es2022",
      minify: true,
      splitting: false,
      dts: false,
      noExternal: [/.*/],
      esbuildOptions: (options) => {
        options.jsx = "automatic";
        options.jsxImportSource = "preact";
      },
      onSuccess: async () => finishPage(page),
    },
  ];
}

export default chatBuild(join(here, "dist"));
