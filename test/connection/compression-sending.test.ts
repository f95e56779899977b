import { randomFillSync } from "node:crypto";
import { describe, expect, it } from "vitest";
import { hex, join, toHex, utf8 } from "../octets.ts";
import { clientFrame, serverFrames } from "../wire/octets.ts";
import type { MessageCodec } from "../../src/connection/codec.ts";
import {
  codecFor,
  type Compressed,
  deflated,
  deflatingClient,
  deflatingServer,
  inflated,
  NO_TAKEOVER,
  TAKEOVER,
} from "./compressed.ts";
import { feed, messageOf, misuse, output, pieceOf, server } from "./wire.ts";

const KEY = "00000000";

describe("sending", () => {
  const firsts = (octets: Uint8Array): string[] =>
    serverFrames(Buffer.from(octets)).map(({ first }) => first.toString(16));

  it("marks what it has compressed, and zlib reads it", () => {
    const connection = deflatingServer();
    const text = "the same, the same, the same, the same";
    connection.sendText(text);
    connection.sendBinary(utf8(text));
    const frames = serverFrames(Buffer.from(output(connection)));
    expect(frames.map(({ first }) => first)).toEqual([0xc1, 0xc2]);
    for (const { payload } of frames) {
      expect(payload.length).toBeLessThan(text.length);
      expect(inflated(payload).toString()).toBe(text);
    }
  });

  it("leaves messages below the threshold as they are", () => {
    const connection = deflatingServer({}, { threshold: 100 });
    connection.sendText("a".repeat(99));
    connection.sendText("a".repeat(100));
    expect(firsts(output(connection))).toEqual(["81", "c1"]);
  });

  it("leaves a message as it is that would not get smaller", () => {
    const connection = deflatingServer();
    const noise = randomFillSync(new Uint8Array(500));
    connection.sendBinary(noise);
    connection.sendText("");
    expect(toHex(output(connection).subarray(4, -2))).toBe(toHex(noise));
  });

  it.each([
    [4, "c2"],
    [5, "82"],
    [6, "82"],
  ])("sends five octets that are deflated to %i in a frame that begins with %s", (size, first) => {
    const codec: MessageCodec = {
      threshold: 0,
      shareable: 15,
      takeInflater: () => codecFor("server").takeInflater(),
      giveInflater: () => undefined,
      takeDeflater: () => ({ deflate: () => new Uint8Array(size), release: () => {} }),
      giveDeflater: () => undefined,
    };
    const connection = server({ codec });
    connection.sendBinary(hex("01 02 03 04 05"));
    expect(firsts(output(connection))).toEqual([first]);
  });

  it("leaves a message as it is that would hold up all others", () => {
    const connection = deflatingServer();
    connection.sendBinary(new Uint8Array(1024 * 1024));
    connection.sendBinary(new Uint8Array(1024 * 1024 + 1));
    expect(firsts(output(connection))).toEqual(["c2", "82"]);
  });

  it("under takeover keeps the window, also over what did not get smaller and what was not compressed", () => {
    const connection = deflatingServer({}, { parameters: TAKEOVER, threshold: 10 });
    const noise = randomFillSync(new Uint8Array(500));
    const peer = deflatingClient({}, { parameters: TAKEOVER });
    connection.sendBinary(noise);
    connection.sendText("short");
    connection.sendBinary(noise);
    const octets = output(connection);
    const frames = serverFrames(Buffer.from(octets));
    expect(frames.map(({ first }) => first)).toEqual([0xc2, 0x81, 0xc2]);
    expect(frames[0]!.payload.length).toBeGreaterThan(500);
    expect(frames[2]!.payload.length).toBeLessThan(20);
    expect(feed(peer, octets)).toEqual([
      messageOf("binary", noise),
      messageOf("text", utf8("short")),
      messageOf("binary", noise),
    ]);
  });

  it("in fragments marks the first only, and each can be read at once", () => {
    const connection = deflatingServer();
    const peer = deflatingClient({ delivery: "pieces" });
    connection.sendFragment("text", utf8("one "), false);
    const begun = output(connection);
    expect(feed(peer, begun)).toEqual([pieceOf("text", utf8("one "), false)]);
    connection.sendFragment("text", utf8(""), false);
    connection.ping();
    connection.sendFragment("text", utf8("two"), true);
    const rest = output(connection);
    expect(firsts(join(begun, rest))).toEqual(["41", "0", "89", "80"]);
    expect(feed(peer, rest)).toEqual([
      { type: "ping", bytes: new Uint8Array(0) },
      pieceOf("text", utf8("two"), false),
      pieceOf("text", new Uint8Array(0), true),
    ]);
  });

  it("shares what was prepared with all that are alike, and with no others", () => {
    const one = deflatingServer();
    const other = deflatingServer();
    const bytes = utf8("broadcast ".repeat(30));
    const prepared = one.deflateMessage(bytes);
    expect(one.shareable).toBe(other.shareable);
    for (const connection of [one, other]) connection.sendPrepared("text", bytes, prepared);
    const octets = output(one);
    expect(toHex(output(other))).toBe(toHex(octets));
    expect(feed(deflatingClient(), octets)).toEqual([messageOf("text", bytes)]);
    expect(deflatingServer({}, { parameters: TAKEOVER }).shareable).toBeUndefined();
    expect(
      deflatingServer({}, { parameters: { ...NO_TAKEOVER, serverMaxWindowBits: 9 } }).shareable,
    ).not.toBe(one.shareable);
    expect(server().shareable).toBeUndefined();
    expect(server().deflateMessage(bytes)).toBeUndefined();
  });

  it("does not prepare what cannot be sent: the window would know what the peer does not", () => {
    const connection = deflatingServer({}, { parameters: TAKEOVER });
    connection.sendFragment("text", utf8("begun"), false);
    expect(misuse(() => connection.deflateMessage(utf8("inside")))).toBe("ERR_MESSAGE_OPEN");
    connection.sendFragment("text", utf8(", inside"), true);
    const peer = deflatingClient({}, { parameters: TAKEOVER });
    expect(feed(peer, output(connection))).toEqual([messageOf("text", utf8("begun, inside"))]);
    connection.close(1000);
    expect(misuse(() => connection.deflateMessage(utf8("after")))).toBe("ERR_NOT_OPEN");
  });

  it("does not keep the octets that were sent", () => {
    const connection = deflatingServer();
    const bytes = utf8("x".repeat(10_000));
    connection.sendBinary(bytes);
    bytes.fill(0);
    connection.sendBinary(utf8("y".repeat(10_000)));
    expect(feed(deflatingClient(), output(connection))).toEqual([
      messageOf("binary", utf8("x".repeat(10_000))),
      messageOf("binary", utf8("y".repeat(10_000))),
    ]);
  });
});

/** A codec, and what it lends: how much of that is out, and was released. */
function watched(how: Compressed): { codec: MessageCodec; out: string[]; released: string[] } {
  const codec: MessageCodec = codecFor("server", how);
  const out: string[] = [];
  const released: string[] = [];
  // One that was released may be given back as well.
  const strike = (name: string): void => {
    if (out.includes(name)) out.splice(out.indexOf(name), 1);
  };
  const watch = <T extends { release(): void }>(name: string, one: T): T => {
    out.push(name);
    one.release = () => {
      Object.getPrototypeOf(one).release.call(one);
      released.push(name);
      strike(name);
    };
    return one;
  };
  const back = <T>(name: string, kept: T | undefined): T | undefined => {
    if (kept === undefined) strike(name);
    return kept;
  };
  const watching: MessageCodec = {
    threshold: codec.threshold,
    shareable: codec.shareable,
    takeInflater: () => watch("inflater", codec.takeInflater()),
    giveInflater: (inflater) => back("inflater", codec.giveInflater(inflater)),
    takeDeflater: () => watch("deflater", codec.takeDeflater()),
    giveDeflater: (deflater) => back("deflater", codec.giveDeflater(deflater)),
  };
  return { codec: watching, out, released };
}

describe("what is held", () => {
  const message = clientFrame(0xc1, deflated("words"));

  it("is nothing while no message is under way", () => {
    const { codec, out } = watched({});
    const connection = server({ codec });
    expect(out).toEqual([]);
    feed(connection, message.subarray(0, 8));
    expect(out).toEqual(["inflater"]);
    feed(connection, message.subarray(8));
    connection.sendText("words");
    expect(out).toEqual([]);
    connection.sendFragment("text", utf8("wo"), false);
    expect(out).toEqual(["deflater"]);
    connection.sendFragment("text", utf8("rds"), true);
    expect(out).toEqual([]);
  });

  it("stays from message to message with context takeover", () => {
    const { codec, out } = watched({ parameters: TAKEOVER });
    const connection = server({ codec });
    for (let i = 0; i < 2; i++) {
      feed(connection, message);
      connection.sendText("words");
      expect(out).toEqual(["inflater", "deflater"]);
    }
  });

  it.each([
    ["with context takeover", { parameters: TAKEOVER }],
    ["in the middle of messages", {}],
  ])("is given back when the connection is over, however that comes: %s", (_, how) => {
    const endings: ((connection: ReturnType<typeof server>) => void)[] = [
      (connection) => connection.abandon(),
      (connection) => connection.receiveEnd(),
      (connection) => connection.receive(hex(`88 80 ${KEY}`)),
      (connection) => connection.receive(hex("ff")),
    ];
    for (const end of endings) {
      const { codec, out, released } = watched(how);
      const connection = server({ codec });
      feed(connection, clientFrame(0x41, deflated("words").subarray(0, 3)));
      connection.sendFragment("text", utf8("words"), false);
      end(connection);
      while (connection.next() !== undefined);
      expect(released.toSorted()).toEqual(["deflater", "inflater"]);
      expect(out).toEqual([]);
    }
  });
});
