import { Buffer } from "node:buffer";
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RawClient } from "../wire/client.ts";
import { ACCEPTED, GOOD } from "../wire/heads.ts";
import { clientFrame, clientHeader } from "../wire/octets.ts";

/*
 * A message of 16 MiB through the built command, in fragments of 64 octets and in chunks of 64 octets. The memory of
 * the server's process stays a small multiple of the message; the figure is printed.
 */

const MIB = 1024 * 1024;
const SIZE = 16 * MIB;
const root = resolve(import.meta.dirname, "../..");
const payload = Buffer.alloc(SIZE, "0123456789abcdef_fedcba987654321-");
let folder = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "handfast-"));
  writeFileSync(join(folder, "package.json"), '{ "type": "module", "version": "0.0.0" }');
  const tsup = join(root, "node_modules/tsup/dist/cli-default.js");
  execFileSync(process.execPath, [tsup, "--silent", "--no-dts", "--out-dir", join(folder, "dist")], {
    cwd: root,
  });
});
afterAll(() => rmSync(folder, { recursive: true }));

async function startEcho(): Promise<{ server: ChildProcess; port: number }> {
  const args = [join(folder, "dist/cli.js"), "echo", "--port", "0", "--max-payload", "64mb"];
  const server = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = (await once(server.stdout, "data")) as [Buffer];
  return { server, port: Number(/:(\d+)\n/.exec(line.toString())![1]) };
}

/** The most memory that a process has held; undefined where the system does not tell. */
function peakMemory(pid: number): number | undefined {
  const file = `/proc/${pid}/status`;
  if (!existsSync(file)) return undefined;
  return Number(/VmHWM:\s+(\d+) kB/.exec(readFileSync(file, "utf8"))![1]) * 1024;
}

async function echoes(send: (client: RawClient) => Promise<void>): Promise<number | undefined> {
  const { server, port } = await startEcho();
  try {
    const client = await RawClient.connect({ port, host: "127.0.0.1" });
    await client.send(GOOD);
    await client.untilSize(ACCEPTED.length);
    await send(client);
    const received = await client.untilSize(ACCEPTED.length + 10 + SIZE);
    expect(received.subarray(ACCEPTED.length + 10).equals(payload)).toBe(true);
    return peakMemory(server.pid!);
  } finally {
    server.kill();
  }
}

function report(name: string, peak: number | undefined): void {
  if (peak === undefined) return;
  console.log(`${name}: peak memory of the server ${Math.round(peak / MIB)} MiB`);
  expect(peak).toBeLessThan(16 * SIZE);
}

describe("a message of 16 MiB", () => {
  it("in fragments of 64 octets", async () => {
    const peak = await echoes(async (client) => {
      const frames: Buffer[] = [];
      for (let at = 0; at < SIZE; at += 64) {
        const first = (at === 0 ? 2 : 0) | (at + 64 === SIZE ? 0x80 : 0);
        frames.push(clientFrame(first, payload.subarray(at, at + 64)));
      }
      await client.flush(Buffer.concat(frames));
    });
    report("in fragments of 64 octets", peak);
  });

  it("in chunks of 64 octets", async () => {
    const peak = await echoes(async (client) => {
      await client.flush(clientHeader(0x82, SIZE));
      for (let at = 0; at < SIZE; at += 64 * 64) {
        for (let chunk = at; chunk < at + 64 * 64; chunk += 64)
          client.socket.write(payload.subarray(chunk, chunk + 64));
        await client.flush(Buffer.alloc(0));
      }
    });
    report("in chunks of 64 octets", peak);
  });
});
