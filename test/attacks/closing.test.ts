import { Buffer } from "node:buffer";
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { clientFrame } from "../wire/octets.ts";
import { startTarget } from "./child.ts";
import { connect } from "./raw.ts";
import { GOOD } from "../wire/heads.ts";
import { scale, tell } from "./scale.ts";
import type { Command } from "./server/commands.ts";

/*
 * The closing state machine of the server, driven by chance and compared with a model. What the server's side shall do
 * comes as messages among the client's frames, so that the order of all is known, and the octets of the answer with it.
 * (Both roles, without sockets: fuzz/pair.test.ts.)
 */

interface Step {
  readonly name: string;
  readonly octets: Buffer;
  act(model: Model): void;
}

/** What the server has said and heard. */
class Model {
  said: Buffer[] = [];
  /** We have sent a Close frame. */
  closing = false;
  /** The code that is told, once nothing more is read. */
  code: number | undefined;
  /** Terminated: what was said before may not have left. */
  cut = false;

  say(first: number, payload: Uint8Array): void {
    if (!this.closing) this.said.push(Buffer.from([first, payload.length]), Buffer.from(payload));
  }

  /** Sends a Close frame, where none was sent. */
  close(payload: Uint8Array): void {
    this.say(0x88, payload);
    this.closing = true;
  }

  /** Reads nothing more. */
  leave(code: number): void {
    this.code = code;
  }
}

const codeOf = (code: number): Buffer => Buffer.from([code >> 8, code & 0xff]);
const order = (command: Command): Buffer => clientFrame(0x81, Buffer.from(JSON.stringify(command)));
const step = (name: string, octets: Buffer, act: (model: Model) => void): Step => ({ name, octets, act });

const payload = fc.uint8Array({ maxLength: 20 });
const code = fc.constantFrom(1000, 1001, 1008, 1013, 3000, 4999);
const steps = fc.oneof(
  { weight: 4, arbitrary: payload.map((bytes) => step("a message", clientFrame(0x82, bytes), (model) => model.say(0x82, bytes))) }, // prettier-ignore
  payload.map((bytes) => step("a ping", clientFrame(0x89, bytes), (model) => model.say(0x8a, bytes))),
  payload.map((bytes) => step("a pong", clientFrame(0x8a, bytes), () => {})),
  fc
    .constantFrom("a", "bc")
    .map((text) =>
      step(`the server says ${text}`, order({ do: "say", text }), (model) =>
        model.say(0x81, Buffer.from(text)),
      ),
    ),
  code.map((number) =>
    step(`the server closes with ${number}`, order({ do: "close", code: number }), (model) =>
      model.close(codeOf(number)),
    ),
  ),
  code.map((number) =>
    step(`the client closes with ${number}`, clientFrame(0x88, codeOf(number)), (model) => {
      model.close(codeOf(number));
      model.leave(number);
    }),
  ),
  fc.constant(
    step("the client closes", clientFrame(0x88, Buffer.alloc(0)), (model) => {
      model.close(Buffer.alloc(0));
      model.leave(1005);
    }),
  ),
  fc
    .constantFrom<[string, string, number, string]>(
      ["a reserved opcode", "83", 1002, "The frame's opcode is reserved"],
      ["a close payload of one octet", "88810000000000", 1002, ""],
      ["invalid UTF-8", "818100000000ff", 1007, ""],
    )
    .map(([name, octets, number]) =>
      step(name, Buffer.from(octets, "hex"), (model) => {
        model.close(codeOf(number));
        model.leave(number);
      }),
    ),
  fc.constant(
    step("the server terminates", order({ do: "terminate" }), (model) => {
      model.cut = true;
      model.leave(1006);
    }),
  ),
);

/** What the model says of the steps. */
function predict(list: readonly Step[]): Model {
  const model = new Model();
  for (const each of list) {
    if (model.code === undefined) each.act(model);
  }
  // The client ends its half behind all of them.
  if (model.code === undefined) model.leave(1006);
  return model;
}

/** The server's frames; a Close frame's reason, which the model does not know, is left out. */
function withoutReason(octets: Buffer): Buffer {
  for (let at = 0; at + 1 < octets.length; at += 2 + octets[at + 1]!) {
    if (octets[at] !== 0x88) continue;
    const size = Math.min(2, octets[at + 1]!);
    return Buffer.concat([
      octets.subarray(0, at),
      Buffer.from([0x88, size]),
      octets.subarray(at + 2, at + 2 + size),
    ]);
  }
  return octets;
}

it("closes as the model does, whatever is done in whatever order", async () => {
  const { server, port } = await startTarget("obedient");
  const expected: Record<number, number> = {};
  const conversation = fc.asyncProperty(
    fc.array(steps, { maxLength: 8 }),
    fc.nat({ max: 40 }),
    async (list, size) => {
      const model = predict(list);
      expected[model.code!] = (expected[model.code!] ?? 0) + 1;
      const client = await connect(port);
      await client.send(GOOD);
      const head = (await client.until((received) => received.includes("\r\n\r\n"))).length;
      const octets = Buffer.concat(list.map((each) => each.octets));
      for (let at = 0; at < octets.length && client.socket.writable; at += size + 1)
        await client.flush(octets.subarray(at, at + size + 1));
      client.end();
      await client.untilClosed();
      const said = withoutReason(client.received.subarray(head));
      const all = Buffer.concat(model.said);
      if (model.cut) expect(all.subarray(0, said.length)).toEqual(said);
      else expect(said).toEqual(all);
    },
  );
  const parameters = { seed: 20_260_101, numRuns: scale(400, 20_000), endOnFailure: true };
  await fc.assert(conversation, parameters);
  await server.ask("idle");
  const { closed } = await server.ask("counts");
  tell("closings by chance", { count: parameters.numRuns, "told codes": JSON.stringify(closed) });
  expect(closed).toEqual(expected);
});
