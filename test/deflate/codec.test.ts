import { constants, deflateRawSync, inflateRawSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { Codec, type MessageInflater } from "../../src/deflate/codec.ts";
import type { DeflateParameters } from "../../src/deflate/params.ts";
import { json, noise, records } from "./samples.ts";

const parameters = (takeover: boolean, server = 15, client = server): DeflateParameters => ({
  serverNoContextTakeover: !takeover,
  clientNoContextTakeover: !takeover,
  serverMaxWindowBits: server,
  clientMaxWindowBits: client,
});
const drain = (inflater: MessageInflater): Buffer => {
  const out: Buffer[] = [];
  for (let slice = inflater.read(); slice; slice = inflater.read()) out.push(Buffer.from(slice));
  return Buffer.concat(out);
};
const tailed = (message: Uint8Array): Buffer => Buffer.concat([message, Buffer.from("0000ffff", "hex")]);
const finish = { finishFlush: constants.Z_SYNC_FLUSH };

describe("a conversation between both roles", () => {
  it.each([false, true])("goes both ways in every size (takeover %s)", (takeover) => {
    const codec = new Codec();
    for (const bits of [8, 9, 15]) {
      const agreed = parameters(takeover, bits, 23 - bits);
      for (const [from, to] of [
        ["server", "client"],
        ["client", "server"],
      ] as const) {
        const deflater = codec.deflater(agreed, from);
        const inflater = codec.inflater(agreed, to);
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

  it("mixes pieces of our own and of zlib in one message", () => {
    const codec = new Codec();
    const deflater = codec.deflater(parameters(false), "server");
    const sizes = [100, 20_000, 100, 0, 9000, 300];
    const pieces = sizes.map((size) => json(size));
    const sent = pieces.map((piece, i) => Buffer.from(deflater.deflate(piece, i === pieces.length - 1)));
    // Everything given can be inflated from what was returned, at every piece.
    for (let i = 1; i < sent.length; i++)
      expect(inflateRawSync(Buffer.concat(sent.slice(0, i)), finish)).toEqual(
        Buffer.concat(pieces.slice(0, i)),
      );
    expect(inflateRawSync(tailed(Buffer.concat(sent)), finish)).toEqual(Buffer.concat(pieces));
  });

  it("takes the sender's parameters of either direction", () => {
    const agreed: DeflateParameters = { ...parameters(true, 9, 15), clientNoContextTakeover: true };
    const codec = new Codec();
    expect(codec.deflater(agreed, "server").shareable).toBeUndefined();
    expect(codec.deflater(agreed, "client").shareable).toBe(15);
    const far = Buffer.concat([noise(2000), noise(2000)]);
    const server = codec.inflater(agreed, "server");
    const message = Buffer.from(codec.deflater(agreed, "client").deflate(far, true));
    server.push(message, true);
    expect(drain(server).equals(far)).toBe(true);
    const client = codec.inflater(agreed, "client");
    client.push(message, true);
    drain(client);
    expect(client.error).toBe("invalid-deflate");
  });
});

describe("who deflates large messages", () => {
  it("is our own deflater under takeover, so that the next message may refer to this one", () => {
    const deflater = new Codec().deflater(parameters(true), "server");
    const first = deflater.deflate(records(16_384), true).length;
    expect(deflater.deflate(records(16_384), true).length).toBeLessThan(first / 5);
  });

  it("is our own deflater for a window of 256 bytes, of which zlib reaches 250", () => {
    const repeated = Buffer.concat(Array.from({ length: 20 }, () => noise(256)));
    const deflater = new Codec().deflater(parameters(false, 8), "server");
    expect(deflater.deflate(repeated, true).length).toBeLessThan(500);
  });
});

describe("what deflaters share", () => {
  it("gives the same octets for the same message, whatever was sent before", () => {
    const codec = new Codec();
    const [one, other] = [
      codec.deflater(parameters(false), "server"),
      codec.deflater(parameters(false), "server"),
    ];
    expect(one.shareable).toBe(other.shareable);
    for (const size of [50, 1000, 5000, 50_000]) {
      const first = Buffer.from(one.deflate(json(size), true));
      other.deflate(records(size), true);
      expect(Buffer.from(other.deflate(json(size), true)).equals(first)).toBe(true);
    }
  });

  it("sends large messages at the level asked for", () => {
    const sizes = [1, 9].map(
      (level) =>
        new Codec({ level }).deflater(parameters(false), "server").deflate(json(131_072), true).length,
    );
    expect(sizes[1]).toBeLessThan(sizes[0]! * 0.9);
  });

  it("stays near zlib's default level on JSON, whoever deflates", () => {
    for (const make of [json, records]) {
      for (const size of [1024, 2048, 4095, 4096, 8192, 16_384, 131_072]) {
        const data = make(size);
        const theirs = deflateRawSync(data, finish).length - 4;
        const ours = new Codec().deflater(parameters(false), "server").deflate(data, true).length;
        expect(ours / theirs).toBeLessThan(size < 16_384 ? 1.15 : 1.2);
      }
    }
  });
});

describe("a bomb", () => {
  const bomb = Buffer.from(
    new Codec({ level: 9 }).deflater(parameters(false), "client").deflate(Buffer.alloc(64 << 20), true),
  );
  const limit = 1 << 18;

  it("of 64 KB stops at the limit, and its inflater can go at once, 1,000 times in a row", () => {
    expect(bomb.length).toBeLessThan(66_000);
    for (const takeover of [false, true]) {
      const codec = new Codec();
      const before = process.memoryUsage().arrayBuffers;
      for (let round = 0; round < 1000; round++) {
        const inflater = codec.inflater(parameters(takeover), "server");
        inflater.push(bomb, true);
        let total = 0;
        while (total <= limit) total += inflater.read()!.length;
        expect(total).toBeLessThanOrEqual(limit + 16_384);
        inflater.release();
        expect(inflater.read()).toBeUndefined();
      }
      // With takeover each has a window of its own, until it is collected.
      const most = takeover ? 1000 * 48 * 1024 : 0;
      expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(most + (1 << 20));
    }
  });
});
