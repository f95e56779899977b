import { Buffer } from "node:buffer";
import { constants, deflateRawSync } from "node:zlib";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { MessageCodec } from "../src/connection/codec.ts";
import type { Connection } from "../src/connection/connection.ts";
import { Codec } from "../src/deflate/codec.ts";
import type { DeflateParameters } from "../src/deflate/params.ts";
import { cut, cutting } from "./arbitraries/octets.ts";
import { writeWireFrame } from "./arbitraries/frame.ts";
import { data } from "./deflate/data.ts";
import { connect } from "./observe.ts";
import { check } from "./check.ts";

/* Connections that have agreed on compression. */

const bits = fc.integer({ min: 8, max: 15 });
const parameters: fc.Arbitrary<DeflateParameters> = fc.record({
  serverNoContextTakeover: fc.boolean(),
  clientNoContextTakeover: fc.boolean(),
  serverMaxWindowBits: bits,
  clientMaxWindowBits: bits,
});
const delivery = fc.constantFrom("messages" as const, "pieces" as const);
const shared = new Codec();
const codecOf = (agreed: DeflateParameters, role: "server" | "client", threshold = 0): MessageCodec => ({
  inflater: shared.inflater(agreed, role),
  deflater: shared.deflater(agreed, role),
  threshold,
});

interface Seen {
  readonly messages: string[];
  readonly close: number | undefined;
  readonly partial: string;
  readonly octets: number;
}

/** What is told of these chunks, over all turns; pieces are gathered to their messages. */
function observe(connection: Connection, chunks: readonly Uint8Array[]): Seen {
  const messages: string[] = [];
  let [partial, octets, close] = ["", 0, undefined as number | undefined];
  for (const chunk of chunks) {
    connection.receive(chunk);
    do {
      for (let event = connection.next(); event !== undefined; event = connection.next()) {
        if (close !== undefined) throw new Error("something came behind the close");
        if (event.type === "close") close = event.code;
        else {
          octets += event.bytes.length;
          partial += Buffer.from(event.bytes).toString("latin1");
          if (event.type === "piece" && !event.last) continue;
          messages.push(
            `${event.type === "piece" || event.type === "message" ? event.kind : event.type} ${partial}`,
          );
          partial = "";
        }
      }
    } while (connection.inputPending);
  }
  return { messages, close, partial, octets };
}

const zlibOptions = fc.record({
  level: fc.integer({ min: 0, max: 9 }),
  memLevel: fc.integer({ min: 1, max: 9 }),
  strategy: fc.constantFrom(0, 1, 2, 3, 4),
});

/** The frames of a compressed message: sound, or with a few octets changed, or noise. */
const hostile = fc
  .tuple(
    fc.oneof(
      fc.uint8Array({ maxLength: 100 }),
      fc
        .tuple(
          data,
          zlibOptions,
          fc.array(fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 })), { maxLength: 2 }),
        )
        .map(([bytes, options, flips]) => {
          const flush = { ...options, finishFlush: constants.Z_SYNC_FLUSH };
          const sent = Uint8Array.from(deflateRawSync(bytes, flush).subarray(0, -4));
          for (const [at, mask] of flips) sent[at % sent.length]! ^= mask;
          return sent;
        }),
    ),
    fc.array(fc.nat({ max: 400 }), { maxLength: 3 }),
    fc.boolean(),
  )
  .map(([payload, sizes, text]) => {
    const parts: Uint8Array[] = [];
    let at = 0;
    for (const size of sizes) parts.push(payload.slice(at, (at += size)));
    parts.push(payload.slice(at));
    return Buffer.concat(
      parts.map((part, i) =>
        writeWireFrame({
          fin: i === parts.length - 1,
          rsv: i === 0 ? 4 : 0,
          opcode: i > 0 ? 0 : text ? 1 : 2,
          key: 0x12345678,
          payload: part,
          lengthForm: "short",
        }),
      ),
    );
  });
const session = fc.array(hostile, { minLength: 1, maxLength: 4 }).map((list) => Buffer.concat(list));

describe("a connection with compression", () => {
  it("tells the same however the octets are cut, whole or in pieces, and never more than the limit", () => {
    const limit = fc.constantFrom(100, 5000, 1_000_000);
    check(
      500,
      fc.property(session, cutting, parameters, limit, (octets, sizes, agreed, maxPayload) => {
        const run = (how: "messages" | "pieces", chunks: readonly Uint8Array[]): Seen =>
          observe(connect("server", { codec: codecOf(agreed, "server"), delivery: how, maxPayload }), chunks);
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

  it("may be abandoned at any moment", () => {
    check(
      500,
      fc.property(
        session,
        cutting,
        parameters,
        delivery,
        fc.nat(60),
        (octets, sizes, agreed, how, moment) => {
          const connection = connect("server", { codec: codecOf(agreed, "server"), delivery: how });
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
    const threshold = fc.constantFrom(0, 200);
    check(
      150,
      fc.property(messages, parameters, threshold, cutting, delivery, (list, agreed, least, sizes, how) => {
        const ends = {
          server: connect("server", { codec: codecOf(agreed, "server", least), delivery: how }),
          client: connect("client", { codec: codecOf(agreed, "client", least), delivery: how }),
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
            close: undefined,
            partial: "",
            octets: bytes.length,
          });
        }
      }),
    );
  });
});
