import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { ConnectionEvent } from "../src/connection/event.ts";
import { octetsOf, session } from "./arbitraries/frame.ts";
import { cut, cutting } from "./arbitraries/octets.ts";
import { answersIn, connect, observe } from "./observe.ts";
import { digits, type Rules, runModel } from "./oracles/connection.ts";
import { check } from "./check.ts";

const rules = (fromClient: boolean): fc.Arbitrary<Rules> =>
  fc.record({
    fromClient: fc.constant(fromClient),
    maxPayload: fc.oneof(
      { weight: 3, arbitrary: fc.constant(1024 * 1024) },
      { weight: 2, arbitrary: fc.nat({ max: 40 }) },
      { weight: 1, arbitrary: fc.constantFrom(125, 126, 65535, 65536, 2 ** 53 - 1) },
    ),
    maxFragments: fc.oneof(fc.constant(1024), fc.nat({ max: 5 })),
    tolerateLongLengths: fc.boolean(),
  });

const options = ({ maxPayload, maxFragments, tolerateLongLengths }: Rules): object => ({
  maxPayload,
  maxFragments,
  tolerateLongLengths,
});

/** Comparing long texts takes far less time than comparing octets one by one. */
const readable = (event: ConnectionEvent): object =>
  "bytes" in event ? { ...event, bytes: digits(event.bytes) } : event;

/** How often the next event is asked for, and what is left for later. */
const pull = fc.record({ times: fc.nat({ max: 2 }), until: fc.constantFrom(undefined, "data", "end") });

describe.each(["server", "client"] as const)("a %s's connection", (role) => {
  const fromClient = role === "server";

  it("tells and answers what the model does, however the octets are cut", () => {
    check(
      1200,
      fc.property(session(fromClient), rules(fromClient), cutting, (frames, law, sizes) => {
        const octets = octetsOf(frames);
        expect(observe(connect(role, options(law)), cut(octets, sizes))).toEqual({
          ...runModel(octets, law),
          partial: undefined,
        });
      }),
    );
  });

  it("gives the same in pieces", () => {
    check(
      1200,
      fc.property(session(fromClient), rules(fromClient), cutting, (frames, law, sizes) => {
        const octets = octetsOf(frames);
        const expected = runModel(octets, law);
        const seen = observe(connect(role, { ...options(law), delivery: "pieces" }), cut(octets, sizes));
        expect({ ...seen, partial: undefined }).toEqual({ ...expected, partial: undefined });
        // Every octet of an open message that arrived has been told, but for those of a failure.
        const arrived = expected.state === "open" ? (expected.partial ?? "") : (seen.partial ?? "");
        expect(seen.partial ?? "").toBe(arrived);
      }),
    );
  });

  it("takes any octets without a throw, and says so when it fails", () => {
    check(
      3000,
      fc.property(fc.uint8Array({ maxLength: 60 }), cutting, fc.boolean(), (octets, sizes, inPieces) => {
        const law = { fromClient, maxPayload: 1000, maxFragments: 10, tolerateLongLengths: false };
        const connection = connect(role, { ...options(law), delivery: inPieces ? "pieces" : "messages" });
        const seen = observe(connection, cut(octets, sizes));
        expect({ ...seen, partial: undefined }).toEqual({ ...runModel(octets, law), partial: undefined });
        connection.receiveEnd();
        const last = connection.next();
        expect(last === undefined).toBe(seen.state !== "open");
        expect([connection.state, connection.transport, connection.next()]).toEqual([
          "ended",
          "end",
          undefined,
        ]);
      }),
    );
  });

  it("neither changes nor keeps its input", () => {
    check(
      300,
      fc.property(session(fromClient), cutting, (frames, sizes) => {
        const octets = octetsOf(frames);
        const chunks = cut(octets, sizes);
        const connection = connect(role);
        const events: unknown[] = [];
        const before = chunks.map((chunk) => chunk.slice());
        for (const [i, chunk] of chunks.entries()) {
          connection.receive(chunk);
          for (let event = connection.next(); event !== undefined; event = connection.next())
            events.push(readable(event));
          expect(Buffer.compare(chunk, before[i]!)).toBe(0);
          chunk.fill(0xa5);
        }
        const again = connect(role);
        const expected: unknown[] = [];
        for (const chunk of before) {
          again.receive(chunk);
          for (let event = again.next(); event !== undefined; event = again.next())
            expected.push(readable(event));
        }
        expect(events).toEqual(expected);
      }),
    );
  });

  it("keeps what is not pulled yet, where it is told to", () => {
    check(
      300,
      fc.property(session(fromClient), cutting, fc.array(pull, { minLength: 1 }), (frames, sizes, pulls) => {
        const chunks = cut(octetsOf(frames), sizes);
        const told: unknown[] = [];
        const expected: unknown[] = [];
        const atOnce = connect(role);
        const interrupted = connect(role);
        for (const [i, chunk] of chunks.entries()) {
          atOnce.receive(chunk);
          for (let event = atOnce.next(); event !== undefined; event = atOnce.next())
            expected.push(readable(event));
          // The memory is larger than what was received, and is written anew.
          const memory = Buffer.concat([chunk, Buffer.alloc(3, 0x81)]);
          interrupted.receive(memory, chunk.length);
          const { times, until } = pulls[i % pulls.length]!;
          for (let time = 0; time < times; time++) {
            const open = interrupted.messageOpen;
            const event = interrupted.next(until);
            if (event !== undefined) told.push(readable(event));
            if (event?.type === "message" && !open) expect(until).not.toBe("data");
            if (event?.type === "close") expect(until).not.toBe("end");
          }
          interrupted.keepInput();
          memory.fill(0xa5);
          for (let event = interrupted.next(); event !== undefined; event = interrupted.next())
            told.push(readable(event));
        }
        expect(told).toEqual(expected);
      }),
    );
  });

  it("answers the last of many pings behind all others that it answers, and holds little meanwhile", () => {
    const ping = fc.uint8Array({ maxLength: 125, size: "max" });
    check(
      200,
      fc.property(
        fc.array(ping, { minLength: 1, maxLength: 120, size: "max" }),
        cutting,
        (payloads, sizes) => {
          const connection = connect(role);
          const key = fromClient ? 0x0102_0304 : undefined;
          const frame = { fin: true, rsv: 0, opcode: 9, key, lengthForm: "short" } as const;
          for (const chunk of cut(octetsOf(payloads.map((one) => ({ ...frame, payload: one }))), sizes)) {
            connection.receive(chunk);
            while (connection.next() !== undefined);
            expect(connection.outputSize).toBeLessThan(8192);
          }
          const answers = answersIn(Buffer.concat(connection.takeOutput()), false);
          const asked = payloads.map((one) => `8a ${digits(one)}`);
          expect(answers.at(-1)).toBe(asked.at(-1));
          // All of the first ones, and then the last.
          expect(answers.slice(0, -1)).toEqual(asked.slice(0, answers.length - 1));
        },
      ),
    );
  });
});
