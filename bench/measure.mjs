import { spawn } from "node:child_process";
import os from "node:os";
import path from "node:path";
import { createInterface } from "node:readline";

/*
 * One scenario with one server, in fresh processes: the server on one core and the load on the others, where the system
 * lets us choose.
 */

const load = path.join(import.meta.dirname, "load", "main.mjs");
const pinned = os.platform() === "linux" && os.availableParallelism() > 1;
const pin = (cores, command) => (pinned ? ["taskset", "-c", cores, ...command] : command);
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
/** Milliseconds for any answer. */
const PATIENCE = 60_000;

/** A process that answers lines with lines of JSON. */
class Worker {
  #waiting = [];
  #answers = [];
  #failure;

  constructor(name, command, env) {
    this.name = name;
    this.process = spawn(command[0], command.slice(1), {
      env: { ...process.env, ...env },
      stdio: ["pipe", "pipe", "pipe"],
    });
    let errors = "";
    this.process.stderr.setEncoding("utf8").on("data", (text) => (errors = (errors + text).slice(0, 500)));
    this.process.stdin.on("error", () => {});
    this.process.on("error", (error) => this.#fail(error.message));
    this.process.on("close", (code) => this.#fail(`${name} ended (${code}) ${errors.trim()}`));
    createInterface({ input: this.process.stdout }).on("line", (line) => {
      const take = this.#waiting.shift();
      if (take === undefined) this.#answers.push(line);
      else take.resolve(JSON.parse(line));
    });
  }

  #fail(why) {
    this.#failure ??= new Error(why);
    for (const { reject } of this.#waiting.splice(0)) reject(this.#failure);
  }

  /** The next line that was not taken yet. */
  async answer() {
    if (this.#answers.length > 0) return JSON.parse(this.#answers.shift());
    if (this.#failure !== undefined) throw this.#failure;
    const timer = setTimeout(() => this.#fail(`${this.name} gave no answer`), PATIENCE);
    try {
      return await new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
    } finally {
      clearTimeout(timer);
    }
  }

  ask(line) {
    this.process.stdin.write(`${line}\n`);
    return this.answer();
  }

  async end() {
    const gone = new Promise((resolve) => this.process.once("close", resolve));
    if (this.process.exitCode !== null || this.process.signalCode !== null) return;
    this.process.kill("SIGKILL");
    await gone;
  }
}

/** Figures of one run: the `value` of the scenario's group, and how busy both sides were. */
export async function measure(peer, scenario, { time, warm, loads }) {
  const everywhere = peer.cores === "all";
  const command = peer.command(scenario);
  const server = new Worker("the server", everywhere ? command : pin("0", command), peer.env);
  const workers = [];
  try {
    const { port } = await server.answer();
    const cores = `1-${Math.max(1, os.availableParallelism() - 1)}`;
    const { compared = true, fragments = false } = peer;
    const share = { ...scenario, port, compared, fragments };
    const count = scenario.mode === "echo" ? Math.min(loads, scenario.conns) : 1;
    for (let i = 0; i < count; i++) {
      const conns = Math.floor(scenario.conns / count) + (i < scenario.conns % count ? 1 : 0);
      const loading = [process.execPath, load, JSON.stringify({ ...share, conns })];
      workers.push(new Worker("the load", everywhere ? loading : pin(cores, loading), {}));
    }
    await Promise.all(workers.map((worker) => worker.answer()));
    if (scenario.mode === "connect") return await connections(server, workers[0], scenario);
    if (scenario.mode === "idle") return await memory(server, workers[0], scenario);
    return await messages(server, workers, { time, warm });
  } finally {
    await Promise.all([server, ...workers].map((worker) => worker.end()));
  }
}

async function messages(server, workers, { time, warm }) {
  const look = async () => {
    const [used, ...counts] = await Promise.all([
      server.ask("usage"),
      ...workers.map((worker) => worker.ask("count")),
    ]);
    return { used, counts };
  };
  await sleep(warm * 1000);
  const before = await look();
  await sleep(time * 1000);
  const after = await look();
  const elapsed = after.used.at - before.used.at;
  // Each side is asked by its own clock, so that it does not matter which of them answers first.
  const rate = after.counts.reduce((sum, { answered, at }, i) => {
    return sum + (answered - before.counts[i].answered) / (at - before.counts[i].at);
  }, 0);
  if (rate === 0) throw new Error("no message was answered");
  const busy = (later, earlier) => (later.cpu - earlier.cpu) / (later.at - earlier.at);
  return {
    value: (after.used.cpu - before.used.cpu) / elapsed / rate,
    perSecond: rate * 1e6,
    serverBusy: busy(after.used, before.used),
    loadBusy: Math.max(...after.counts.map((count, i) => busy(count, before.counts[i]))),
  };
}

/** Handshakes of a server that has seen some already. */
async function connections(server, worker, { conns }) {
  await worker.ask(`open ${Math.ceil(conns / 5)}`);
  await worker.ask("drop");
  await sleep(500);
  const before = await server.ask("usage");
  await worker.ask(`open ${conns}`);
  const after = await server.ask("usage");
  return { value: (after.cpu - before.cpu) / conns, perSecond: (conns / (after.at - before.at)) * 1e6 };
}

/** What connections add to the memory of the process, garbage collected. */
async function memory(server, worker, { conns, size }) {
  await worker.ask(`open ${Math.ceil(conns / 5)}`);
  await worker.ask("drop");
  await sleep(500);
  const before = await server.ask("collect");
  await worker.ask(`open ${conns}`);
  if (size !== undefined) await worker.ask("talk");
  await sleep(200);
  const after = await server.ask("collect");
  return { value: (after.rss - before.rss) / conns };
}
