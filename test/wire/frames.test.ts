import { Buffer } from "node:buffer";
import { describe, expect, it } from "vitest";
import type { ServerOptions } from "../../src/index.ts";
import { ACCEPTED, GOOD } from "./heads.ts";
import { CLOSE, CLOSE_ANSWER, hex, serverFrames } from "./octets.ts";
import { itEach } from "./rows.ts";
import { startListening } from "./servers.ts";

/*
 * Frames as octets, and what the server answers. A row that fails ends with a Close frame of that code and a reason
 * in words, and the server ends TCP by itself: the client keeps its half open and sends nothing more, so what is
 * decided is decided by the octets of the row. The others are followed by an empty Close frame.
 */

interface Row {
  readonly name: string;
  readonly send: string;
  /** What comes before the Close frame. */
  readonly answer?: string;
  readonly fails?: number;
  readonly options?: ServerOptions;
}

const accepted: Row[] = [
  { name: "a masked text", send: "81 85 37fa213d 7f9f4d5158", answer: "81 05 48656c6c6f" },
  { name: "an empty text", send: "81 80 00000000", answer: "81 00" },
  { name: "an empty binary", send: "82 80 12345678", answer: "82 00" },
  { name: "a byte order mark", send: "81 84 00000000 efbbbf61", answer: "81 04 efbbbf61" },
  { name: "a byte order mark alone", send: "81 83 00000000 efbbbf", answer: "81 03 efbbbf" },
  { name: "NUL and the highest code point", send: "81 85 00000000 00f48fbfbf", answer: "81 05 00f48fbfbf" },
  {
    name: "a fragmented text",
    send: "01 82 00000000 4865  80 83 00000000 6c6c6f",
    answer: "81 05 48656c6c6f",
  },
  {
    name: "a text whose fragments cut a character",
    send: "01 81 00000000 e2  00 81 00000000 82  80 81 00000000 ac",
    answer: "81 03 e282ac",
  },
  {
    name: "empty fragments",
    send: "01 80 00000000  00 80 00000000  00 81 00000000 61  00 80 00000000  80 80 00000000",
    answer: "81 01 61",
  },
  {
    name: "a message of empty fragments",
    send: "02 80 00000000  00 80 00000000  80 80 00000000",
    answer: "82 00",
  },
  { name: "a ping", send: "89 83 01020304 60607f", answer: "8a 03 61627c" },
  { name: "an empty ping", send: "89 80 01020304", answer: "8a 00" },
  {
    name: "control frames between fragments",
    send: "01 81 00000000 61  89 81 00000000 70  8a 80 00000000  80 81 00000000 62",
    answer: "8a 01 70  81 02 6162",
  },
  {
    name: "an unsolicited pong",
    send: "8a 80 00000000  8a 82 00000000 6162  81 81 00000000 61",
    answer: "81 01 61",
  },
  {
    name: "answers in the order of the input",
    send: "81 81 00000000 61  89 81 00000000 70  81 81 00000000 62  89 81 00000000 71",
    answer: "81 01 61  8a 01 70  81 01 62  8a 01 71",
  },
  {
    name: "a ping of 125 octets",
    send: `89 fd 00000000 ${"61".repeat(125)}`,
    answer: `8a 7d ${"61".repeat(125)}`,
  },
  {
    name: "126 octets in two octets of length",
    send: `82 fe 007e 00000000 ${"61".repeat(126)}`,
    answer: `82 7e 007e ${"61".repeat(126)}`,
  },
  {
    name: "a long length where that is tolerated",
    send: "81 fe 0001 00000000 61  81 ff 0000000000000001 00000000 62",
    answer: "81 01 61  81 01 62",
    options: { tolerateLongLengths: true },
  },
];

const header: Row[] = [
  ...[1, 125].map((length) => ({
    name: `length ${length} in two octets`,
    send: `82 fe ${length.toString(16).padStart(4, "0")}`,
    fails: 1002,
  })),
  ...[1, 125, 126, 65535].map((length) => ({
    name: `length ${length} in eight octets`,
    send: `82 ff ${length.toString(16).padStart(16, "0")}`,
    fails: 1002,
  })),
  { name: "length 0 in two octets", send: "81 fe 0000", fails: 1002 },
  { name: "length 0 in eight octets", send: "81 ff 0000000000000000", fails: 1002 },
  { name: "64-bit length with its top bit set", send: "82 ff 8000000000000000", fails: 1002 },
  { name: "64-bit length of all ones", send: "82 ff ffffffffffffffff", fails: 1002 },
  { name: "length 2^53 - 1", send: "82 ff 001fffffffffffff", fails: 1009 },
  { name: "length 2^53", send: "82 ff 0020000000000000", fails: 1009 },
  { name: "length 2^63 - 1", send: "82 ff 7fffffffffffffff", fails: 1009 },
  {
    name: "length 2^53 with the highest limit",
    send: "82 ff 0020000000000000",
    fails: 1009,
    options: { maxPayload: Number.MAX_SAFE_INTEGER, stream: () => {} },
  },
  { name: "length above the limit", send: "82 8b", fails: 1009, options: { maxPayload: 10 } },
  { name: "length above the limit of 0", send: "81 81", fails: 1009, options: { maxPayload: 0 } },
  {
    name: "fragments above the limit together",
    send: "02 86 00000000 616161616161  80 85",
    fails: 1009,
    options: { maxPayload: 10 },
  },
  { name: "unmasked text", send: "81 01", fails: 1002 },
  { name: "unmasked ping", send: "89 00", fails: 1002 },
  { name: "unmasked close", send: "88 02", fails: 1002 },
  { name: "unmasked continuation", send: "01 81 00000000 61  80 01", fails: 1002 },
  ...["c1", "a1", "91", "f1"].map((first) => ({
    name: `reserved bits, first octet ${first}`,
    send: first,
    fails: 1002,
  })),
  ...["c8", "c9", "ca", "a9", "98"].map((first) => ({
    name: `reserved bits on a control frame, first octet ${first}`,
    send: first,
    fails: 1002,
  })),
  { name: "RSV1 on a continuation", send: "01 81 00000000 61  c0", fails: 1002 },
  ...["83", "84", "85", "86", "87", "8b", "8c", "8d", "8e", "8f", "03", "0b"].map((first) => ({
    name: `reserved opcode, first octet ${first}`,
    send: first,
    fails: 1002,
  })),
  ...["88", "89", "8a"].flatMap((first) => [
    { name: `control frame ${first} of 126 octets`, send: `${first} fe`, fails: 1002 },
    { name: `control frame ${first} of 65536 octets`, send: `${first} ff`, fails: 1002 },
  ]),
  ...["08", "09", "0a"].map((first) => ({
    name: `fragmented control frame ${first}`,
    send: first,
    fails: 1002,
  })),
  { name: "a text inside a fragmented message", send: "01 81 00000000 61  81", fails: 1002 },
  { name: "a binary inside a fragmented message", send: "02 81 00000000 61  02", fails: 1002 },
  { name: "a continuation with no message open", send: "80", fails: 1002 },
  { name: "an unfinished continuation with no message open", send: "00", fails: 1002 },
  {
    name: "a continuation behind a whole message",
    send: "81 81 00000000 61  80",
    answer: "81 01 61",
    fails: 1002,
  },
  {
    name: "more fragments than the limit",
    send: "01 80 00000000  00 80 00000000  00 80 00000000  00 80 00000000",
    fails: 1009,
    options: { maxFragments: 3 },
  },
];

/** Texts of which the last octet makes them invalid; the frame is longer, and its rest never comes. */
const utf8: Row[] = [
  ["a lone continuation octet", "80"],
  ["an overlong form of two octets", "c0"],
  ["an overlong form of three octets", "e0 80"],
  ["an overlong form of four octets", "f0 80"],
  ["a surrogate", "ed a0"],
  ["a code point above 10FFFF", "f4 90"],
  ["an octet that never occurs", "ff"],
  ["a character that is cut by the next", "61 e2 82 61"],
].map(([name, octets]) => ({
  name: `invalid UTF-8: ${name}`,
  send: `81 fd 00000000 ${octets}`,
  fails: 1007,
}));

const text: Row[] = [
  ...utf8,
  { name: "a text that ends inside a character", send: "81 82 00000000 e282", fails: 1007 },
  {
    name: "a fragmented text that ends inside a character",
    send: "01 82 00000000 e282  80 80 00000000",
    fails: 1007,
  },
  {
    name: "invalid UTF-8 across fragments",
    send: "01 82 00000000 e282  00 fd 00000000 61",
    fails: 1007,
  },
  { name: "octets that are no UTF-8 in a binary", send: "82 82 00000000 fffe", answer: "82 02 fffe" },
  {
    name: "invalid UTF-8 behind a ping inside the message",
    send: "01 81 00000000 e2  89 80 00000000  80 81 00000000 61",
    answer: "8a 00",
    fails: 1007,
  },
];

const rows = [...accepted, ...header, ...text];

describe.each([
  ["in one piece", Infinity],
  ["in pieces of 1", 1],
  ["in pieces of 5", 5],
])("frames %s", (_, pieceSize) => {
  itEach(rows, async ({ send, answer = "", fails, options }) => {
    const { open, log } = await startListening(options);
    const client = await open();
    await client.send(fails === undefined ? Buffer.concat([hex(send), CLOSE]) : hex(send), pieceSize);
    const received = (await client.untilEnded()).subarray(ACCEPTED.length);
    if (fails === undefined) {
      expect(received).toEqual(Buffer.concat([hex(answer), CLOSE_ANSWER]));
    } else {
      const frames = serverFrames(received);
      const { first, payload } = frames.pop()!;
      expect([first, payload.readUInt16BE(0)]).toEqual([0x88, fails]);
      expect(payload.toString("utf8", 2)).toMatch(/^[ -~]{10,}$/);
      expect(received.subarray(0, -2 - payload.length)).toEqual(hex(answer));
      expect(log.entries.at(-1)).toMatch(new RegExp(`^close ${fails} .`));
    }
  });
});

describe("frames", () => {
  it("a failure in the packet of the head", async () => {
    const { connect, log } = await startListening();
    const client = await connect();
    await client.send(`${GOOD}\x83`);
    const received = (await client.untilEnded()).subarray(ACCEPTED.length);
    expect(serverFrames(received).map(({ first }) => first)).toEqual([0x88]);
    expect(log.entries[0]).toBe("open /chat");
    expect(log.entries[1]).toMatch(/^close 1002/);
  });

  it("input behind a protocol error is discarded unparsed", async () => {
    const { open, log } = await startListening();
    const client = await open();
    await client.send(
      hex("81 81 00000000 61  83 80 00000000  81 81 00000000 62  89 80 00000000  88 80 00000000"),
    );
    await client.untilEnded();
    await client.send(hex("81 81 00000000 63  89 80 00000000"));
    client.end();
    const frames = serverFrames((await client.untilClosed()).subarray(ACCEPTED.length));
    expect(frames.map(({ first }) => first)).toEqual([0x81, 0x88]);
    expect(log.entries.map((entry) => entry.slice(0, 10))).toEqual(["open /chat", "text 1", "close 1002"]);
  });
});
