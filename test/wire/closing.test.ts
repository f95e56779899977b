import { Buffer } from "node:buffer";
import { describe, expect, it } from "vitest";
import type { RawClient } from "./client.ts";
import { ACCEPTED } from "./heads.ts";
import { hex, serverFrames } from "./octets.ts";
import { itEach } from "./rows.ts";
import { startListening } from "./servers.ts";

/* The closing handshake as octets: what a Close frame is answered with, what is told, and who ends TCP when. */

interface Row {
  readonly name: string;
  readonly send: string;
  /** Everything that the server sends, to the octet. */
  readonly answer: string;
  readonly told: string;
}
interface Failure {
  readonly name: string;
  readonly send: string;
  readonly code: number;
}

const code = (value: number): string => value.toString(16).padStart(4, "0");

const lawful = [
  1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999,
];
const unlawful = [
  0, 1, 999, 1004, 1005, 1006, 1015, 1016, 1100, 1999, 2000, 2999, 5000, 5001, 9999, 32767, 32768, 65535,
];

const rows: Row[] = [
  { name: "an empty close payload", send: "88 80 00000000", answer: "88 00", told: "close 1005" },
  ...lawful.map((value) => ({
    name: `close code ${value}`,
    send: `88 82 00000000 ${code(value)}`,
    answer: `88 02 ${code(value)}`,
    told: `close ${value}`,
  })),
  {
    name: "a reason is not sent back",
    send: "88 86 01020304 02ea 61 66 78 67",
    answer: "88 02 03e8",
    told: "close 1000 bbye",
  },
  {
    name: "a reason of 123 octets",
    send: `88 fd 00000000 03e8 ${"61".repeat(123)}`,
    answer: "88 02 03e8",
    told: `close 1000 ${"a".repeat(123)}`,
  },
  {
    name: "data after a close frame",
    send: "88 82 00000000 03e8  81 81 00000000 61  89 80 00000000  83  88 80 00000000",
    answer: "88 02 03e8",
    told: "close 1000",
  },
  {
    name: "close inside a fragmented message",
    send: "01 81 00000000 61  88 82 00000000 03e8  80 81 00000000 62",
    answer: "88 02 03e8",
    told: "close 1000",
  },
  {
    name: "a ping before the close frame is answered before it",
    send: "89 81 00000000 70  88 82 00000000 03e8",
    answer: "8a 01 70  88 02 03e8",
    told: "close 1000",
  },
];

const failures: Failure[] = [
  { name: "a close payload of one octet", send: "88 81 00000000 03", code: 1002 },
  ...unlawful.map((value) => ({
    name: `close code ${value}`,
    send: `88 82 00000000 ${code(value)}`,
    code: 1002,
  })),
  { name: "an unlawful code with a reason", send: "88 84 00000000 03ed 6162", code: 1002 },
  { name: "a reason that is not UTF-8", send: "88 83 00000000 03e8 ff", code: 1007 },
  { name: "a reason that ends inside a character", send: "88 84 00000000 03e8 e282", code: 1007 },
  { name: "a reason with a surrogate", send: "88 85 00000000 03e8 eda080", code: 1007 },
];

describe.each([
  ["in one piece", Infinity],
  ["in pieces of 1", 1],
])("closing %s", (_, pieceSize) => {
  itEach(rows, async ({ send, answer, told }) => {
    const { open, log } = await startListening();
    const client = await open();
    await client.send(hex(send), pieceSize);
    const received = (await client.untilEnded()).subarray(ACCEPTED.length);
    expect(received).toEqual(hex(answer));
    expect(log.entries).toEqual(["open /chat", told]);
    client.end();
    await client.untilClosed();
    expect(client.error).toBeUndefined();
  });
});

describe("closing refused", () => {
  itEach(failures, async ({ send, code: expected }) => {
    const { open, log } = await startListening();
    const client = await open();
    await client.send(hex(send));
    const frames = serverFrames((await client.untilEnded()).subarray(ACCEPTED.length));
    expect(frames.map(({ first, payload }) => [first, payload.readUInt16BE(0)])).toEqual([[0x88, expected]]);
    expect(log.entries[1]).toMatch(new RegExp(`^close ${expected} .`));
  });
});

describe("the end of TCP", () => {
  it("without a close frame is told as 1006", async () => {
    const { open, log } = await startListening();
    const client = await open();
    client.end();
    expect((await client.untilEnded()).length).toBe(ACCEPTED.length);
    await client.untilClosed();
    expect(log.entries).toEqual(["open /chat", "close 1006"]);
  });

  it("by a reset is told as 1006", async () => {
    const { open, log } = await startListening();
    const client = await open();
    client.reset();
    expect(await log.until("close")).toBe("close 1006");
  });

  it("inside a frame is told as 1006", async () => {
    const { open, log } = await startListening();
    const client = await open();
    await client.send(hex("81 85 00000000 48"));
    client.end();
    await client.untilClosed();
    expect(log.entries).toEqual(["open /chat", "close 1006"]);
  });

  it("comes from the server at once after both close frames", async () => {
    // The deadline is far away: what ends here is ended by the rule.
    const { open, log } = await startListening({
      closeTimeout: 600_000,
      message: (socket) => socket.close(4000),
    });
    const client = await open();
    await client.send(hex("81 81 00000000 61"));
    const close = await client.untilSize(ACCEPTED.length + 4);
    expect(close.subarray(ACCEPTED.length)).toEqual(hex("88 02 0fa0"));
    expect(client.ended).toBe(false);
    await client.send(hex("88 82 00000000 0fa0"));
    expect((await client.untilEnded()).length).toBe(ACCEPTED.length + 4);
    expect(log.entries.at(-1)).toBe("close 4000");
  });

  it("messages under way still arrive after our close frame", async () => {
    const { open, log } = await startListening({ message: (socket) => socket.close(1000, "enough") });
    const client = await open();
    await client.send(hex("81 81 00000000 61"));
    await client.untilSize(ACCEPTED.length + 10);
    await client.send(hex("81 82 00000000 6161  89 80 00000000  88 82 00000000 03e8"));
    const received = (await client.untilEnded()).subarray(ACCEPTED.length);
    expect(received).toEqual(Buffer.concat([hex("88 08 03e8"), Buffer.from("enough")]));
    expect(log.entries).toEqual(["open /chat", "text 1", "text 2", "close 1000"]);
  });

  it("comes by the deadline where the peer never answers our close", async () => {
    const { open, log } = await startListening({ closeTimeout: 50, message: (socket) => socket.close() });
    const client = await open();
    await client.send(hex("81 81 00000000 61"));
    expect((await client.untilEnded()).subarray(ACCEPTED.length)).toEqual(hex("88 02 03e8"));
    expect(await log.until("close")).toBe("close 1006");
    await expectReset(client);
  });

  it("comes by the deadline where the peer goes on sending after our close", async () => {
    const { open, log } = await startListening({ closeTimeout: 50, message: (socket) => socket.close() });
    const client = await open();
    const sendOn = (): void => {
      if (!client.closed)
        client.socket.write(hex("82 80 00000000  8a 80 00000000"), () => setImmediate(sendOn));
    };
    sendOn();
    expect(await log.until("close")).toBe("close 1006");
  });

  it("comes by the deadline where the peer keeps its half open after both close frames", async () => {
    const { open, server } = await startListening({ closeTimeout: 50 });
    const client = await open();
    await client.send(hex("88 80 00000000"));
    await client.untilEnded();
    expect(server.sockets.size).toBe(1);
    await expectReset(client);
  });
});

/** The other half is gone as well: what is written to it is answered by a reset. */
async function expectReset(client: RawClient): Promise<void> {
  const sendOn = (): void => {
    if (!client.closed) client.socket.write(hex("8a 80 00000000"), () => setImmediate(sendOn));
  };
  sendOn();
  await client.untilClosed();
  expect(["ECONNRESET", "EPIPE"]).toContain(client.error?.code);
}
