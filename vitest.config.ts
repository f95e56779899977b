import type { ViteUserConfig } from "vitest/config";

/** Examples import the library by its name; here that is the source, so that no build is needed first. */
const resolve = { alias: { handfast: new URL("src/index.ts", import.meta.url).pathname } };

/** The suites of `npm test`, in its order. Each is a project, so that one can be run alone. */
const config: ViteUserConfig = {
  test: {
    projects: [
      { test: { name: "fences", include: ["test/fences.test.ts"] } },
      {
        resolve,
        test: {
          name: "unit",
          include: ["test/**/*.test.ts", "examples/frameworks/**/*.test.ts"],
          exclude: [
            "test/fences.test.ts",
            "test/wire/**",
            "test/attacks/**",
            "test/package/**",
            "**/node_modules/**",
          ],
        },
      },
      {
        test: {
          name: "fuzz",
          include: ["fuzz/**/*.test.ts"],
          setupFiles: ["fuzz/setup.ts"],
          testTimeout: 60_000,
        },
      },
      { resolve, test: { name: "wire", include: ["test/wire/**/*.test.ts"], testTimeout: 30_000 } },
      {
        test: {
          name: "attacks",
          include: ["test/attacks/**/*.test.ts"],
          globalSetup: ["test/attacks/build.ts"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
      { test: { name: "autobahn", include: ["autobahn/test/**/*.test.ts"], testTimeout: 30_000 } },
      {
        resolve,
        test: {
          name: "chat",
          include: ["examples/chat/test/**/*.test.ts"],
          globalSetup: "examples/chat/test/build.ts",
          testTimeout: 60_000,
          hookTimeout: 60_000,
        },
      },
      {
        test: {
          name: "package",
          include: ["test/package/**/*.test.ts"],
          testTimeout: 120_000,
          hookTimeout: 120_000,
        },
      },
    ],
  },
};

export default config;
