import { describe, expect, it } from "vitest";
import type { ConnectionOptions } from "../../src/connection/connection-options.ts";
import { serializeClosePayload } from "../../src/frame/close-payload.ts";
import { type Violation, VIOLATIONS } from "../../src/frame/violation.ts";
import { hex, join, toHex } from "../octets.ts";
import { client, closeOf, end, feed, octetByOctet, output, outputHex, server } from "./wire.ts";

const K = "00 00 00 00";

/** What a client sends, up to the octet that decides; everything before the bar is lawful. */
const byClients: [Violation, string, Partial<ConnectionOptions>?][] = [
  ["reserved-bit", "| c1"],
  ["reserved-bit", "| a2"],
  ["reserved-bit", "| 99"],
  ["reserved-bit", `01 80 ${K} | 40`],
  ["reserved-opcode", "| 83"],
  ["reserved-opcode", "| 0f"],
  ["fragmented-control", "| 08"],
  ["fragmented-control", "| 09"],
  ["fragmented-control", "| 0a"],
  ["long-control", "88 | fe"],
  ["long-control", "89 | fe"],
  ["long-control", "8a | ff"],
  ["unexpected-continuation", "| 80"],
  ["unexpected-continuation", "| 00"],
  ["unexpected-continuation", `81 80 ${K} | 80`],
  ["unexpected-continuation", `01 80 ${K} 80 80 ${K} | 80`],
  ["interleaved-message", `01 80 ${K} | 81`],
  ["interleaved-message", `02 80 ${K} 89 80 ${K} | 02`],
  ["not-masked", "81 | 05"],
  ["not-masked", "88 | 00"],
  ["length-not-minimal", "82 fe 00 | 7d"],
  ["length-not-minimal", "82 ff 00 00 00 00 00 00 ff | ff"],
  ["length-top-bit", "82 ff 80 00 00 00 00 00 00 | 00"],
  ["message-too-big", "82 ff 00 20 00 00 00 00 00 | 00"],
  ["message-too-big", "82 ff 00 00 00 00 00 10 00 | 01"],
  ["message-too-big", "82 | 86", { maxPayload: 5 }],
  ["message-too-big", `02 83 ${K} 01 02 03 00 82 ${K} 01 02 80 | 81`, { maxPayload: 5 }],
  ["too-many-fragments", `01 80 ${K} 00 80 ${K} 80 80 00 00 00 | 00`, { maxFragments: 2 }],
  ["invalid-utf8", `81 85 ${K} 41 | ff`],
  ["invalid-utf8", `01 82 ${K} 41 e2 00 82 ${K} 82 ac 80 81 ${K} | 80`],
  ["invalid-utf8", `01 81 ${K} e2 80 80 00 00 00 | 00`],
  ["invalid-utf8", `81 81 ${K} | c3`],
  ["short-close", `88 81 ${K} | 03`],
  ["invalid-close-code", `88 82 ${K} 03 | ed`],
  ["invalid-close-code", `88 82 ${K} 03 | e7`],
  ["invalid-close-reason", `88 83 ${K} 03 e8 | ff`],
];
const byServers: [Violation, string][] = [
  ["masked", "81 | 80"],
  ["masked", "88 | 82"],
  ["masked", `| 82 81 ${K} 07`],
  ["long-control", "89 | 7e"],
  ["reserved-bit", "| c1"],
  ["length-not-minimal", "82 7e 00 | 7d"],
  ["invalid-utf8", "81 05 | ff"],
  ["invalid-close-reason", "88 03 03 e8 | 80"],
];

const bare = (octets: string): string => octets.replace("|", "");
const answer = (violation: Violation): Uint8Array => {
  const { code, message } = VIOLATIONS[violation];
  const payload = serializeClosePayload(code, message);
  return join(Uint8Array.of(0x88, payload.length), payload);
};

describe("every violation", () => {
  it("is reached by a case here", () => {
    const reached = new Set([...byClients, ...byServers].map(([violation]) => violation));
    // Those of compression are in compression.test.ts.
    const others = Object.keys(VIOLATIONS).filter((name) => !reached.has(name as Violation));
    expect(others).toEqual(["invalid-deflate"]);
  });

  it.each(byClients)("%s: %s", (violation, octets, options) => {
    const [lawful, decisive] = octets.split("|");
    const c = server(options);
    expect(feed(c, ...octetByOctet(hex(lawful!))).filter(({ type }) => type === "close")).toEqual([]);
    expect(c.state).toBe("open");
    c.takeOutput();
    const events = feed(c, hex(decisive!));
    const { code, message } = VIOLATIONS[violation];
    expect(events).toMatchObject([{ type: "close", code, reason: message, clean: false, violation }]);
    expect([c.state, c.transport]).toEqual(["failed", "end"]);
    expect(toHex(output(c))).toBe(toHex(answer(violation)));
  });

  it.each(byClients)(
    "%s in one chunk, with more behind it that is not read: %s",
    (violation, octets, options) => {
      const c = server(options);
      const events = feed(c, join(hex(bare(octets)), hex(`81 81 ${K} 41`)), hex("81 00"));
      expect(events.at(-1)).toMatchObject({ type: "close", violation });
      expect(events.filter(({ type }) => type === "close")).toHaveLength(1);
      expect(c.next()).toBeUndefined();
      expect(end(c)).toEqual([]);
      expect([c.state, c.transport]).toEqual(["ended", "end"]);
    },
  );

  it.each(byServers)("of a server, %s: %s", (violation, octets) => {
    const c = client();
    const [lawful, decisive] = octets.split("|");
    expect(feed(c, ...octetByOctet(hex(lawful!)))).toEqual([]);
    const { code, message } = VIOLATIONS[violation];
    expect(feed(c, hex(decisive!))).toMatchObject([{ type: "close", code, reason: message, violation }]);
    const expected = answer(violation);
    expect(toHex(output(c))).toBe(
      toHex(join(Uint8Array.of(0x88, expected[1]! | 0x80, 0, 0, 0, 0), expected.subarray(2))),
    );
    expect([c.state, c.transport]).toEqual(["failed", "end"]);
  });

  it("is a message inside another also where all of it is there in one frame", () => {
    const events = feed(server(), hex(`01 81 ${K} 41 81 81 ${K} 42`));
    expect(events).toMatchObject([{ type: "close", violation: "interleaved-message", messageCut: true }]);
  });

  it("in the closing handshake is told, and not answered with a second Close frame", () => {
    const c = server();
    c.close(1000);
    expect(outputHex(c)).toBe("88 02 03 e8");
    expect(feed(c, hex("81 01"))).toEqual([
      closeOf(1002, "a frame from the client is not masked", { violation: "not-masked" }),
    ]);
    expect([c.outputSize, c.state]).toEqual([0, "failed"]);
  });

  it("says whether it cut a message off", () => {
    expect(feed(server(), hex(`01 81 ${K} 41 83`))).toMatchObject([{ messageCut: true }]);
    expect(feed(server(), hex(`81 81 ${K} 41 83`))).toMatchObject([
      { type: "message" },
      { messageCut: false },
    ]);
    expect(feed(server(), hex(`81 82 ${K} ff`))).toMatchObject([{ messageCut: true }]);
  });

  it("comes behind the messages that were good", () => {
    const events = feed(server(), hex(`81 81 ${K} 41 82 81 ${K} 42 83`));
    expect(events.map(({ type }) => type)).toEqual(["message", "message", "close"]);
  });
});

describe("long lengths where they are tolerated", () => {
  it("are taken for data frames, within the limit", () => {
    const c = server({ tolerateLongLengths: true, maxPayload: 2 });
    expect(feed(c, hex(`82 fe 00 02 ${K} 01 02 82 ff 00 00 00 00 00 00 00 01 ${K} 03`))).toMatchObject([
      { bytes: hex("01 02") },
      { bytes: hex("03") },
    ]);
    expect(feed(c, hex(`82 fe 00 03`))).toMatchObject([{ violation: "message-too-big" }]);
  });

  it("are not taken for control frames", () => {
    expect(feed(server({ tolerateLongLengths: true }), hex(`89 fe 00 02`))).toMatchObject([
      { violation: "long-control" },
    ]);
  });
});
