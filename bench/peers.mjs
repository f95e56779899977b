import { execFileSync } from "node:child_process";
import { createRequire } from "node:module";
import path from "node:path";

/*
 * The servers that are compared: npm's, always; Bun and Deno where they are installed (on the PATH, or where BENCH_BUN
 * and BENCH_DENO say). `lacks` are modes and kinds of scenarios that a server has no answer to.
 */

const script = (name) => path.join(import.meta.dirname, "servers", `${name}.mjs`);
const node = process.env.BENCH_NODE ?? process.execPath;
const require = createRequire(import.meta.url);
const versionOf = (name) => {
  // Not every package lets its package.json be imported.
  let folder = path.dirname(require.resolve(name));
  while (path.basename(folder) !== name) folder = path.dirname(folder);
  return require(path.join(folder, "package.json")).version;
};

const run = (name, options = {}) => ({
  version: options.version ?? versionOf(name),
  lacks: options.lacks ?? [],
  env: options.env ?? {},
  command: (scenario) => [
    node,
    "--expose-gc",
    script(options.script ?? name),
    ...(options.args?.(scenario) ?? []),
    `deflate=${scenario.deflate ? 1 : 0}`,
  ],
});

/** What `command --version` says; undefined where there is no such program. */
function installed(command) {
  try {
    const out = execFileSync(command, ["--version"], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    return /\d+\.\d+\.\d+/.exec(out)?.[0];
  } catch {
    return undefined;
  }
}

/** handfast used in other ways, which are measured where they are asked for. */
const VARIANTS = {
  ordinary: { version: "without sharedRead", args: ["shared=0"] },
  decoded: { version: "texts read as strings", args: ["way=decoded"], lacks: ["broadcast"] },
  iteration: { version: "for await", args: ["way=iteration"], lacks: ["broadcast"] },
  streams: {
    version: "message streams",
    args: ["way=streams"],
    lacks: ["broadcast", "deflate"],
    fragments: true,
  },
};

/** `builds` are further builds of handfast: a name and the path of each one's index.js. */
export function findPeers(builds = {}) {
  const { version } = require("../package.json");
  const peers = {
    handfast: run("handfast", { version }),
    ws: run("ws", { env: { WS_NO_BUFFER_UTIL: "1", WS_NO_UTF_8_VALIDATE: "1" } }),
    websocket: run("websocket", { lacks: ["deflate"] }),
    "faye-websocket": run("faye-websocket", { lacks: ["deflate"] }),
    "node:net": run("floor", {
      version: "the floor",
      lacks: ["deflate"],
      args: ({ size = 0, payload = "binary" }) => [`size=${size}`, `text=${payload === "binary" ? 0 : 1}`],
    }),
  };
  peers["node:net"].compared = false;
  for (const [name, { args, ...about }] of Object.entries(VARIANTS)) {
    peers[name] = { ...run("handfast", { version, args: () => args }), ...about, onRequest: true };
  }
  for (const [cores, inWords] of [
    [1, "one process"],
    [2, "two processes"],
  ]) {
    peers[`cluster-${cores}`] = {
      ...run("cluster", { version: inWords, lacks: ["broadcast", "idle"], args: () => [`cores=${cores}`] }),
      cores: "all",
      onRequest: true,
    };
  }
  for (const [name, lib] of Object.entries(builds)) {
    peers[name] = run(name, {
      script: "handfast",
      version: "a build",
      args: () => [`lib=${path.resolve(lib)}`],
    });
  }
  const bun = process.env.BENCH_BUN ?? "bun";
  const bunVersion = installed(bun);
  if (bunVersion !== undefined) {
    peers.Bun = {
      version: bunVersion,
      lacks: [],
      env: {},
      command: ({ deflate }) => [bun, script("bun"), `deflate=${deflate ? 1 : 0}`],
    };
  }
  const deno = process.env.BENCH_DENO ?? "deno";
  const denoVersion = installed(deno);
  if (denoVersion !== undefined) {
    peers.Deno = {
      version: denoVersion,
      lacks: ["deflate"],
      env: {},
      command: () => [deno, "run", "--allow-all", "--v8-flags=--expose-gc", script("deno")],
    };
  }
  return peers;
}
