import { describe, expect, it } from "vitest";
import { DEFAULT_MAX_FRAGMENTS, DEFAULT_MAX_PAYLOAD } from "../../src/connection/connection-options.ts";
import { Slab } from "../../src/connection/outbox.ts";
import { type Platform, plainPlatform } from "../../src/connection/platform.ts";
import { filler, hex, join, toHex, utf8 } from "../octets.ts";
import { client, feed, messageOf, output, outputHex, pieceOf, server } from "./wire.ts";

const K = "00 00 00 00";
const masked = (first: string, payload: Uint8Array): Uint8Array =>
  join(hex(first), Uint8Array.of(payload.length | 0x80), hex(K), payload);

describe("a new connection", () => {
  it("is open and has nothing to say", () => {
    for (const c of [server(), client()]) {
      expect([c.state, c.transport, c.outputSize, c.takeOutput(), c.next()]).toEqual([
        "open",
        "keep",
        0,
        [],
        undefined,
      ]);
    }
    expect([server().role, client().role]).toEqual(["server", "client"]);
  });

  it("takes messages of 1 MiB and 1,048,576 fragments", () => {
    expect([DEFAULT_MAX_PAYLOAD, DEFAULT_MAX_FRAGMENTS]).toEqual([1048576, 1048576]);
    expect(feed(server(), hex("82 ff 00 00 00 00 00 10 00 00"))).toEqual([]);
    expect(feed(server(), hex("82 ff 00 00 00 00 00 10 00 01"))).toMatchObject([
      { violation: "message-too-big" },
    ]);
    const c = server({ delivery: "pieces" });
    const many = new Uint8Array(6 * 1048575);
    for (let i = 0; i < many.length; i += 6) many.set([0x00, 0x80], i);
    expect(feed(c, hex(`02 80 ${K}`), many)).toEqual([]);
    expect(feed(c, hex(`00 80 ${K}`))).toMatchObject([{ violation: "too-many-fragments" }]);
  });
});

describe("messages", () => {
  it("come in, in both roles", () => {
    expect(feed(server(), hex("81 85 37 fa 21 3d 7f 9f 4d 51 58"))).toEqual([
      messageOf("text", utf8("Hello")),
    ]);
    expect(feed(client(), hex("81 05 48 65 6c 6c 6f 82 01 ff"))).toEqual([
      messageOf("text", utf8("Hello")),
      messageOf("binary", hex("ff")),
    ]);
  });

  it("come in pieces where that is asked for", () => {
    const c = server({ delivery: "pieces" });
    expect(feed(c, hex(`01 82 ${K} 41`), hex(`42 89 80 ${K} 80 80 ${K}`))).toEqual([
      pieceOf("text", utf8("A"), false),
      pieceOf("text", utf8("B"), false),
      { type: "ping", bytes: hex("") },
      pieceOf("text", hex(""), true),
    ]);
  });

  it("keep a byte order mark", () => {
    expect(feed(client(), hex("81 03 ef bb bf"))).toEqual([messageOf("text", hex("ef bb bf"))]);
  });

  it("go out, in both roles", () => {
    const s = server();
    s.sendText("Hello");
    s.sendText(utf8("é"));
    s.sendBinary(hex("ff"));
    expect(s.outputSize).toBe(14);
    expect(outputHex(s)).toBe("81 05 48 65 6c 6c 6f 81 02 c3 a9 82 01 ff");
    const c = client({}, 0x37fa213d);
    c.sendText("Hello");
    c.sendBinary(utf8("Hello"));
    expect(outputHex(c)).toBe("81 85 37 fa 21 3d 7f 9f 4d 51 58 82 85 37 fa 21 3d 7f 9f 4d 51 58");
  });

  it("go out in fragments, with control frames between them", () => {
    const s = server();
    s.sendFragment("text", utf8("Hel"), false);
    s.ping(hex("01"));
    s.sendFragment("text", hex(""), false);
    s.sendFragment("text", utf8("lo"), true);
    s.sendFragment("binary", hex("02"), true);
    expect(outputHex(s)).toBe("01 03 48 65 6c 89 01 01 00 00 80 02 6c 6f 82 01 02");
  });

  it("pass through without a copy where they are large", () => {
    const s = server();
    const payload = filler(100_000);
    s.sendBinary(payload);
    expect(s.takeOutput()[1]).toBe(payload);
  });

  it("take a key of their own each, in the client's role", () => {
    let key = 0;
    const c = client({ maskingKey: () => ++key });
    c.sendText("A");
    c.ping();
    c.close();
    expect(outputHex(c)).toBe("81 81 00 00 00 01 41 89 80 00 00 00 02 88 80 00 00 00 03");
  });
});

describe("input", () => {
  it("is neither changed nor kept", () => {
    const frames = join(
      masked("82", filler(100)),
      hex("82 fe 01 2c 01 02 03 04"),
      filler(300),
      masked("89", filler(5)),
      hex("82 fe 01"),
    );
    for (const delivery of ["messages", "pieces"] as const) {
      const c = server({ delivery });
      const chunk = frames.slice();
      const events = feed(c, chunk);
      expect(chunk).toEqual(frames);
      const copies = structuredClone(events);
      chunk.fill(0xee);
      expect(events).toEqual(copies);
      expect(toHex(output(c))).toBe(`8a 05 ${toHex(filler(5))}`);
      expect(feed(c, hex(`2c ${K}`), filler(300)).map((e) => e.type)).toHaveLength(1);
    }
  });

  it("is not pinned by what comes out of it", () => {
    const chunk = join(masked("82", filler(100)), masked("81", utf8("x")), masked("89", filler(9)));
    for (const delivery of ["messages", "pieces"] as const) {
      for (const event of feed(server({ delivery }), chunk)) {
        expect("bytes" in event && event.bytes.buffer === chunk.buffer).toBe(false);
      }
    }
  });

  it("is answered in the order in which it is pulled", () => {
    const s = server();
    s.receive(join(masked("81", utf8("A")), masked("89", utf8("p")), masked("81", utf8("B"))));
    expect(s.next()?.type).toBe("message");
    s.sendText("a");
    expect(s.next()?.type).toBe("ping");
    expect(s.next()?.type).toBe("message");
    s.sendText("b");
    expect(s.next()).toBeUndefined();
    expect(outputHex(s)).toBe("81 01 61 8a 01 70 81 01 62");
  });
});

describe("pings and pongs (RFC 6455 sections 5.5.2, 5.5.3)", () => {
  it("answers a ping with its payload", () => {
    const s = server();
    const payload = filler(125);
    expect(feed(s, masked("89", payload))).toEqual([{ type: "ping", bytes: payload }]);
    expect(output(s)).toEqual(join(hex("8a 7d"), payload));
    const c = client({}, 0x01020304);
    expect(feed(c, hex("89 02 aa bb"))).toEqual([{ type: "ping", bytes: hex("aa bb") }]);
    expect(outputHex(c)).toBe("8a 82 01 02 03 04 ab b9");
  });

  it("tells of pongs, asked for or not, and answers none", () => {
    const s = server();
    expect(feed(s, masked("8a", hex("01")))).toEqual([{ type: "pong", bytes: hex("01") }]);
    expect(s.outputSize).toBe(0);
  });

  it("sends both", () => {
    const s = server();
    s.ping();
    s.ping(hex("01"));
    s.pong();
    s.pong(hex("02"));
    expect(outputHex(s)).toBe("89 00 89 01 01 8a 00 8a 01 02");
  });

  it("answers no ping any more once its Close frame is out", () => {
    const s = server();
    s.close();
    expect(feed(s, masked("89", hex("01")))).toEqual([{ type: "ping", bytes: hex("01") }]);
    expect(outputHex(s)).toBe("88 00");
  });

  it("answers a million pings that nobody reads in constant memory, and the last one", () => {
    const s = server();
    const chunk = new Uint8Array(10_000 * 7);
    for (let i = 0; i < chunk.length; i += 7) chunk.set([0x89, 0x81, 0, 0, 0, 0, i / 7], i);
    for (let round = 0; round < 100; round++) {
      s.receive(chunk);
      while (s.next() !== undefined);
    }
    feed(s, masked("89", utf8("last")));
    expect(s.state).toBe("open");
    expect(s.outputSize).toBeLessThan(4096 + 127);
    expect(toHex(output(s).subarray(-6))).toBe("8a 04 6c 61 73 74");
  });

  it("sends the pong that waits before its Close frame", () => {
    const flood = join(...Array.from({ length: 2049 }, () => masked("89", hex(""))), masked("89", hex("07")));
    const s = server();
    feed(s, flood);
    s.close(1000);
    expect(toHex(output(s).subarray(-7))).toBe("8a 01 07 88 02 03 e8");
    const peerClosed = server();
    feed(peerClosed, join(flood, masked("88", hex("03 e8"))));
    expect(toHex(output(peerClosed).subarray(-7))).toBe("8a 01 07 88 02 03 e8");
  });
});

describe("frames that were laid out before", () => {
  it("are sent as they are, between messages", () => {
    const s = server();
    s.sendText("A");
    s.sendLaidOut(hex("82 01 07"));
    expect(outputHex(s)).toBe("81 01 41 82 01 07");
  });
});

describe("a message that is arriving", () => {
  it("is open from its first frame to its last", () => {
    const s = server();
    expect(s.messageOpen).toBe(false);
    feed(s, hex(`01 80 ${K}`));
    expect(s.messageOpen).toBe(true);
    feed(s, hex(`80 80 ${K}`));
    expect(s.messageOpen).toBe(false);
  });
});

describe("output that is given back", () => {
  it("leaves its memory to the next", () => {
    const slab = new Slab(plainPlatform.allocate, 64);
    const s = server({ slab });
    s.sendBinary(hex("01"));
    s.takeOutput();
    expect(slab.at).toBe(3);
    s.giveBackOutput();
    expect(slab.at).toBe(0);
  });
});

describe("what is handed in", () => {
  it("is used: the platform's coder and memory, a slab that is shared", () => {
    let allocated = 0;
    const platform = {
      ...plainPlatform,
      allocate: (size: number): Uint8Array => {
        allocated += size;
        return new Uint8Array(size);
      },
      utf8Length: (text: string): number => text.length,
      writeUtf8: (text: string, target: Uint8Array, at: number): void => {
        target.set(plainPlatform.allocate(text.length).fill(0x7a), at);
      },
    };
    const slab = new Slab(platform.allocate, 64);
    const s = server({ platform, slab });
    s.sendText("ab");
    expect(outputHex(s)).toBe("81 02 7a 7a");
    expect([allocated, slab.at]).toEqual([64, 4]);
    const alone = server({ platform });
    alone.sendText("ab");
    expect(allocated).toBe(64 + 1024);
  });

  it("is used: the platform's masking", () => {
    const mask: Platform["mask"] = (source, start, end, target, at) => {
      target.set(
        source.subarray(start, end).map((octet) => octet + 1),
        at,
      );
      return 0;
    };
    for (const delivery of ["messages", "pieces"] as const) {
      const s = server({ delivery, platform: { ...plainPlatform, mask } });
      s.receive(hex("82 82 00000000 61 62"));
      expect(s.next()).toMatchObject({ bytes: hex("62 63") });
    }
  });
});
