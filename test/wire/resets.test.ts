import { describe, expect, vi } from "vitest";
import type { ServerOptions } from "../../src/index.ts";
import { ACCEPTED, GOOD } from "./heads.ts";
import { http2Doors, type Session, type StreamClient } from "./http2.ts";
import { Log } from "./log.ts";
import { clientFrame, CLOSE } from "./octets.ts";
import { itEach } from "./rows.ts";
import { doors, type Running } from "./servers.ts";

/*
 * Clients that reset at every phase, many times. Nothing is thrown where nobody listens, nothing is left behind, and the
 * next client is served. A failure that nobody hears would end the run.
 */

const ROUNDS = 25;
const HELLO = clientFrame(0x81, Buffer.from("hello"));

interface Phase {
  readonly name: string;
  readonly options?: (log: Log) => ServerOptions;
  /** What has arrived before the reset: a head, a whole handshake, frames. */
  readonly sent: "nothing" | "half a head" | "head" | "handshake";
  readonly behind?: Uint8Array;
  /** What the log has then. */
  readonly when?: string;
  readonly refuses?: boolean;
}

const later = (log: Log, name: string) => async (): Promise<void> => {
  log.add(name);
  await new Promise(setImmediate);
  await new Promise(setImmediate);
};

const phases: Phase[] = [
  { name: "before it has asked", sent: "nothing" },
  { name: "inside of the head", sent: "half a head" },
  { name: "behind the head, at once", sent: "head" },
  {
    name: "while a hook thinks that accepts",
    sent: "head",
    options: (log) => ({ upgrade: later(log, "upgrade") }),
    when: "upgrade",
  },
  {
    name: "while a hook thinks that refuses",
    sent: "head",
    options: (log) => ({
      upgrade: async () => {
        await later(log, "upgrade")();
        return { status: 401, body: "no ".repeat(100_000) };
      },
    }),
    when: "upgrade",
    refuses: true,
  },
  {
    name: "while open thinks",
    sent: "handshake",
    options: (log) => ({ open: later(log, "opened") }),
    when: "opened",
    behind: HELLO,
  },
  { name: "behind the handshake, at once", sent: "handshake" },
  { name: "inside of a frame", sent: "handshake", behind: HELLO.subarray(0, 8) },
  { name: "while it is answered", sent: "handshake", behind: clientFrame(0x82, Buffer.alloc(200_000)) },
  {
    name: "while a message is handled",
    sent: "handshake",
    behind: HELLO,
    options: (log) => ({
      message: async (socket, message) => {
        await later(log, "message")();
        if (socket.state === "open") void socket.send(message);
      },
    }),
    when: "message",
  },
  { name: "behind its Close frame", sent: "handshake", behind: CLOSE },
];

describe.each(doors)("resets of TCP, %s", (_, start) => {
  itEach(phases, async ({ options, sent, behind, when, refuses = false }) => {
    const log = new Log();
    const running = await start({ closeTimeout: 1000, ...options?.(log) });
    for (let round = 1; round <= ROUNDS; round++) {
      const client = await running.connect();
      if (sent === "half a head") await client.send(GOOD.slice(0, 60));
      if (sent === "head" || sent === "handshake") await client.send(GOOD);
      if (sent === "handshake") await client.untilSize(ACCEPTED.length);
      if (behind !== undefined) await client.send(behind);
      if (when !== undefined) await log.until(when, round);
      client.reset();
      await client.untilClosed();
    }
    const next = await running.connect();
    await next.send(GOOD);
    if (!refuses) await next.send(CLOSE);
    const answer = (await next.untilEnded()).toString("latin1");
    expect(answer.startsWith(refuses ? "HTTP/1.1 401 " : ACCEPTED)).toBe(true);
    next.end();
    await next.untilClosed();
    await expectNothingLeft(running);
  });
});

describe.each(http2Doors)("resets over HTTP/2, %s", (_, start) => {
  const asked = phases.filter(({ sent }) => sent === "head" || sent === "handshake");
  const ways: [string, (session: Session, client: StreamClient) => void][] = [
    ["RST_STREAM with CANCEL", (_session, client) => client.stream.close(8)],
    ["RST_STREAM with an error", (_session, client) => client.stream.close(2)],
    ["a reset of TCP", (session) => session.transport.resetAndDestroy()],
  ];
  const rows = ways.flatMap(([way, reset]) =>
    asked.map((phase) => ({ ...phase, name: `${way} ${phase.name}`, reset })),
  );
  itEach(rows, async ({ options, sent, behind, when, refuses = false, reset }) => {
    const log = new Log();
    const running = await start({ closeTimeout: 1000, ...options?.(log) });
    let session = await running.connect();
    for (let round = 1; round <= ROUNDS; round++) {
      if (session.http2.destroyed) session = await running.connect();
      const client = session.request();
      if (sent === "handshake") await client.answer;
      if (behind !== undefined) await client.send(behind);
      if (when !== undefined) await log.until(when, round);
      reset(session, client);
      await client.untilClosed();
      await new Promise(setImmediate);
    }
    if (session.http2.destroyed) session = await running.connect();
    const next = session.request();
    if (!refuses) await next.send(CLOSE);
    expect(await next.answer).toMatchObject({ ":status": refuses ? 401 : 200 });
    await next.untilEnded();
    next.end();
    await next.untilClosed();
    session.http2.close();
    await expectNothingLeft(running);
  });
});

async function expectNothingLeft({ server, log }: Pick<Running, "server" | "log">): Promise<void> {
  await server.close();
  expect(log.errors).toEqual([]);
  await vi.waitFor(() => expect(server.stats()).toMatchObject({ connections: 0, handshakes: 0 }));
}
