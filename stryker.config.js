/* Mutation testing of one room, HANDFAST_ROOM; `npm run mutate` goes through all of them. */
const room = process.env.HANDFAST_ROOM;

/** @type {import("@stryker-mutator/api/core").PartialStrykerOptions} */
export default {
  mutate: [`src/${room}/*.ts`],
  plugins: ["./fuzz/mutation/runner.js"],
  testRunner: "bundle",
  coverageAnalysis: "perTest",
  concurrency: 1,
  // The runner counts how often a mutant is met, and ends those that do not come to an end. The clock is only for what it
  // cannot count, and must not take a machine that is busy with something else for a mutant.
  timeoutMS: 120_000,
  dryRunTimeoutMinutes: 30,
  reporters: ["clear-text", "progress-append-only", "json"],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  jsonReporter: { fileName: `.stryker/${room}.json` },
  tempDirName: `.stryker/tmp-${room}`,
  ignorePatterns: ["dist", "bench", "examples", "autobahn", "docs", ".stryker"],
};
