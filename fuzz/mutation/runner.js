import { readdirSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { Script } from "node:vm";
import { INSTRUMENTER_CONSTANTS } from "@stryker-mutator/api/core";
import { declareClassPlugin, PluginKind } from "@stryker-mutator/api/plugin";
import { DryRunStatus, MutantRunStatus, TestStatus } from "@stryker-mutator/api/test-runner";
import { build } from "esbuild";
import { collector } from "./vitest.js";

/*
 * A test runner for Stryker that bundles the tests of a room once, and evaluates the bundle anew for each mutant: no
 * process, no transform, and no state that one mutant could leave behind for the next. The pure rooms can be run like
 * this, since they touch nothing outside. A mutant costs what its tests cost, until the first of them fails.
 */

const room = process.env.HANDFAST_ROOM;
/** Runs of each property, for each that `npm test` makes: instrumented code is slow. */
const FACTOR = "0.03";
/** Milliseconds for one test. */
const TEST_TIMEOUT = 4000;
/** A test that takes more milliseconds of the processor, instrumented, is left out: each mutant would pay for it. */
const SLOW = 800;
/** A mutant that is met so many times as often as the code it came from does not come to an end. */
const MAX_HITS = 10;
/** The same for what is evaluated with the modules: there Stryker has not counted. */
const MAX_HITS_LOADING = 10_000_000;

/** The tests of each room. */
const TESTS = {
  frame: ["test/frame", "fuzz/frame.test.ts", "test/connection", "fuzz/connection.test.ts"],
  handshake: ["test/handshake", "fuzz/handshake.test.ts", "fuzz/head.test.ts"],
  connection: ["test/connection", "fuzz/connection.test.ts", "fuzz/pair", "fuzz/compression"],
  deflate: ["test/deflate", "fuzz/deflate"],
};

function testFiles(root) {
  const files = ["test", "fuzz"].flatMap((folder) =>
    readdirSync(join(root, folder), { recursive: true, encoding: "utf8" }).map((name) => `${folder}/${name}`),
  );
  const wanted = files.filter((name) => name.endsWith(".test.ts"));
  return TESTS[room]
    .flatMap((place) => wanted.filter((name) => name.startsWith(place)))
    .map((name) => join(root, name));
}

async function bundle(root) {
  const entry = [join(root, "fuzz/setup.ts"), ...testFiles(root)]
    .map((file) => `import ${JSON.stringify(file)};`)
    .join("\n");
  const { outputFiles } = await build({
    stdin: { contents: entry, resolveDir: root, loader: "ts" },
    bundle: true,
    write: false,
    format: "cjs",
    platform: "node",
    target: "node20",
    packages: "external",
    // package.json says that modules have no effects, which is not so for tests.
    ignoreAnnotations: true,
    define: { "import.meta.dirname": JSON.stringify(join(root, "fuzz")) },
    logLevel: "error",
  });
  return new Script(`(function (require, module, exports) {${outputFiles[0].text}\n})`);
}

const LATE = "out of time";
/** The clock goes on where a machine sleeps or has other things to do: then it is no word of this mutant. */
const PAUSED = "out of time, without the processor";
/** Where a test is put to be called by {@link CALL}. */
const TEST = Symbol.for("handfast.test");
/** Only code that is evaluated as a script can be ended by the clock while it does not return. */
const CALL = new Script('globalThis[Symbol.for("handfast.test")]()');

/** Milliseconds of the processor since then. */
function spentSince(from) {
  const { user, system } = process.cpuUsage(from);
  return (user + system) / 1000;
}

/** Fails where a test does not come to an end. */
function timed(result) {
  if (!(result instanceof Promise)) return result;
  let timer;
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(LATE), TEST_TIMEOUT);
  });
  return Promise.race([result, late]).finally(() => clearTimeout(timer));
}

export class BundleRunner {
  /** What instrumented code looks at, and writes. */
  #state = (globalThis[INSTRUMENTER_CONSTANTS.NAMESPACE] ??= {});
  #script;
  #require;
  /** Milliseconds of the processor that each test took, instrumented. */
  #cost = new Map();

  capabilities() {
    // Each run evaluates the bundle anew.
    return { reloadEnvironment: true };
  }

  async init() {
    process.env.HANDFAST_FUZZ_FACTOR = FACTOR;
    process.env.HANDFAST_FUZZ_SHRINK = "no";
    const root = process.cwd();
    this.#require = createRequire(join(root, "package.json"));
    this.#script = await bundle(root);
  }

  async dryRun() {
    const tests = this.#load();
    const results = [];
    for (const test of tests) {
      this.#state.currentTestId = test.id;
      const from = process.cpuUsage();
      const failure = await this.#run(test, undefined);
      const timeSpentMs = spentSince(from);
      this.#cost.set(test.id, timeSpentMs);
      if (timeSpentMs > SLOW) {
        console.log(`left out, ${Math.round(timeSpentMs)} ms: ${test.id}`);
        delete this.#state.mutantCoverage.perTest[test.id];
        continue;
      }
      const status = failure === undefined ? TestStatus.Success : TestStatus.Failed;
      results.push({ id: test.id, name: test.name, status, timeSpentMs, failureMessage: failure });
    }
    this.#state.currentTestId = undefined;
    return { status: DryRunStatus.Complete, tests: results, mutantCoverage: this.#state.mutantCoverage };
  }

  async mutantRun(options) {
    for (;;) {
      const result = await this.#tryMutant(options);
      if (result.reason !== PAUSED) return result;
    }
  }

  async #tryMutant({ activeMutant, testFilter, hitLimit, mutantActivation }) {
    const state = this.#state;
    // Stryker allows a hundred times as many.
    state.hitLimit = hitLimit === undefined ? MAX_HITS_LOADING : (hitLimit / 100) * MAX_HITS;
    state.hitCount = 0;
    // One that is only active from now on must not be seen while the modules are evaluated.
    state.activeMutant = mutantActivation === "static" ? activeMutant.id : undefined;
    const wanted = testFilter && new Set(testFilter);
    let tests;
    try {
      const cost = ({ id }) => this.#cost.get(id) ?? 0;
      // The cheap ones first: most mutants need no other.
      tests = this.#load()
        .filter((test) => (wanted?.has(test.id) ?? true) && cost(test) <= SLOW)
        .toSorted((one, other) => cost(one) - cost(other));
    } catch (error) {
      return {
        status: MutantRunStatus.Killed,
        killedBy: ["loading"],
        failureMessage: String(error),
        nrOfTests: 0,
      };
    }
    state.activeMutant = activeMutant.id;
    try {
      return await this.#hunt(tests);
    } finally {
      state.activeMutant = undefined;
    }
  }

  /** Runs tests up to the first that fails. */
  async #hunt(tests) {
    const state = this.#state;
    for (const [i, test] of tests.entries()) {
      const from = process.cpuUsage();
      const failureMessage = await this.#run(test, TEST_TIMEOUT);
      const reason = spentSince(from) > TEST_TIMEOUT / 2 ? LATE : PAUSED;
      if (state.hitCount > state.hitLimit) return { status: MutantRunStatus.Timeout, reason: "hit limit" };
      if (failureMessage === LATE) return { status: MutantRunStatus.Timeout, reason };
      if (failureMessage !== undefined)
        return { status: MutantRunStatus.Killed, killedBy: [test.id], failureMessage, nrOfTests: i + 1 };
    }
    return { status: MutantRunStatus.Survived, nrOfTests: tests.length };
  }

  /** The tests of a fresh evaluation. */
  #load() {
    const { module: vitest, tests } = collector();
    const require = (name) => (name === "vitest" ? vitest : this.#require(name));
    const module = { exports: {} };
    this.#script.runInThisContext()(require, module, module.exports);
    return tests;
  }

  /** What a test fails with; undefined where it passes. */
  async #run({ run }, timeout) {
    globalThis[TEST] = run;
    try {
      await timed(CALL.runInThisContext(timeout === undefined ? {} : { timeout }));
      return undefined;
    } catch (error) {
      if (error === LATE || error?.code === "ERR_SCRIPT_EXECUTION_TIMEOUT") return LATE;
      return String(error?.stack ?? error).slice(0, 500) || "failed";
    }
  }
}

export const strykerPlugins = [declareClassPlugin(PluginKind.TestRunner, "bundle", BundleRunner)];
