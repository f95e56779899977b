import { describe, expect, it } from "vitest";
import { Connection } from "../../src/connection/connection.ts";
import { type ConnectionOptions, inboundOptions } from "../../src/connection/connection-options.ts";
import type { InboundOptions } from "../../src/connection/inbound-event.ts";
import { Inbound, lentInbound } from "../../src/connection/inbound.ts";
import { filler, hex, join } from "../octets.ts";
import { codecFor, deflated } from "./compressed.ts";
import { inbound, optionsOf, read } from "./pull.ts";
import { plainPlatform } from "../../src/connection/platform.ts";
import { clientFrame } from "../wire/octets.ts";
import { feed } from "./wire.ts";

describe("what reads the input", () => {
  const K = "00 00 00 00";

  it("is lent to the next who gets some, once nothing is under way", () => {
    const options: InboundOptions = optionsOf({ fromClient: true });
    const machine = lentInbound(options);
    expect(read(machine, hex(`82 81 ${K} 07 89 80 ${K}`))).toHaveLength(2);
    expect(machine.leave()).toBe(true);
    expect(lentInbound(options)).toBe(machine);
    expect(lentInbound(options)).not.toBe(machine);
  });

  it.each([
    ["in a header", "82"],
    ["behind one", `82 81 ${K}`],
    ["in a payload", `82 82 ${K} 01`],
    ["in a control frame's", `89 82 ${K} 01`],
    ["between fragments", `01 80 ${K}`],
    ["in the header of the second", `01 80 ${K} 80`],
  ])("is not left %s", (_, digits) => {
    const { inbound: machine } = inbound({ fromClient: true });
    read(machine, hex(digits));
    expect(machine.leave()).toBe(false);
  });

  it("is not left before its input is used up, nor where it hands out in another way", () => {
    const { inbound: machine } = inbound({ fromClient: true });
    machine.receive(hex(`82 80 ${K}`));
    expect(machine.leave()).toBe(false);
    expect([machine.next()?.type, machine.next(), machine.leave()]).toEqual(["message", undefined, true]);
    machine.delivery = "pieces";
    expect(machine.leave()).toBe(false);
  });

  it("mixes nothing up, however the inputs of connections are cut", () => {
    let seed = 11;
    const random = (below: number): number => (seed = (seed * 48_271) % 2_147_483_647) % below;
    const options: ConnectionOptions = Object.freeze<ConnectionOptions>({ role: "server" });
    const peers = Array.from({ length: 4 }, (_, i) => {
      const messages = Array.from({ length: 30 }, (__, k) =>
        filler(random(120)).map((octet) => octet ^ (i + k)),
      );
      const frames = messages.map((bytes, k) => clientFrame(k % 5 === 4 ? 0x89 : 0x82, bytes));
      const got: Uint8Array[] = [];
      return { connection: new Connection(options), messages, input: join(...frames), at: 0, got };
    });
    // So that each has had what the one before it has left.
    for (const { connection } of peers) feed(connection, hex(`82 80 ${K}`));
    for (let left = peers; left.length > 0; left = left.filter(({ input, at }) => at < input.length)) {
      const peer = left[random(left.length)]!;
      const end = peer.at + 1 + random(random(2) === 0 ? 8 : 400);
      for (const event of feed(peer.connection, peer.input.subarray(peer.at, end))) {
        if (event.type === "message" || event.type === "ping") peer.got.push(event.bytes);
      }
      peer.at = end;
    }
    for (const { got, messages } of peers) {
      expect(Buffer.compare(join(...got), join(...messages))).toBe(0);
    }
  });

  it("stays where messages are inflated, which others may refer to", () => {
    const { inbound: machine } = inbound({ fromClient: true, codec: codecFor("server") });
    expect(read(machine, clientFrame(0xc1, deflated("words")))).toHaveLength(1);
    expect(machine.leave()).toBe(false);
  });

  it("is with no connection between messages", () => {
    const frozen: ConnectionOptions = Object.freeze<ConnectionOptions>({ role: "server" });
    feed(new Connection(frozen), hex(`82 80 ${K}`));
    expect(inboundOptions(frozen, plainPlatform).spare).toBeInstanceOf(Inbound);
  });

  it("is let go of with the conversation", () => {
    const frozen: ConnectionOptions = Object.freeze<ConnectionOptions>({ role: "server" });
    const [one, two] = [new Connection(frozen), new Connection(frozen)];
    expect(feed(one, hex("81"))).toEqual([]);
    expect(feed(one, hex("00"))).toMatchObject([{ type: "close", code: 1002 }]);
    expect(feed(two, hex(`82 81 ${K} 07`))).toMatchObject([{ type: "message", bytes: hex("07") }]);
    expect(feed(two, hex(`01 80 ${K} 82 80 ${K} ff`))).toMatchObject([{ type: "close", messageCut: true }]);
    expect([two.messageOpen, two.inputPending]).toEqual([false, false]);
  });
});
