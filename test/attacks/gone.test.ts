import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { describe, expect, it } from "vitest";
import type { Child } from "./child.ts";
import { startLoad, startServer, startTarget } from "./child.ts";
import { WAYS } from "./load/lives.ts";
import { connectionsWithin, MIB, mib, scale, tell } from "./scale.ts";
import type { ServerMethods } from "./server/main.ts";

/*
 * Peers that are gone: by a reset at every phase of a connection, killed, stopped, or cut off. The server has no error
 * hook and no error listener; it lives, and holds nothing of them.
 */

/** By what connections are ended whose peers say nothing: by our own close and its deadline, or by nobody asking for it. */
const WHO = ["a deadline", "the heartbeat"] as const;
const TIMES = {
  "a deadline": { closeTimeout: 500, heartbeat: false },
  "the heartbeat": { heartbeat: { interval: 750, timeout: 2000 } },
} as const;

/** Nothing is left of connections that were there; returns the figures. */
async function expectNothingLeft(server: Child<ServerMethods>, attack: string, count: number): Promise<void> {
  await server.ask("idle");
  const { opened, closed, stats } = await server.ask("counts");
  const { peak, held, alive, sockets, timers, files } = await server.ask("figures");
  tell(attack, {
    connections: count,
    opened,
    "close codes": JSON.stringify(closed),
    "peak memory +": mib(peak),
    "in use afterwards +": mib(held),
    "not garbage": alive,
    "sockets +": sockets,
    "timers +": timers,
    "files +": files,
  });
  expect(opened).toBe(Object.values(closed).reduce((sum, number) => sum + number, 0));
  expect(stats).toMatchObject({ opened, closed, buffered: 0 });
  // A file more or less may be the engine's.
  expect([sockets, timers, Math.abs(files) <= 2]).toEqual([0, 0, true]);
  // What was used last may be held by what will be used next.
  expect(alive).toBeLessThan(10);
  expect(held).toBeLessThan(4 * MIB);
  expect(peak).toBeLessThan(scale(128, 256) * MIB);
}

describe("connections that come and go", () => {
  it.each(["echo", "thinking", "streamingEcho"] as const)(
    "in every way, by turns: %s",
    { timeout: 1_200_000 },
    async (behaviour) => {
      const { server, port } = await startTarget(behaviour, {}, { delay: 2 });
      const load = startLoad();
      const count = scale(100, 6700) * WAYS.length;
      // What the first of them make the engine hold, it holds once.
      await load.ask("live", port, 10 * WAYS.length);
      await server.ask("idle");
      await server.ask("mark");
      await load.ask("live", port, count);
      await expectNothingLeft(server, `come and gone in ${WAYS.length} ways, ${behaviour}`, count);
    },
  );

  it("by a reset in the middle of an answer", { timeout: 600_000 }, async () => {
    const way = "inside the answer to a message";
    const { server, port } = await startTarget("echo");
    const load = startLoad();
    const count = scale(300, 10_000);
    await load.ask("live", port, count, way);
    await expectNothingLeft(server, "gone in the middle of an answer", count);
  });
});

describe("a process full of clients", () => {
  it("that is killed leaves nothing behind", async () => {
    const count = connectionsWithin(scale(1000, 10_000));
    const { server, port } = await startTarget("echo");
    for (let round = 0; round < 2; round++) {
      const load = startLoad();
      expect(await load.ask("open", port, count)).toBe(count);
      await load.ask("write", 0, count, "818100000000");
      await load.kill();
      await server.ask("idle");
    }
    await expectNothingLeft(server, "killed clients", 2 * count);
  });

  it.each(WHO)("that is stopped, and has been sent more than fits, is ended by %s", async (who) => {
    // What the system takes for each is some MiB.
    const count = scale(100, 400);
    const { server, port } = await startTarget("echo", { maxBuffered: MIB / 4, ...TIMES[who] });
    const load = startLoad();
    expect(await load.ask("open", port, count)).toBe(count);
    await server.ask("subscribe", "all", 0, count);
    load.process.kill("SIGSTOP");
    if (who === "a deadline") {
      // Each takes what its system takes of 64 messages of 64 KiB; these wait but once, however many they are for.
      await server.ask("publish", "all", 64, 64 * 1024);
      const { peak } = await server.ask("figures");
      tell("stopped clients", { count, "peak memory + while 4 MiB wait for each": mib(peak) });
      expect(peak).toBeLessThan(128 * MIB);
      await server.ask("close");
    }
    await expectNothingLeft(server, `stopped clients, ended by ${who}`, count);
    await load.kill();
  });
});

describe("a network that drops every packet", () => {
  /** Runs a command in a network of its own. */
  const isolated = ["unshare", "--net"];

  function whyNot(): string | undefined {
    if (process.platform !== "linux" || !existsSync("/proc/self/ns/net")) return "it needs Linux";
    try {
      execFileSync("unshare", ["--net", "sh", "-c", "ip link set lo up && nsenter --version"]);
      return undefined;
    } catch {
      return "it needs unshare, nsenter and ip, and the right to make networks";
    }
  }

  it.for(WHO)("half-open connections are ended by %s", async (who, { skip }) => {
    const reason = whyNot();
    if (reason !== undefined) console.log(`skipped: ${reason}`);
    skip(reason !== undefined, reason);
    const server = startServer(isolated);
    await server.ask("counts");
    const within = ["nsenter", `--net=/proc/${server.process.pid}/ns/net`];
    const ip = (...words: string[]): void =>
      void execFileSync(within[0]!, [...within.slice(1), "ip", ...words]);
    ip("link", "set", "lo", "up");
    const port = await server.ask("start", "echo", TIMES[who]);
    await server.ask("mark");
    const load = startLoad(within);
    const count = 500;
    expect(await load.ask("open", port, count)).toBe(count);
    await server.ask("subscribe", "all", 0, count);
    ip("link", "set", "lo", "down");
    await load.kill();
    await server.ask("publish", "all", 16, 1024);
    if (who === "a deadline") {
      // Nobody has heard of it.
      const { stats } = await server.ask("counts");
      expect([stats.connections, stats.closed]).toEqual([count, {}]);
      await server.ask("close");
    }
    await expectNothingLeft(server, `half-open connections, ended by ${who}`, count);
  });
});
