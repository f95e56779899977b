import { Buffer } from "node:buffer";
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface, type Interface } from "node:readline";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { RawClient } from "../wire/client.ts";
import { DeflatingClient, deflated, OFFER } from "../wire/deflating.ts";
import { clientFrame } from "../wire/octets.ts";

/* What a bomb takes in the process of a server: bomb-server.mjs with the built package. */

const MIB = 1024 * 1024;
const LIMIT = 64 * MIB;
const root = resolve(import.meta.dirname, "../..");
let folder = "";
let server: ChildProcess;
let lines: AsyncIterator<string>;
let port = 0;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "handfast-"));
  writeFileSync(join(folder, "package.json"), '{ "type": "module", "version": "0.0.0" }');
  const tsup = join(root, "node_modules/tsup/dist/cli-default.js");
  execFileSync(process.execPath, [tsup, "--silent", "--no-dts", "--out-dir", join(folder, "dist")], {
    cwd: root,
  });
  const script = join(import.meta.dirname, "bomb-server.mjs");
  const args = ["--expose-gc", script, join(folder, "dist/index.js")];
  server = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "inherit"] });
  const output: Interface = createInterface(server.stdout!);
  lines = output[Symbol.asyncIterator]();
  port = Number((await lines.next()).value);
});
afterAll(async () => {
  server.kill();
  await once(server, "exit");
  rmSync(folder, { recursive: true });
});

interface Outcome {
  readonly code: number;
  readonly before: number;
  readonly peak: number;
  readonly buffers: number;
  readonly turns: number;
  readonly longest: number;
}

const bombOf = (size: number): Buffer => clientFrame(0xc2, deflated(Buffer.alloc(size), { level: 9 }));

/** Sends the message, with a text before it that the server knows; what it says when the connection is over. */
async function send(
  message: Buffer,
  end: (client: DeflatingClient) => Promise<unknown>,
  destroyAt = 0,
  collect = true,
): Promise<Outcome> {
  const begin = clientFrame(0x81, Buffer.from(JSON.stringify([destroyAt, collect])));
  const connect = (): Promise<RawClient> => RawClient.connect({ port, host: "127.0.0.1" });
  const client = await DeflatingClient.open({ connect }, OFFER);
  await client.raw.send(Buffer.concat([begin, message]));
  await end(client);
  client.raw.socket.destroy();
  return JSON.parse((await lines.next()).value as string) as Outcome;
}

const report = (name: string, { peak, buffers, turns, longest }: Outcome): void =>
  console.log(
    `${name}: ${(peak / MIB).toFixed(1)} MiB in ${turns} turns (buffers ${(buffers / MIB).toFixed(1)} MiB), the longest ${longest.toFixed(1)} ms`,
  );

describe("a bomb of 64 KB, with a limit of 64 MiB", () => {
  const bomb = bombOf(LIMIT + 1);

  it("takes next to nothing, because it is counted before it is kept, and is answered with 1009", async () => {
    expect(bomb.length).toBeLessThan(66_000);
    for (let round = 0; round < 3; round++) {
      const outcome = await send(bomb, (client) => client.raw.untilEnded());
      report("one byte over the limit", outcome);
      expect(outcome.code).toBe(1009);
      expect(outcome.turns).toBeGreaterThan(100);
      expect(outcome.buffers).toBeLessThan(MIB);
      // The heap's young generation is not collected for every octet.
      expect(outcome.peak).toBeLessThan(4 * MIB);
    }
  });

  it("leaves nothing behind where its socket is destroyed in the middle, 1,000 times in a row", async () => {
    let [first, most]: (Outcome | undefined)[] = [];
    for (let round = 0; round < 1000; round++) {
      const collect = round % 100 === 99;
      const outcome = await send(bomb, (client) => client.raw.untilEnded().catch(() => {}), 20, collect);
      expect(outcome).toMatchObject({ code: 1006, turns: 20 });
      expect(outcome.buffers).toBeLessThan(MIB);
      if (most === undefined || outcome.peak > most.peak) most = outcome;
      if (!collect) continue;
      first ??= outcome;
      expect(outcome.before - first.before).toBeLessThan(MIB);
    }
    report("destroyed in the middle, at most", most!);
  });
});

describe("a message of 64 MiB out of 64 KB", () => {
  it("is held once", async () => {
    const outcome = await send(bombOf(LIMIT), async (client) => {
      await client.frames(1);
      client.raw.end();
      await client.raw.untilEnded();
    });
    report("at the limit", outcome);
    expect(outcome.buffers).toBeLessThan(LIMIT + MIB);
    expect(outcome.peak).toBeLessThan(LIMIT + 4 * MIB);
    const next = await send(bombOf(1), (client) => Promise.resolve(client.raw.end()));
    expect(next.before - outcome.before).toBeLessThan(MIB);
  });
});
