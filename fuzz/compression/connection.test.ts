import { Buffer } from "node:buffer";
import { constants, deflateRawSync } from "node:zlib";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Connection } from "../../src/connection/connection.ts";
import { CodecMemory } from "../../src/deflate/codec.ts";
import { compressedMessages, framesOf } from "../arbitraries/compressed.ts";
import { fragments, octetsOf } from "../arbitraries/frame.ts";
import { cut, cutting } from "../arbitraries/octets.ts";
import { anyText } from "../arbitraries/text.ts";
import { check } from "../check.ts";
import { data } from "../deflate/data.ts";
import { connect } from "../observe.ts";
import { digits } from "../oracles/connection.ts";
import { inflateSlowly } from "../oracles/deflate.ts";
import { isText } from "../oracles/utf8.ts";
import { agreed, codecOf } from "./agreed.ts";

/* Connections that have agreed on compression. */

const delivery = fc.constantFrom("messages" as const, "pieces" as const);
const shared = new CodecMemory();

interface Seen {
  readonly messages: string[];
  readonly controls: string[];
  readonly close: number | undefined;
  readonly partial: string;
  readonly octets: number;
}

/** What is told of these chunks, over all turns; pieces are gathered to their messages. */
function observe(connection: Connection, chunks: readonly Uint8Array[]): Seen {
  const messages: string[] = [];
  const controls: string[] = [];
  let [partial, octets, close] = ["", 0, undefined as number | undefined];
  for (const chunk of chunks) {
    connection.receive(chunk);
    do {
      for (let event = connection.next(); event !== undefined; event = connection.next()) {
        if (close !== undefined) throw new Error("something came behind the close");
        if (event.type === "close") close = event.code;
        else if (event.type === "message" || event.type === "piece") {
          octets += event.bytes.length;
          partial += Buffer.from(event.bytes).toString("latin1");
          if (event.type === "piece" && !event.last) continue;
          messages.push(`${event.kind} ${partial}`);
          partial = "";
        } else controls.push(`${event.type} ${digits(event.bytes)}`);
      }
    } while (connection.inputPending);
  }
  return { messages, controls, close, partial, octets };
}

describe("a connection with compression", () => {
  it("tells the same however the octets are cut, whole or in pieces, and never more than the limit", () => {
    const limit = fc.constantFrom(100, 5000, 1_000_000);
    check(
      500,
      fc.property(compressedMessages, cutting, agreed, limit, (messages, sizes, parameters, maxPayload) => {
        const octets = octetsOf(framesOf(messages));
        const run = (how: "messages" | "pieces", chunks: readonly Uint8Array[]): Seen =>
          observe(
            connect("server", { codec: codecOf(shared, parameters, "server"), delivery: how, maxPayload }),
            chunks,
          );
        const whole = run("messages", [octets]);
        expect(run("messages", cut(octets, sizes))).toEqual(whole);
        const pieces = run("pieces", cut(octets, sizes));
        expect({ ...pieces, partial: "", octets: whole.octets }).toEqual(whole);
        expect(pieces.partial.length).toBeLessThanOrEqual(maxPayload);
        for (const message of whole.messages) expect(message.length).toBeLessThanOrEqual(maxPayload + 7);
        expect([undefined, 1002, 1007, 1009]).toContain(whole.close);
      }),
    );
  });

  it("tells what zlib makes of each message, to the first one that is wrong", () => {
    const limit = fc.constantFrom(300, 5000, 1_000_000);
    check(
      500,
      fc.property(compressedMessages, cutting, agreed, limit, (messages, sizes, parameters, maxPayload) => {
        // The oracle knows no messages before, and no smaller window.
        const alone = { ...parameters, clientNoContextTakeover: true, clientMaxWindowBits: 15 };
        const codec = codecOf(shared, alone, "server");
        const chunks = cut(octetsOf(framesOf(messages)), sizes);
        const seen = observe(connect("server", { codec, maxPayload }), chunks);
        const texts = messages.map(({ compressed, bytes }) => (compressed ? inflateSlowly(bytes) : bytes));
        const good = messages.map(({ text, bytes, odd }, i) => {
          if (odd !== undefined) return false;
          const known = texts[i] !== undefined && texts[i].length <= maxPayload;
          // How much larger than the limit what is sent for less may be, is another matter.
          fc.pre(!known || bytes.length <= maxPayload);
          return known && (!text || isText(texts[i]!));
        });
        const firstWrong = good.indexOf(false);
        const told = messages.slice(0, firstWrong < 0 ? messages.length : firstWrong);
        const latin1 = (i: number): string => Buffer.from(texts[i]!).toString("latin1");
        expect(seen.messages).toEqual(told.map(({ text }, i) => `${text ? "text" : "binary"} ${latin1(i)}`));
        expect(seen.close === undefined).toBe(firstWrong < 0);
      }),
    );
  });

  it("judges texts that are made of the messages before them", () => {
    const pool = fc.array(fc.oneof(anyText, data), { minLength: 1, maxLength: 3 });
    const deflated = deflateRawSync("ASCII", { finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -4);
    const ascii = octetsOf(
      fragments({ text: true, bytes: deflated }, [], [], 0).map((frame) => ({ ...frame, rsv: 4 })),
    );
    const message = fc.record({
      text: fc.boolean(),
      of: fc.nat({ max: 2 }),
      sizes: fc.array(fc.nat({ max: 400 })),
    });
    check(
      200,
      fc.property(pool, fc.array(message, { maxLength: 6 }), cutting, (parts, messages, sizes) => {
        const takeover = {
          serverNoContextTakeover: false,
          clientNoContextTakeover: false,
          serverMaxWindowBits: 15,
          clientMaxWindowBits: 15,
          threshold: 0,
        };
        const connection = connect("server", { codec: codecOf(shared, takeover, "server") });
        const neighbour = connect("server", { codec: codecOf(shared, takeover, "server") });
        let before = Buffer.alloc(0);
        const seen = messages.map(({ text, of, sizes: cuts }) => {
          const bytes = parts[of % parts.length]!;
          // To zlib a dictionary is what a window holds.
          const dictionary = before.length > 0 ? { dictionary: before } : {};
          const all = deflateRawSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH, ...dictionary });
          before = Buffer.concat([before, bytes]).subarray(-32_768);
          const sent = { text, bytes: Uint8Array.from(all.subarray(0, -4)) };
          const [first, ...others] = fragments(sent, cuts, [], 0x1234_5678);
          // Both are inflated in the same memory.
          observe(neighbour, [ascii]);
          return observe(connection, cut(octetsOf([{ ...first!, rsv: 4 }, ...others]), sizes));
        });
        const wrong = messages.findIndex(({ text, of }) => text && !isText(parts[of % parts.length]!));
        const told = messages.slice(0, wrong < 0 ? messages.length : wrong);
        const latin1 = (of: number): string => Buffer.from(parts[of % parts.length]!).toString("latin1");
        expect(seen.flatMap((one) => one.messages)).toEqual(
          told.map(({ text, of }) => `${text ? "text" : "binary"} ${latin1(of)}`),
        );
        expect(seen.map(({ close }) => close)).toEqual(
          messages.map((_, k) => (k === wrong ? 1007 : undefined)),
        );
      }),
    );
  });

  it("may be abandoned at any moment", () => {
    check(
      500,
      fc.property(
        compressedMessages,
        cutting,
        agreed,
        delivery,
        fc.nat(60),
        (messages, sizes, parameters, how, moment) => {
          const octets = octetsOf(framesOf(messages));
          const connection = connect("server", {
            codec: codecOf(shared, parameters, "server"),
            delivery: how,
          });
          let left = moment;
          for (const chunk of cut(octets, sizes)) {
            connection.receive(chunk);
            while (left-- > 0 && (connection.next() !== undefined || connection.inputPending));
            if (left < 0 || connection.inputPending) break;
          }
          connection.abandon();
          const last = connection.next();
          expect(last === undefined || last.type === "close").toBe(true);
          expect([connection.next(), connection.inputPending, connection.transport]).toEqual([
            undefined,
            false,
            "end",
          ]);
        },
      ),
    );
  });

  it("carries messages both ways, for all parameters, in frames and fragments", () => {
    const message = fc.record({
      fromServer: fc.boolean(),
      bytes: data,
      // In fragments of this size, or whole.
      size: fc.option(fc.integer({ min: 1, max: 3000 }), { nil: undefined }),
    });
    const messages = fc.array(message, { maxLength: 8 });
    check(
      150,
      fc.property(messages, agreed, cutting, delivery, (list, parameters, sizes, how) => {
        const ends = {
          server: connect("server", { codec: codecOf(shared, parameters, "server"), delivery: how }),
          client: connect("client", { codec: codecOf(shared, parameters, "client"), delivery: how }),
        };
        for (const { fromServer, bytes, size } of list) {
          const [from, to] = fromServer ? [ends.server, ends.client] : [ends.client, ends.server];
          if (size === undefined) from.sendBinary(bytes);
          else {
            for (let at = 0; at < bytes.length; at += size)
              from.sendFragment("binary", bytes.subarray(at, at + size), false);
            from.sendFragment("binary", new Uint8Array(0), true);
          }
          const octets = Uint8Array.from(Buffer.concat(from.takeOutput()));
          const seen = observe(to, cut(octets, sizes));
          expect(seen).toEqual({
            messages: [`binary ${Buffer.from(bytes).toString("latin1")}`],
            controls: [],
            close: undefined,
            partial: "",
            octets: bytes.length,
          });
        }
      }),
    );
  });
});
