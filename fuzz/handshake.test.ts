import { createHash } from "node:crypto";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { acceptKey, base64 } from "../src/handshake/accept-key.ts";
import { createRequest, verifyResponse } from "../src/handshake/client.ts";
import { acceptUpgrade, checkUpgrade, decideUpgrade } from "../src/handshake/decide.ts";
import {
  parseRequestHead,
  parseResponseHead,
  type RequestHead,
  type ResponseHead,
} from "../src/handshake/head.ts";
import { HeadReader, type Head } from "../src/handshake/head-reader.ts";
import { HeaderList } from "../src/handshake/headers.ts";
import { InvalidAnswerError, serializeHead } from "../src/handshake/response.ts";
import { sha1 } from "../src/handshake/sha1.ts";
import { headText } from "./arbitraries/head.ts";
import { type Choice, TABLE } from "./oracles/decision.ts";
import { check } from "./check.ts";

const places = Object.keys(TABLE);
/** A choice for each place: mostly the first good one, so that a single fault is the usual case. */
const choices: fc.Arbitrary<readonly Choice[]> = fc.tuple(
  ...places.map((place) =>
    fc.oneof(
      { weight: 9, arbitrary: fc.constant(TABLE[place]![0]!) },
      { weight: 1, arbitrary: fc.constantFrom(...TABLE[place]!) },
    ),
  ),
);
const LINE = ["version", "method", "target"];
const headOf = (chosen: readonly Choice[]): RequestHead => {
  const at = (place: string): string => chosen[places.indexOf(place)]!.values[0]!;
  const fields = places.flatMap((place, i) =>
    LINE.includes(place) ? [] : chosen[i]!.values.map((value) => [place.toLowerCase(), value] as const),
  );
  return {
    httpVersion: at("version"),
    method: at("method"),
    target: at("target"),
    headers: new HeaderList(fields),
  };
};

const linesOf = (text: string): readonly string[] =>
  (new HeadReader().receive(Uint8Array.from(Buffer.from(text, "latin1"))) as Head).lines;

describe("decideUpgrade", () => {
  it("answers as the table says", () => {
    check(
      4000,
      fc.property(choices, (chosen) => {
        const answer = decideUpgrade(headOf(chosen));
        // A field that is good in itself may be so in other company only: an absolute target stands for the Host.
        expect(answer.status).toBe(chosen.find(({ refusal }) => refusal !== undefined)?.refusal ?? 101);
      }),
    );
  });

  it("answers each row of the table, alone", () => {
    for (const [i, place] of places.entries()) {
      for (const choice of TABLE[place]!) {
        const chosen = places.map((other, k) => (k === i ? choice : TABLE[other]![0]!));
        expect([place, choice.values, decideUpgrade(headOf(chosen)).status]).toEqual([
          place,
          choice.values,
          choice.refusal ?? 101,
        ]);
      }
    }
  });

  it("gives a complete answer to whatever can be read, and never throws", () => {
    check(
      1000,
      fc.property(headText, (text) => {
        const head = parseRequestHead(text.split("\r\n"));
        const answer =
          "status" in head ? { status: 400, headers: [], body: "" } : decideUpgrade(head, { origin: "any" });
        const again = parseResponseHead(linesOf(serializeHead(answer)));
        expect(again).toMatchObject({ status: answer.status });
        const length = (again as ResponseHead).headers.get("Content-Length") ?? "0";
        expect(Number(length)).toBe(Buffer.byteLength(answer.body));
      }),
    );
  });
});

describe("both halves of the handshake", () => {
  const token = fc.constantFrom("a", "b", "chat", "__proto__", "constructor");
  const handshake = fc.record({
    host: fc.constantFrom("a.example", "a.example:8080", "[::1]:1"),
    path: fc.constantFrom("/", "/x?y=z", "/__proto__"),
    key: fc.uint8Array({ minLength: 16, maxLength: 16 }).map(base64),
    subprotocols: fc.uniqueArray(token, { maxLength: 3 }),
    extensions: fc.array(
      fc.record({
        name: token,
        parameters: fc.array(fc.record({ name: token, value: fc.option(token, { nil: undefined }) }), {
          maxLength: 2,
        }),
      }),
      { maxLength: 2 },
    ),
  });

  it("understand each other", () => {
    check(
      500,
      fc.property(handshake, fc.array(token, { maxLength: 3 }), (offer, spoken) => {
        const head = parseRequestHead(linesOf(createRequest(offer))) as RequestHead;
        const answer = decideUpgrade(head, { subprotocols: spoken });
        const response = parseResponseHead(linesOf(serializeHead(answer))) as ResponseHead;
        expect(verifyResponse(response, offer)).toEqual({
          subprotocol: spoken.find((name) => offer.subprotocols.includes(name)),
          extensions: [],
        });
        expect(
          verifyResponse(response, { ...offer, key: base64(new Uint8Array(16).fill(7)) }),
        ).toHaveProperty("failure");
      }),
    );
  });

  it("neither choose nor take what was not offered", () => {
    check(
      300,
      fc.property(handshake, token, token, (offer, subprotocol, extension) => {
        const head = parseRequestHead(linesOf(createRequest(offer))) as RequestHead;
        const checked = checkUpgrade(head);
        if ("refusal" in checked) throw new Error("refused");
        const spoken = offer.subprotocols.includes(subprotocol);
        const choose = (): unknown => acceptUpgrade(checked.offer, { subprotocol });
        if (spoken) expect(choose()).toMatchObject({ status: 101 });
        else expect(choose).toThrow(InvalidAnswerError);
        const answer = acceptUpgrade(checked.offer);
        const forced = [
          ["Sec-WebSocket-Protocol", subprotocol],
          ["Sec-WebSocket-Extensions", extension],
        ] as const;
        const response = serializeHead({ ...answer, headers: [...answer.headers, ...forced] });
        const verified = verifyResponse(parseResponseHead(linesOf(response)) as ResponseHead, offer);
        const known = offer.extensions.some(({ name }) => name === extension);
        expect("failure" in verified).toBe(!spoken || !known);
      }),
    );
  });

  it("never throw over an answer", () => {
    check(
      500,
      fc.property(headText, handshake, (text, offer) => {
        const head = parseResponseHead(["HTTP/1.1 101 x", ...text.split("\r\n").slice(1, -2)]);
        const result = "headers" in head ? verifyResponse(head, offer) : { failure: head.reason };
        expect(result).toHaveProperty("failure");
      }),
    );
  });
});

describe("the accept key", () => {
  it("is what OpenSSL and the platform make of it", () => {
    check(
      500,
      fc.property(fc.uint8Array({ maxLength: 200 }), (octets) => {
        expect(Buffer.compare(sha1(octets), createHash("sha1").update(octets).digest())).toBe(0);
        expect(base64(octets)).toBe(Buffer.from(octets).toString("base64"));
        const key = base64(octets);
        const guid = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
        expect(acceptKey(key)).toBe(
          createHash("sha1")
            .update(key + guid)
            .digest("base64"),
        );
      }),
    );
  });
});
