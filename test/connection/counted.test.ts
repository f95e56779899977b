import { randomFillSync } from "node:crypto";
import { constants, createDeflateRaw } from "node:zlib";
import { describe, expect, it } from "vitest";
import type { Connection } from "../../src/connection/connection.ts";
import type { ConnectionEvent } from "../../src/connection/event.ts";
import { plainPlatform, type Platform } from "../../src/connection/platform.ts";
import { Codec, CodecMemory } from "../../src/deflate/codec.ts";
import type { DeflateParameters } from "../../src/deflate/params.ts";
import { hex } from "../octets.ts";
import { clientFrame } from "../wire/octets.ts";
import { codecFor, deflated, deflatingServer, drain, NO_TAKEOVER, TAKEOVER } from "./compressed.ts";

/* Messages that are large, or many times their payload: they are counted before they are kept. */

const MIB = 1024 * 1024;
const both = [
  ["without takeover", NO_TAKEOVER],
  ["with takeover", TAKEOVER],
] as const;

/** What was allocated, in octets each. */
function watched(): { platform: Platform; sizes: number[] } {
  const sizes: number[] = [];
  const allocate = (size: number): Uint8Array => {
    sizes.push(size);
    return new Uint8Array(size);
  };
  return { platform: { ...plainPlatform, allocate }, sizes };
}

/** The payloads of messages that one compressor has made, one after the other. */
async function stream(...messages: readonly Uint8Array[]): Promise<Buffer[]> {
  const sender = createDeflateRaw();
  const sent: Buffer[] = [];
  let chunks: Buffer[] = [];
  sender.on("data", (chunk: Buffer) => chunks.push(chunk));
  for (const message of messages) {
    chunks = [];
    sender.write(message);
    await new Promise<void>((done) => sender.flush(constants.Z_SYNC_FLUSH, done));
    sent.push(Buffer.concat(chunks).subarray(0, -4));
  }
  sender.close();
  return sent;
}

const frames = (payload: Buffer, count: number, first: number): Buffer[] =>
  Array.from({ length: count }, (_, i) => {
    const at = (n: number): number => Math.floor((n * payload.length) / count);
    const last = i === count - 1 ? 0x80 : 0;
    return clientFrame(last | (i === 0 ? first : 0), payload.subarray(at(i), at(i + 1)));
  });

function give(connection: Connection, octets: Buffer, size: number): ConnectionEvent[] {
  const events: ConnectionEvent[] = [];
  for (let at = 0; at < octets.length; at += size)
    events.push(...drain(connection, octets.subarray(at, at + size)).events);
  return events;
}
const octetsOf = (event: ConnectionEvent | undefined): Buffer =>
  Buffer.from(event?.type === "message" ? event.bytes : hex(""));
const codes = (events: readonly ConnectionEvent[]): number[] =>
  events.flatMap((event) => (event.type === "close" ? [event.code] : []));

const text = Buffer.from(`{"wörds":"${"ö".repeat(1000)}"}`.repeat(2200));
const noise = randomFillSync(Buffer.alloc(300_000));
const mixed = Buffer.concat([text, noise, Buffer.alloc(400_000, "ab")]);

describe.each(both)("a message that is many times its payload, %s", (_, parameters: DeflateParameters) => {
  it.each([
    ["at once", 1, Infinity],
    ["in fragments", 7, Infinity],
    ["in chunks of 100 octets", 1, 100],
    ["octet by octet", 2, 1],
  ])("is the same %s, and so is the next", async (_way, count, size) => {
    const [first, second, third] = await stream(text, mixed, text.subarray(0, 3000));
    const connection = deflatingServer({ maxPayload: 8 * MIB }, { parameters });
    const whole = [first!, second!, third!].map((payload, i) =>
      // Without takeover each message stands alone.
      parameters === TAKEOVER ? payload : deflated([text, mixed, text.subarray(0, 3000)][i]!),
    );
    const octets = whole.flatMap((payload, i) => frames(payload, count, i === 1 ? 0x42 : 0x41));
    const events = give(connection, Buffer.concat(octets), Math.min(size, 65_536));
    expect(events.map((event) => event.type)).toEqual(["message", "message", "message"]);
    expect(octetsOf(events[0]).equals(text)).toBe(true);
    expect(octetsOf(events[1]).equals(mixed)).toBe(true);
    expect(octetsOf(events[2]).equals(text.subarray(0, 3000))).toBe(true);
  });

  it("is held once", () => {
    const { platform, sizes } = watched();
    const connection = deflatingServer({ maxPayload: 16 * MIB, platform }, { parameters });
    const events = give(connection, clientFrame(0xc2, deflated(Buffer.alloc(16 * MIB))), 65_536);
    expect(octetsOf(events[0]).equals(Buffer.alloc(16 * MIB))).toBe(true);
    expect(Math.max(...sizes)).toBe(16 * MIB + 16);
    expect(sizes.reduce((a, b) => a + b)).toBeLessThan(16.5 * MIB);
  });

  it("takes next to nothing where it is beyond the limit", () => {
    const { platform, sizes } = watched();
    const connection = deflatingServer({ maxPayload: 16 * MIB, platform }, { parameters });
    expect(codes(give(connection, clientFrame(0xc2, deflated(Buffer.alloc(16 * MIB + 1))), 65_536))).toEqual([
      1009,
    ]);
    expect(sizes.reduce((a, b) => a + b)).toBeLessThan(MIB / 2);
  });

  it("is judged while it is counted", () => {
    const refused = (payload: Buffer, size = 65_536): number[] =>
      codes(give(deflatingServer({ maxPayload: 8 * MIB }, { parameters }), clientFrame(0xc1, payload), size));
    const wrong = Buffer.from(text);
    wrong[wrong.length - 5000] = 0xff;
    expect(refused(deflated(wrong))).toEqual([1007]);
    expect(refused(deflated(Buffer.concat([text, hex("c3")])))).toEqual([1007]);
    // Cut off inside a block, and followed by octets that are no block.
    const payload = deflated(text);
    expect(refused(payload.subarray(0, -20))).toEqual([1007]);
    expect(refused(Buffer.concat([payload.subarray(0, -1), hex("000000ffff07")]), 1000)).toEqual([1007]);
  });
});

describe("a message that is large, but not many times its payload", () => {
  const octets = randomFillSync(Buffer.alloc(9 * MIB));
  const frame = clientFrame(0xc2, deflated(octets));

  it("is held once beside its payload, and others have their turn meanwhile", () => {
    const { platform, sizes } = watched();
    const connection = deflatingServer({ maxPayload: 9 * MIB, platform });
    let turns = 0;
    const events: ConnectionEvent[] = [];
    for (let at = 0; at < frame.length; at += 65_536) {
      const drained = drain(connection, frame.subarray(at, at + 65_536));
      events.push(...drained.events);
      turns = Math.max(turns, drained.turns);
    }
    expect(octetsOf(events[0]).equals(octets)).toBe(true);
    // With its last chunk all that was counted is inflated again, 512 KiB a turn.
    expect(turns).toBeGreaterThan(10);
    expect(sizes.filter((size) => size > 4 * MIB + 16)).toEqual([9 * MIB + 16]);
  });
});

describe("which messages are counted", () => {
  /** How often an inflater was left behind, to inflate from there again. */
  function copies(octets: Uint8Array): number {
    const codec = codecFor("server");
    const take = codec.takeInflater.bind(codec);
    let count = 0;
    codec.takeInflater = () => {
      const inflater = take();
      const copy = inflater.copy.bind(inflater);
      inflater.copy = () => {
        count++;
        return copy();
      };
      return inflater;
    };
    const connection = deflatingServer({ maxPayload: 4 * MIB, codec });
    const events = give(connection, clientFrame(0xc2, deflated(octets)), 65_536);
    expect(octetsOf(events[0]).equals(octets)).toBe(true);
    return count;
  }

  it.each([
    ["many times its payload, of 95 KiB", 95 * 1024, 0],
    ["of one octet more", 95 * 1024 + 1, 1],
  ])("%s", (_, size, count) => {
    expect(copies(new Uint8Array(size))).toBe(count);
  });

  it.each([
    ["not many times its payload, of 2 MiB", 2 * MIB, 0],
    ["of one octet more", 2 * MIB + 1, 1],
  ])("%s", (_, size, count) => {
    expect(copies(randomFillSync(new Uint8Array(size)))).toBe(count);
  });
});

describe("a message of many blocks", () => {
  // A block takes two steps, a slice ends after 4,096 of them: twenty slices. A short one is worth half a turn.
  it.each([
    ["no octet", "00 0000 ffff", 10],
    ["one octet", "00 0100 feff 61", 10],
    ["two octets, 4 KiB a slice", "00 0200 fdff 61 61", 1],
  ])("lets others have their turn: %s each", (_, block, turns) => {
    const payload = hex(block.repeat(40_000));
    expect(drain(deflatingServer({ maxPayload: MIB }), clientFrame(0xc2, payload)).turns).toBe(turns);
  });
});

describe("a message that is counted", () => {
  const payload = deflated(Buffer.alloc(8 * MIB));

  it("is not where it is handed out in pieces", () => {
    const { platform, sizes } = watched();
    const connection = deflatingServer({ delivery: "pieces", maxPayload: 8 * MIB, platform });
    const { turns } = drain(connection, clientFrame(0xc2, payload));
    expect(turns).toBeLessThan(20);
    expect(Math.max(...sizes)).toBeLessThan(128 * 1024);
  });

  it.each([2, 10, 20])("gives back what it borrowed where it ends in turn %i", (turn) => {
    const memory = new CodecMemory();
    const lent = [memory.pool.take(), memory.pool.take()];
    for (const scratch of lent) memory.pool.give(scratch);
    const codec = new Codec(memory, NO_TAKEOVER, "server", 0);
    const connection = deflatingServer({ maxPayload: 8 * MIB, codec });
    connection.receive(clientFrame(0xc2, payload));
    for (let i = 0; i < turn; i++) connection.next();
    expect(connection.inputPending).toBe(true);
    connection.abandon();
    expect(new Set([memory.pool.take(), memory.pool.take()])).toEqual(new Set(lent));
  });
});
