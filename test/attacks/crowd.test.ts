import { expect, it } from "vitest";
import { CLOSE } from "../wire/octets.ts";
import { startLoad, startTarget } from "./child.ts";
import { connectionsWithin, MIB, mib, scale, tell } from "./scale.ts";

const KIB = 1024;

it("10,000 idle connections hold a few KiB each, and all are there to answer", async () => {
  const count = connectionsWithin(10_000);
  const { server, port } = await startTarget("echo");
  const load = startLoad();
  expect(await load.ask("open", port, count)).toBe(count);
  await server.ask("open", count);
  const { peak, held, timers } = await server.ask("figures");
  tell(`${count} idle connections`, {
    "peak memory +": mib(peak),
    "for each": `${(peak / count / KIB).toFixed(1)} KiB`,
    "in use for each": `${(held / count / KIB).toFixed(1)} KiB`,
    "timers +": timers,
  });
  expect(held / count).toBeLessThan(16 * KIB);
  expect(peak / count).toBeLessThan(32 * KIB);
  // Every one of them still does its work: a message of one octet comes back, then the Close frame is answered.
  await load.ask("write", 0, count, `818100000000 61 ${CLOSE.toString("hex")}`.replaceAll(" ", ""));
  const received = await load.ask("received", 0, count, 5);
  expect(received.filter((size) => size === 5).length).toBe(count);
  await load.ask("allClosed");
  await server.ask("idle");
  const after = await server.ask("figures");
  tell(`${count} connections, closed`, { "in use +": mib(after.held), "sockets +": after.sockets });
  expect((await server.ask("counts")).closed).toEqual({ 1005: count });
  expect([after.sockets, after.timers]).toEqual([0, 0]);
  expect(after.held).toBeLessThan(8 * MIB);
});

it("of 1,000 receivers 50 never read: the others get everything, and what waits stays under the cap", async () => {
  // Messages that are small enough to be copied for each receiver: nothing is saved by sharing.
  const [count, stalled, size, burst] = [1000, 50, 2 * KIB, 64];
  const maxBuffered = MIB;
  const { server, port } = await startTarget("silent", { maxBuffered });
  const load = startLoad();
  expect(await load.ask("open", port, count)).toBe(count);
  await server.ask("open", count);
  await load.ask("read", 0, stalled, false);
  await server.ask("subscribe", "all", 0, count);
  await server.ask("subscribe", "stalled", 0, stalled);
  await server.ask("mark");
  // First to those that do not read: as much as the system takes, up to the cap, and more. Then to all.
  const first = 4500;
  let taken = await server.ask("publish", "stalled", first, size);
  expect(taken).toBeLessThan((stalled * first * 3) / 4);
  const filled = await server.ask("figures");
  const each = scale(2, 100) * burst;
  const frame = size + 4;
  for (let sent = burst; sent <= each; sent += burst) {
    taken += await server.ask("publish", "all", burst, size);
    const received = await load.ask("received", stalled, count, sent * frame);
    expect(received.filter((octets) => octets === sent * frame).length).toBe(count - stalled);
  }
  const { peak, held } = await server.ask("figures");
  const missed = count * each + stalled * first - taken;
  tell("1,000 receivers, 50 of which never read", {
    "messages to each of the others": each,
    "missed by the 50": missed,
    "peak memory +": mib(peak),
    "of that, before the others got anything": mib(filled.peak),
    "in use +": mib(held),
  });
  expect(missed).toBeGreaterThan(stalled * each);
  // What waits for each may pass the cap by one message.
  expect(held).toBeLessThan(stalled * (maxBuffered + size) + 16 * MIB);
  expect(peak).toBeLessThan(256 * MIB);
  // Those who begin to read get what waited for them.
  await load.ask("read", 0, stalled, true);
  const some = Math.floor((taken - each * (count - stalled)) / stalled / 2) * frame;
  const late = await load.ask("received", 0, stalled, some);
  expect(late.every((octets) => octets >= some)).toBe(true);
  expect((await server.ask("counts")).closed).toEqual({});
});
