import { Buffer } from "node:buffer";
import { expect, it } from "vitest";
import { ACCEPTED } from "../wire/heads.ts";
import { clientFrame, CLOSE, type SentFrame, serverFrames } from "../wire/octets.ts";
import { startTarget } from "./child.ts";
import { open } from "./raw.ts";
import { mib, tell } from "./scale.ts";
import { type Command, NO_DATA, octetAt, SIZE, VIEWS, WAYS } from "./server/commands.ts";

/* What is sent leaves as its octets, whatever view of memory it is; and what has no octets is refused, not guessed. */

const memory = Buffer.from(Array.from({ length: SIZE }, (_, at) => octetAt(at)));
const order = (command: Command): Buffer => clientFrame(0x81, Buffer.from(JSON.stringify(command)));

/** The messages, fragments put together. */
function messages(frames: readonly SentFrame[]): Buffer[] {
  const whole: Buffer[] = [];
  const parts: Buffer[] = [];
  for (const { first, payload } of frames) {
    parts.push(payload);
    if (first >= 0x80) whole.push(Buffer.concat(parts.splice(0)));
  }
  expect(parts).toEqual([]);
  return whole;
}

it("for every type of view, offset and length the octets on the wire are the octets of the view", async () => {
  const { server, port } = await startTarget("obedient");
  const client = await open(port);
  const expected: Buffer[] = [];
  const orders: Buffer[] = [];
  for (const view of VIEWS) {
    // Multiples of eight, where elements are up to eight octets; and odd ones where they are one.
    const odd = !/16|32|64/.test(view) ? 1 : 0;
    for (const offset of [0, 8 + odd, 4096, 65536 - 8 + odd]) {
      for (const length of [0, 8 - odd, 120, 128, 4096, 4104 + odd, 65528 + odd, 65536]) {
        for (const way of WAYS) {
          orders.push(order({ do: "send", view, offset, length, way }));
          expected.push(memory.subarray(offset, offset + length));
        }
      }
    }
  }
  await client.send(Buffer.concat([...orders, CLOSE]));
  const frames = serverFrames((await client.untilEnded()).subarray(ACCEPTED.length));
  const received = messages(frames);
  expect(received.length).toBe(expected.length + 1);
  const wrong = expected.filter((octets, at) => !octets.equals(received[at]!));
  const { peak } = await server.ask("figures");
  const octets = expected.reduce((sum, { length }) => sum + length, 0);
  tell("views of memory", {
    types: VIEWS.length,
    messages: expected.length,
    octets: mib(octets),
    "peak memory +": mib(peak),
  });
  expect(wrong.length).toBe(0);
});

it("numbers and other things that have no octets are refused, and nothing of them leaves", async () => {
  const { port } = await startTarget("obedient");
  let count = 0;
  for (const way of [...WAYS, "ping"] as const) {
    for (const data of Object.keys(NO_DATA)) {
      // A Ping without payload is one without an argument.
      if (way === "ping" && data === "undefined") continue;
      const client = await open(port);
      await client.send(Buffer.concat([order({ do: "misuse", way, data }), CLOSE]));
      const [answer, ...rest] = serverFrames((await client.untilEnded()).subarray(ACCEPTED.length));
      expect([way, data, answer!.payload.toString()]).toEqual([way, data, "ERR_INVALID_DATA"]);
      expect(rest.length).toBe(1);
      count++;
    }
  }
  tell("things that have no octets", { refused: count });
});
