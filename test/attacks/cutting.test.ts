import { Buffer } from "node:buffer";
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { plus, GOOD } from "../wire/heads.ts";
import { deflated } from "../wire/deflating.ts";
import { clientFrame, CLOSE, hex } from "../wire/octets.ts";
import { startTarget } from "./child.ts";
import { connect } from "./raw.ts";
import { scale, tell } from "./scale.ts";

/* However the octets of a conversation are cut, the server answers it with the same octets. */

const text = (octets: string): Buffer => clientFrame(0x81, Buffer.from(octets));
const masked = hex("81 85 37fa213d 7f9f4d5158");

/** All that can be sent and is lawful. */
const conversation = Buffer.concat([
  text("first"),
  masked,
  clientFrame(0x82, Buffer.alloc(0)),
  clientFrame(0x89, Buffer.from("ping")),
  clientFrame(0x01, Buffer.from([0xf0, 0x9f])),
  clientFrame(0x89, Buffer.from("between")),
  clientFrame(0x00, Buffer.alloc(0)),
  clientFrame(0x80, Buffer.from([0x98, 0x80])),
  clientFrame(0x8a, Buffer.from("nobody asked")),
  clientFrame(0x82, Buffer.alloc(126, 1)),
  clientFrame(0x02, Buffer.alloc(3000, 2)),
  clientFrame(0x80, Buffer.alloc(3000, 3)),
  clientFrame(0x82, Buffer.alloc(65536, 4)),
]);
const compressed = Buffer.concat([
  clientFrame(0xc1, deflated("compressed ".repeat(100))),
  clientFrame(0x42, deflated(Buffer.alloc(5000, 5)).subarray(0, 7)),
  clientFrame(0x89, Buffer.from("inside")),
  clientFrame(0x80, deflated(Buffer.alloc(5000, 5)).subarray(7)),
]);

const endings: readonly [name: string, octets: Buffer, code: number][] = [
  ["a Close frame", Buffer.concat([hex("88 86 00000000 0fa0"), Buffer.from("done")]), 4000],
  ["a Close frame and more", Buffer.concat([CLOSE, text("late"), hex("83")]), 1005],
  ["invalid UTF-8", clientFrame(0x81, hex("61 c0 61")), 1007],
  ["a reserved opcode", hex("83 80 00000000"), 1002],
  ["a length above the limit", hex("82 ff 0000000000100001 00000000"), 1009],
  ["a length that is not in its shortest form", hex("82 fe 0001 00000000"), 1002],
  ["a frame without a mask", hex("81 01 61"), 1002],
  ["half a frame", hex("81 82 00000000 61"), 1006],
];

const lists = [
  { name: "plain", head: GOOD, octets: conversation },
  {
    name: "compressed",
    head: plus("Sec-WebSocket-Extensions: permessage-deflate"),
    octets: Buffer.concat([conversation, compressed]),
  },
];

/** Pieces of these sizes, over and over. */
function* cut(octets: Buffer, sizes: readonly number[]): Generator<Buffer> {
  for (let at = 0, i = 0; at < octets.length; i++) {
    const size = sizes[i % sizes.length]!;
    yield octets.subarray(at, at + size);
    at += size;
  }
}

async function answersTo(port: number, octets: Buffer, sizes: readonly number[]): Promise<string> {
  const client = await connect(port);
  for (const piece of cut(octets, sizes)) {
    if (!client.socket.writable) break;
    await client.flush(piece);
  }
  client.end();
  const received = await client.untilEnded();
  client.socket.destroy();
  return received.toString("latin1");
}

it("the same octets get the same answers, however they are cut", async () => {
  const { server, port } = await startTarget("echo", { perMessageDeflate: { threshold: 1000 } });
  const random = fc.sample(fc.array(fc.integer({ min: 1, max: 5000 }), { minLength: 1, maxLength: 8 }), {
    seed: 20_260_101,
    numRuns: scale(12, 200),
  });
  const cuttings = [[500], [1000], [1, 4096], [13, 2, 65536], ...random];
  const expected: Record<number, number> = {};
  const ask = (octets: Buffer, sizes: readonly number[], code: number): Promise<string> => {
    expected[code] = (expected[code] ?? 0) + 1;
    return answersTo(port, octets, sizes);
  };
  for (const { name, head, octets } of lists) {
    for (const [ending, last, code] of endings) {
      const all = Buffer.concat([Buffer.from(head, "latin1"), octets, last]);
      const whole = await ask(all, [all.length], code);
      for (const sizes of cuttings)
        expect([name, ending, sizes, await ask(all, sizes, code)]).toEqual([name, ending, sizes, whole]);
    }
  }
  // In smaller pieces, down to single octets, without the large message.
  for (const [ending, last, code] of endings) {
    const all = Buffer.concat([Buffer.from(GOOD, "latin1"), conversation.subarray(0, -65536 - 14), last]);
    const whole = await ask(all, [all.length], code);
    for (const sizes of [[1], [2, 3], [7]])
      expect([ending, sizes, await ask(all, sizes, code)]).toEqual([ending, sizes, whole]);
  }
  await server.ask("idle");
  const { closed, opened } = await server.ask("counts");
  tell("conversations, each cut in many ways", { count: opened, "close codes": JSON.stringify(closed) });
  expect(closed).toEqual(expected);
});
