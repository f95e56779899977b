import type { Options } from "tsup";

const dts = { compilerOptions: { ignoreDeprecations: "6.0", stripInternal: true } };

const config: Options[] = [
  {
    entry: { index: "src/index.ts", core: "src/core.ts" },
    format: ["esm", "cjs"],
    platform: "node",
    target: "node20",
    dts,
  },
  {
    entry: { cli: "src/cli/main.ts" },
    format: ["esm"],
    platform: "node",
    target: "node20",
    dts: false,
  },
];

export default config;
