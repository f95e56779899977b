import { Duplex } from "node:stream";
import { describe, expect, it } from "vitest";
import type { Pending } from "../../src/server/context.ts";
import { deliberate } from "../../src/server/deliberation.ts";
import { expected } from "./meet.ts";

/** A peer that sends without end, in chunks of a size, and what was taken of it. */
function flood(size: number): { transport: Duplex; pushed: () => number } {
  let pushed = 0;
  const transport = new Duplex({
    read() {
      pushed += size;
      this.push(Buffer.alloc(size));
    },
    write: (_chunk, _encoding, done) => done(),
    readableHighWaterMark: 1,
  });
  return { transport, pushed: () => pushed };
}

const rest = Buffer.from("rest");

describe("while a hook thinks", () => {
  it.each([
    [1, 64],
    [1024, 16 * 1024],
    [65_536, 65_536],
  ])("of chunks of %i bytes about %i bytes are read, and all of them are kept", async (size, about) => {
    const { transport, pushed } = flood(size);
    const { promise: verdict, resolve } = expected<string>();
    const { promise: decided, resolve: decide } = expected<[string, Uint8Array]>();
    const pending = new Set<Pending>();
    deliberate(
      transport,
      verdict,
      { rest, timeout: 60_000, pending },
      {
        decided: (...args) => decide(args),
        givenUp: () => {},
      },
    );
    while (!transport.isPaused()) await new Promise(setImmediate);
    const taken = pushed();
    expect(taken).toBeLessThanOrEqual(about + 2 * size);
    await new Promise(setImmediate);
    expect(pushed()).toBe(taken);
    expect(pending.size).toBe(1);
    resolve("yes");
    const [outcome, ahead] = await decided;
    expect(outcome).toBe("yes");
    expect(Buffer.from(ahead.subarray(0, 4)).toString()).toBe("rest");
    // What the stream itself still buffers comes later.
    expect(ahead.length).toBe(4 + taken - transport.readableLength);
    expect(pending.size).toBe(0);
    expect(transport.listenerCount("data") + transport.listenerCount("close")).toBe(0);
  });

  it("one end is told, and no second one", async () => {
    const { transport } = flood(1);
    const { promise: verdict, resolve } = expected<string>();
    const told: string[] = [];
    const pending = new Set<Pending>();
    deliberate(
      transport,
      verdict,
      { rest, timeout: 60_000, pending },
      {
        decided: (outcome) => void told.push(outcome),
        givenUp: (why) => void told.push(why),
      },
    );
    for (const each of pending) each.abandon();
    resolve("yes");
    await new Promise((done) => transport.once("close", done).destroy());
    expect(told).toEqual(["server closing"]);
  });
});
