/* Mutation testing of one room, HANDFAST_ROOM; `npm run mutate` goes through all of them. */
const room = process.env.HANDFAST_ROOM;

/** @type {import("@stryker-mutator/api/core").PartialStrykerOptions} */
export default {
  mutate: [`src/${room}/*.ts`],
  plugins: ["./fuzz/mutation/runner.js"],
  testRunner: "bundle",
  coverageAnalysis: "perTest",
  concurrency: 1,
  // One that a busy machine holds up must not look like one that does not come to an end; few are found by the clock.
  timeoutMS: 20_000,
  reporters: ["clear-text", "progress-append-only", "json"],
  clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
  jsonReporter: { fileName: `.stryker/${room}.json` },
  tempDirName: `.stryker/tmp-${room}`,
  ignorePatterns: ["dist", "bench", "examples", "autobahn", "docs", ".stryker"],
};
