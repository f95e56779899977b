import { Buffer } from "node:buffer";
import { describe, expect, it } from "vitest";
import type { DeflateOptions } from "../../src/index.ts";
import { DEFLATE, DeflatingClient, deflated, inflated, OFFER } from "./deflating.ts";
import { clientFrame, CLOSE, hex } from "./octets.ts";
import { itEach } from "./rows.ts";
import { doors, startListening } from "./servers.ts";

/* permessage-deflate (RFC 7692) on the wire: what is agreed on, and what compressed messages are answered with. */

const NONE = "permessage-deflate; server_no_context_takeover; client_no_context_takeover";
const BOTH = "permessage-deflate";

interface Negotiation {
  readonly name: string;
  readonly offers: readonly string[];
  readonly agreed: string | undefined;
  readonly options?: boolean | DeflateOptions;
}

const takeover: DeflateOptions = { contextTakeover: true };
const declined = (name: string, ...offers: string[]): Negotiation => ({ name, offers, agreed: undefined });

const negotiations: Negotiation[] = [
  { name: "no compression unless it is asked for", offers: [], agreed: undefined },
  { name: "no compression by default", offers: [OFFER], agreed: undefined, options: false },
  { name: "no context takeover unless the server allows it", offers: [OFFER], agreed: NONE },
  { name: "context takeover where both allow it", offers: [OFFER], agreed: BOTH, options: takeover },
  {
    name: "context takeover that the client does not want from the server",
    offers: ["permessage-deflate; server_no_context_takeover"],
    agreed: "permessage-deflate; server_no_context_takeover",
    options: takeover,
  },
  {
    name: "context takeover that the client does not use",
    offers: ["permessage-deflate; client_no_context_takeover"],
    agreed: "permessage-deflate; client_no_context_takeover",
    options: takeover,
  },
  {
    name: "several offers: the first acceptable one",
    offers: [`x-unknown, permessage-deflate; wrong, permessage-deflate; server_max_window_bits=10, ${OFFER}`],
    agreed: "permessage-deflate; server_max_window_bits=10",
    options: takeover,
  },
  {
    name: "several offers in several lines",
    offers: ["permessage-deflate; server_max_window_bits=7", "permessage-deflate; server_max_window_bits=9"],
    agreed: "permessage-deflate; server_max_window_bits=9",
    options: takeover,
  },
  ...[8, 9, 10, 11, 12, 13, 14, 15].map((bits) => ({
    name: `server_max_window_bits=${bits} is granted`,
    offers: [`permessage-deflate; server_max_window_bits=${bits}`],
    agreed: `permessage-deflate; server_max_window_bits=${bits}`,
    options: takeover,
  })),
  {
    name: "a quoted value",
    offers: ['permessage-deflate; server_max_window_bits="10"'],
    agreed: "permessage-deflate; server_max_window_bits=10",
    options: takeover,
  },
  {
    name: "never more than was asked",
    offers: ["permessage-deflate; server_max_window_bits=9; client_max_window_bits=10"],
    agreed: "permessage-deflate; server_max_window_bits=9; client_max_window_bits=10",
    options: { ...takeover, serverMaxWindowBits: 12, clientMaxWindowBits: 12 },
  },
  {
    name: "never more than the server has",
    offers: ["permessage-deflate; server_max_window_bits=15; client_max_window_bits"],
    agreed: "permessage-deflate; server_max_window_bits=12; client_max_window_bits=11",
    options: { ...takeover, serverMaxWindowBits: 12, clientMaxWindowBits: 11 },
  },
  {
    name: "client_max_window_bits where the client offered it",
    offers: ["permessage-deflate; client_max_window_bits"],
    agreed: "permessage-deflate; client_max_window_bits=9",
    options: { ...takeover, clientMaxWindowBits: 9 },
  },
  {
    name: "client_max_window_bits is not answered where it was not offered",
    offers: ["permessage-deflate; server_max_window_bits=9"],
    agreed: "permessage-deflate; server_max_window_bits=9",
    options: takeover,
  },
  {
    name: "a client that cannot be limited is declined where the server limits",
    offers: [OFFER],
    agreed: undefined,
    options: { ...takeover, clientMaxWindowBits: 9 },
  },
  declined("an unknown parameter is declined", "permessage-deflate; unknown"),
  declined("a duplicate parameter is declined", `${NONE}; server_no_context_takeover`),
  declined(
    "server_no_context_takeover with a value is declined",
    "permessage-deflate; server_no_context_takeover=1",
  ),
  declined(
    "server_max_window_bits without a value is declined",
    "permessage-deflate; server_max_window_bits",
  ),
  declined("window bits of 7 are declined", "permessage-deflate; server_max_window_bits=7"),
  declined("window bits of 16 are declined", "permessage-deflate; client_max_window_bits=16"),
  declined("window bits with a leading zero are declined", "permessage-deflate; server_max_window_bits=08"),
  declined("window bits that are no number are declined", "permessage-deflate; server_max_window_bits=1e1"),
  declined("a parameter called constructor is declined", "permessage-deflate; constructor=9"),
  declined("a parameter called __proto__ is declined", "permessage-deflate; __proto__"),
  declined("the name of the extension in other letters is declined", "Permessage-Deflate"),
  declined("the older permessage-bzip2 is declined", "permessage-bzip2, x-webkit-deflate-frame"),
];

describe.each(doors)("negotiation, %s", (_, start) => {
  itEach(negotiations, async ({ offers, agreed, options = true }) => {
    const client = await DeflatingClient.open(await start({ perMessageDeflate: options }), ...offers);
    expect(client.agreed).toBe(agreed);
    // The connection is well in any case.
    await client.raw.send(Buffer.concat([clientFrame(0x81, Buffer.from("plain")), CLOSE]));
    const frames = await client.framesToTheEnd();
    expect(frames.at(-1)).toEqual({ first: 0x88, payload: Buffer.alloc(0) });
    expect(frames[0]!.payload.toString()).toBe("plain");
  });
});

interface Row {
  readonly name: string;
  readonly sent: string;
  readonly echoes?: readonly string[];
  readonly close?: number;
  readonly options?: object;
  /** A server without compression. */
  readonly plain?: boolean;
}

const KEY = "00000000";
const HELLO = `c1 87 ${KEY} f248cdc9c90700`;
const END = `88 80 ${KEY}`;

const rows: Row[] = [
  { name: "the sample of RFC 7692", sent: HELLO + END, echoes: ["Hello"] },
  { name: "in two fragments", sent: `41 83 ${KEY} f248cd 80 84 ${KEY} c9c90700 ${END}`, echoes: ["Hello"] },
  { name: "in a stored block", sent: `c1 8b ${KEY} 000500faff48656c6c6f00 ${END}`, echoes: ["Hello"] },
  { name: "in two blocks", sent: `c1 8d ${KEY} f24805000000ffffcac9c90700 ${END}`, echoes: ["Hello"] },
  {
    name: "an uncompressed message on a compressed connection",
    sent: `81 85 ${KEY} 48656c6c6f ${HELLO} ${END}`,
    echoes: ["Hello", "Hello"],
  },
  { name: "RSV1 without an agreement", sent: HELLO, close: 1002, plain: true },
  {
    name: "RSV1 on a compressed connection's continuation",
    sent: `41 83 ${KEY} f248cd c0 84 ${KEY} c9c90700`,
    close: 1002,
  },
  { name: "RSV1 on a compressed connection's Ping", sent: `c9 80 ${KEY}`, close: 1002 },
  { name: "RSV1 on a compressed connection's Close frame", sent: `c8 80 ${KEY}`, close: 1002 },
  { name: "RSV2 beside RSV1", sent: `e1 80 ${KEY}`, close: 1002 },
  { name: "a compressed message of no octets", sent: `c1 80 ${KEY}`, close: 1007 },
  { name: "a compressed message of no octets in fragments", sent: `41 80 ${KEY} 80 80 ${KEY}`, close: 1007 },
  {
    name: "the octet 00 is an empty message",
    sent: `c1 81 ${KEY} 00 ${HELLO} ${END}`,
    echoes: ["", "Hello"],
  },
  {
    name: "a final block, and the message after it",
    sent: `c1 88 ${KEY} f348cdc9c9070000 ${HELLO} c1 87 ${KEY} f348cdc9c90700 ${HELLO} ${END}`,
    echoes: ["Hello", "Hello", "Hello", "Hello"],
  },
  { name: "a final block and more octets", sent: `c1 88 ${KEY} f348cdc9c9070001`, close: 1007 },
  {
    name: "a final block and a second message",
    sent: `c1 8e ${KEY} f348cdc9c90700f248cdc9c90700`,
    close: 1007,
  },
  {
    name: "a tail that was not cut off, decided on its message",
    sent: `c1 8b ${KEY} f248cdc9c907000000ffff ${HELLO}`,
    close: 1007,
  },
  {
    name: "a tail with the 00 of a further block",
    sent: `c1 8c ${KEY} f248cdc9c907000000ffff00 ${HELLO} ${END}`,
    echoes: ["Hello", "Hello"],
  },
  { name: "a truncated stream", sent: `c1 84 ${KEY} f248cdc9`, close: 1007 },
  { name: "a reserved kind of block", sent: `c1 81 ${KEY} 07`, close: 1007 },
  { name: "a distance before the start", sent: `c1 85 ${KEY} f200110000`, close: 1007 },
  {
    name: "a message over the limit once inflated",
    sent: clientFrame(0xc2, deflated(Buffer.alloc(1001))).toString("hex"),
    close: 1009,
    options: { maxPayload: 1000 },
  },
  {
    name: "a compressed length that no message within the limit has",
    sent: `c2 fe ffff ${KEY}`,
    close: 1009,
    options: { maxPayload: 1000 },
  },
  {
    name: "a message at the limit once inflated",
    sent: clientFrame(0xc1, deflated("x".repeat(1000))).toString("hex") + END,
    echoes: ["x".repeat(1000)],
    options: { maxPayload: 1000 },
  },
  {
    name: "invalid UTF-8 once inflated, in an unfinished message",
    sent: clientFrame(0x41, Buffer.concat([deflated(hex("67c0")), hex("0000ffff")])).toString("hex"),
    close: 1007,
  },
  {
    name: "a compressed text that ends inside a character",
    sent: clientFrame(0xc1, deflated(hex("e282"))).toString("hex"),
    close: 1007,
  },
];

describe.each([
  ["at once", Infinity],
  ["octet by octet", 1],
])("compressed messages, %s", (_, pieceSize) => {
  itEach(rows, async ({ sent, echoes = [], close, options, plain }) => {
    const running = await startListening({ ...(plain === true ? {} : DEFLATE), ...options });
    const client = await DeflatingClient.open(running, OFFER);
    const octets = hex(sent);
    await client.raw.send(octets, octets.length > 200 ? Infinity : pieceSize);
    const frames = await client.framesToTheEnd();
    const last = frames.pop()!;
    expect(last.first).toBe(0x88);
    expect(last.payload.length === 0 ? undefined : last.payload.readUInt16BE()).toBe(close);
    const texts = frames.map(({ first, payload }) =>
      ((first & 0x40) === 0 ? payload : inflated(payload)).toString(),
    );
    expect(texts).toEqual(echoes);
  });
});

describe("what the server sends", () => {
  it("is compressed from the threshold on, and not where it would not get smaller", async () => {
    const running = await startListening({ perMessageDeflate: { threshold: 100 } });
    const client = await DeflatingClient.open(running, OFFER);
    for (const length of [99, 100]) await client.raw.send(clientFrame(0x81, Buffer.alloc(length, "a")));
    await client.raw.send(
      clientFrame(0x82, Buffer.from(Array.from({ length: 150 }, (_, i) => (i * i * 7 + i) & 255))),
    );
    const frames = await client.frames(3);
    expect(frames.map(({ first }) => first)).toEqual([0x81, 0xc1, 0x82]);
    expect(inflated(frames[1]!.payload).toString()).toBe("a".repeat(100));
  });

  it("under takeover refers to what was sent before", async () => {
    const running = await startListening({ perMessageDeflate: { threshold: 0, contextTakeover: true } });
    const client = await DeflatingClient.open(running, OFFER);
    const words = Array.from({ length: 60 }, (_, i) => `word${(i * 7919) % 1000}`).join(" ");
    for (let i = 0; i < 2; i++) await client.raw.send(clientFrame(0x81, Buffer.from(words)));
    const [first, second] = await client.frames(2);
    expect(second!.payload.length).toBeLessThan(first!.payload.length / 4);
    const stream = Buffer.concat([first!.payload, hex("0000ffff"), second!.payload]);
    expect(inflated(stream).toString()).toBe(words + words);
  });

  it("is not compressed where nothing was agreed on", async () => {
    const running = await startListening(DEFLATE);
    const client = await DeflatingClient.open(running);
    await client.raw.send(clientFrame(0x81, Buffer.alloc(1000, "a")));
    const [frame] = await client.frames(1);
    expect([frame!.first, frame!.payload.length]).toEqual([0x81, 1000]);
  });
});
