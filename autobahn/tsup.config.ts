import { readFileSync } from "node:fs";
import type { Options } from "tsup";

const { version } = JSON.parse(readFileSync(new URL("package.json", import.meta.url), "utf8"));

const config: Options = {
  entry: { cli: "src/cli/main.ts" },
  format: ["esm"],
  platform: "node",
  target: "node20",
  dts: false,
  define: { PACKAGE_VERSION: JSON.stringify(version) },
};

export default config;
