import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { Crowd } from "./crowd.ts";

/*
 * Measures the built chat under a steady crowd: one process of the chat, and one for all people. Prints what it found
 * as JSON; exits with 1 where a message was lost or came twice.
 */

const { values } = parseArgs({
  options: {
    users: { type: "string", default: "2000" },
    rooms: { type: "string", default: "20" },
    rate: { type: "string", default: "200" },
    seconds: { type: "string", default: "30" },
  },
});
const [users, rooms, rate, seconds] = [values.users, values.rooms, values.rate, values.seconds].map(
  Number,
) as [number, number, number, number];

/** Milliseconds of CPU that a process has used, and its memory in MiB; undefined where the system does not tell. */
function usage(pid: number): { cpu: number; memory: number; peak: number } | undefined {
  if (!existsSync(`/proc/${pid}/stat`)) return undefined;
  // After the name in brackets; user and system time are the 14th and 15th field, in hundredths of a second.
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]!.split(" ");
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  const mebibytes = (name: string): number =>
    Math.round(Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)![1]) / 1024);
  return {
    cpu: (Number(fields[11]) + Number(fields[12])) * 10,
    memory: mebibytes("VmRSS"),
    peak: mebibytes("VmHWM"),
  };
}

const folder = mkdtempSync(join(tmpdir(), "handfast-chat-load-"));
const program = fileURLToPath(new URL("main.js", import.meta.url));
const chat = spawn(process.execPath, [program, "--port", "0", "--data", folder], {
  stdio: ["ignore", "pipe", "inherit"],
});
try {
  const [line] = (await once(createInterface(chat.stdout), "line")) as [string];
  const crowd = new Crowd({ port: Number(/:(\d+)$/.exec(line)![1]), users, rooms });
  await crowd.arrive();
  const before = usage(chat.pid!);
  const begin = performance.now();
  await crowd.talk(seconds, rate);
  const elapsed = performance.now() - begin;
  const after = usage(chat.pid!);
  await crowd.settle(30_000);
  const { messages, lost, doubled } = crowd.faults();
  const { latency, confirmed, refused, wrong } = crowd;
  const figures = {
    users,
    rooms,
    messagesPerSecond: Math.round(messages / (elapsed / 1000)),
    deliveries: latency.total,
    latencyMs: { p50: latency.quantile(0.5), p99: latency.quantile(0.99), max: latency.quantile(1) },
    ...(before && after && { cpuPercent: Math.round(((after.cpu - before.cpu) / elapsed) * 100) }),
    ...(after && { memoryMiB: after.memory, peakMiB: after.peak }),
    messages,
    confirmed,
    refused,
    lost,
    doubled,
    wrong,
  };
  console.log(JSON.stringify(figures, undefined, 2));
  crowd.leave();
  if (lost + doubled + wrong + refused > 0 || confirmed !== messages) process.exitCode = 1;
} finally {
  chat.kill("SIGKILL");
  await once(chat, "exit");
  rmSync(folder, { recursive: true });
}
