import process from "node:process";

/*
 * What every server under measurement does: it says on stdout where it listens, and answers each line on stdin with
 * what it has used so far. When stdin ends, so does the server.
 */

/** Options as name=value on the command line. */
export const options = Object.fromEntries(process.argv.slice(2).map((argument) => argument.split("=")));

const collect = () => {
  for (let i = 0; i < 3; i++) {
    if (globalThis.Bun === undefined) globalThis.gc?.();
    else globalThis.Bun.gc(true);
  }
};

const usage = () => {
  const { user, system } = process.cpuUsage();
  return { cpu: user + system, at: performance.now() * 1000, rss: process.memoryUsage().rss };
};

const tell = (value) => process.stdout.write(`${JSON.stringify(value)}\n`);

/**
 * CPU and time in microseconds, memory in bytes; `measure` where they are not this process's.
 *
 * @param {() => object | Promise<object>} measure
 */
export function control(port, measure = usage) {
  tell({ port });
  process.stdin.setEncoding("utf8");
  process.stdin.on("data", async (lines) => {
    for (const line of lines.split("\n")) {
      if (line === "collect") collect();
      if (line !== "") tell(await measure());
    }
  });
  process.stdin.on("end", () => process.exit());
}
