import { constants, deflateRawSync, inflateRawSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { Codec, CodecMemory } from "../../src/deflate/codec.ts";
import type { Inflater } from "../../src/deflate/inflate.ts";
import type { DeflateParameters } from "../../src/deflate/params.ts";
import type { Role } from "../../src/deflate/takeover.ts";
import { json, noise, records } from "./samples.ts";

const memory = new CodecMemory();
const parameters = (takeover: boolean, server = 15, client = server): DeflateParameters => ({
  serverNoContextTakeover: !takeover,
  clientNoContextTakeover: !takeover,
  serverMaxWindowBits: server,
  clientMaxWindowBits: client,
});
const codec = (agreed: DeflateParameters, role: Role = "server"): Codec => new Codec(memory, agreed, role, 0);
const drain = (inflater: Inflater): Buffer => {
  const out: Buffer[] = [];
  for (let slice = inflater.read(); slice; slice = inflater.read()) out.push(Buffer.from(slice));
  return Buffer.concat(out);
};
const tailed = (message: Uint8Array): Buffer => Buffer.concat([message, Buffer.from("0000ffff", "hex")]);
const finish = { finishFlush: constants.Z_SYNC_FLUSH };

describe("a conversation between both roles", () => {
  it.each([false, true])("goes both ways in every size (takeover %s)", (takeover) => {
    for (const bits of [8, 9, 15]) {
      const agreed = parameters(takeover, bits, 23 - bits);
      for (const [from, to] of [
        ["server", "client"],
        ["client", "server"],
      ] as const) {
        const deflater = codec(agreed, from).takeDeflater();
        const inflater = codec(agreed, to).takeInflater();
        for (const size of [0, 1, 100, 1024, 4095, 4096, 16_384, 131_072, 0]) {
          for (const data of [json(size), records(size), noise(size)]) {
            inflater.push(Buffer.from(deflater.deflate(data, true)), true);
            expect(drain(inflater).equals(data)).toBe(true);
            expect(inflater.error).toBeUndefined();
            expect(inflater.ended).toBe(true);
          }
        }
        deflater.release();
        inflater.release();
      }
    }
  });

  it("can be followed piece by piece", () => {
    const deflater = codec(parameters(false)).takeDeflater();
    const sizes = [100, 20_000, 100, 0, 9000, 300];
    const pieces = sizes.map((size) => json(size));
    const sent = pieces.map((piece, i) => Buffer.from(deflater.deflate(piece, i === pieces.length - 1)));
    // Everything given can be inflated from what was returned, at every piece.
    for (let i = 1; i < sent.length; i++) {
      const text = inflateRawSync(Buffer.concat(sent.slice(0, i)), finish);
      expect(text.equals(Buffer.concat(pieces.slice(0, i)))).toBe(true);
    }
    expect(inflateRawSync(tailed(Buffer.concat(sent)), finish).equals(Buffer.concat(pieces))).toBe(true);
  });

  it("takes the sender's parameters of either direction", () => {
    const agreed: DeflateParameters = { ...parameters(true, 9, 15), clientNoContextTakeover: true };
    expect(codec(agreed, "server").shareable).toBeUndefined();
    expect(codec(agreed, "client").shareable).toBe(15);
    const far = Buffer.concat([noise(2000), noise(2000)]);
    const server = codec(agreed, "server").takeInflater();
    const message = Buffer.from(codec(agreed, "client").takeDeflater().deflate(far, true));
    server.push(message, true);
    expect(drain(server).equals(far)).toBe(true);
    const client = codec(agreed, "client").takeInflater();
    client.push(message, true);
    drain(client);
    expect(client.error).toBe("invalid-deflate");
  });
});

describe("what is lent", () => {
  it("is kept by the connection with context takeover, and only in that direction", () => {
    const both = codec(parameters(true));
    const [inflater, deflater] = [both.takeInflater(), both.takeDeflater()];
    expect(both.giveInflater(inflater)).toBe(inflater);
    expect(both.giveDeflater(deflater)).toBe(deflater);
    expect(both.takeInflater()).not.toBe(inflater);
    expect(both.takeDeflater()).not.toBe(deflater);
    const sending = codec({ ...parameters(true), clientNoContextTakeover: true });
    expect(sending.giveInflater(sending.takeInflater())).toBeUndefined();
    expect(sending.giveDeflater(deflater)).toBe(deflater);
  });

  it("is lent again without it, and never to two", () => {
    const lending = codec(parameters(false));
    const [inflater, deflater] = [lending.takeInflater(), lending.takeDeflater()];
    expect(lending.takeInflater()).not.toBe(inflater);
    expect(lending.takeDeflater()).not.toBe(deflater);
    expect(lending.giveInflater(inflater)).toBeUndefined();
    expect(lending.giveDeflater(deflater)).toBeUndefined();
    expect(lending.takeInflater()).toBe(inflater);
    expect(lending.takeDeflater()).toBe(deflater);
    expect(lending.takeInflater()).not.toBe(inflater);
    expect(lending.takeDeflater()).not.toBe(deflater);
  });

  it("refers to the message before under takeover", () => {
    const deflater = codec(parameters(true)).takeDeflater();
    const first = deflater.deflate(records(16_384), true).length;
    expect(deflater.deflate(records(16_384), true).length).toBeLessThan(first / 5);
  });

  it("reaches as far as a window of 256 bytes", () => {
    const repeated = Buffer.concat(Array.from({ length: 20 }, () => noise(256)));
    const deflater = codec(parameters(false, 8)).takeDeflater();
    expect(deflater.deflate(repeated, true).length).toBeLessThan(500);
  });
});

describe("codecs with the same number", () => {
  it("give the same octets for the same message, whatever was sent before", () => {
    const [one, other] = [codec(parameters(false)), codec(parameters(false, 15, 9))];
    expect(one.shareable).toBe(other.shareable);
    expect(one.shareable).not.toBe(codec(parameters(false, 14)).shareable);
    for (const size of [50, 1000, 5000, 50_000]) {
      const first = Buffer.from(one.takeDeflater().deflate(json(size), true));
      const deflater = other.takeDeflater();
      deflater.deflate(records(size), true);
      expect(Buffer.from(deflater.deflate(json(size), true)).equals(first)).toBe(true);
    }
  });
});

describe("a bomb", () => {
  const bomb = deflateRawSync(Buffer.alloc(64 << 20), { ...finish, level: 9 }).subarray(0, -4);
  const limit = 1 << 18;

  it("of 64 KB stops at the limit, and its inflater can go at once, 1,000 times in a row", () => {
    expect(bomb.length).toBeLessThan(66_000);
    for (const takeover of [false, true]) {
      const target = codec(parameters(takeover));
      const before = process.memoryUsage().arrayBuffers;
      for (let round = 0; round < 1000; round++) {
        const inflater = target.takeInflater();
        inflater.push(bomb, true);
        let total = 0;
        while (total <= limit) total += inflater.read()!.length;
        expect(total).toBeLessThanOrEqual(limit + 65_536);
        inflater.release();
        expect(inflater.read()).toBeUndefined();
      }
      // With takeover each has a window of its own, until it is collected.
      const most = takeover ? 1000 * 48 * 1024 : 0;
      expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(most + (1 << 20));
    }
  });
});
