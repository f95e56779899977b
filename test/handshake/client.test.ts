import { describe, expect, it } from "vitest";
import { type ClientHandshake, createRequest, verifyResponse } from "../../src/handshake/client.ts";
import { decideUpgrade } from "../../src/handshake/decide.ts";
import type { RequestHead, ResponseHead } from "../../src/handshake/head.ts";
import { parseRequestHead } from "../../src/handshake/head.ts";
import { HeaderList } from "../../src/handshake/headers.ts";
import { InvalidAnswerError } from "../../src/handshake/response.ts";
import { ACCEPT, KEY } from "./request.ts";

const handshake: ClientHandshake = { host: "a.example:1", key: KEY };

describe("createRequest (RFC 6455 section 4.1)", () => {
  it("is the text of the request", () => {
    expect(createRequest(handshake)).toBe(
      `GET / HTTP/1.1\r\nHost: a.example:1\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: ${KEY}\r\nSec-WebSocket-Version: 13\r\n\r\n`,
    );
  });

  it("has what is asked for", () => {
    const text = createRequest({
      ...handshake,
      path: "/chat?x=1",
      origin: "http://b",
      subprotocols: ["a", "b"],
      extensions: [{ name: "x", parameters: [{ name: "y", value: "1" }] }],
      headers: [["Cookie", "c=d"]],
    });
    expect(text.startsWith("GET /chat?x=1 HTTP/1.1\r\n")).toBe(true);
    expect(text.split("\r\n").slice(6)).toEqual([
      "Origin: http://b",
      "Sec-WebSocket-Protocol: a, b",
      "Sec-WebSocket-Extensions: x; y=1",
      "Cookie: c=d",
      "",
      "",
    ]);
  });

  it("is accepted by the server's half, and its answer by the client's", () => {
    const head = parseRequestHead(createRequest(handshake).split("\r\n").slice(0, -2)) as RequestHead;
    const { status, headers } = decideUpgrade(head);
    const answer = { status, reason: "", httpVersion: "1.1", headers: new HeaderList(headers) };
    expect(verifyResponse(answer, handshake)).toEqual({ subprotocol: undefined, extensions: [] });
  });

  it.each<[string, Partial<ClientHandshake>]>([
    ["a path that is none", { path: "x" }],
    ["a path in the middle", { path: "x/" }],
    ["an empty path", { path: "" }],
    ["a path with a space", { path: "/a b" }],
    ["a path with a fragment", { path: "/a#b" }],
    ["a path with a line end", { path: "/\r\n" }],
    ["a path beyond ASCII", { path: "/é" }],
    ["a short key", { key: "AAAA" }],
    ["a subprotocol that is no token", { subprotocols: ["a b"] }],
    ["an empty subprotocol", { subprotocols: [""] }],
    ["a subprotocol twice", { subprotocols: ["a", "a"] }],
    ["a host with a line end", { host: "a\r\nX: y" }],
    ["a header with a line end", { headers: [["X", "a\n"]] }],
    ["a header name with a space", { headers: [["X Y", "a"]] }],
  ])("refuses %s", (_, change) => {
    expect(() => createRequest({ ...handshake, ...change })).toThrow(InvalidAnswerError);
  });

  it.each<[string, Partial<ClientHandshake>]>([
    ['"x" is not a path', { path: "x" }],
    ["the key must be 16 octets in base64", { key: "AAAA" }],
    ["subprotocols must be tokens, each once", { subprotocols: ["a", "a"] }],
  ])("says what is wrong: %s", (message, change) => {
    expect(() => createRequest({ ...handshake, ...change })).toThrow(message);
  });
});

const response = (
  changes: Readonly<Record<string, string | readonly string[] | undefined>> = {},
  line: Partial<Omit<ResponseHead, "headers">> = {},
): ResponseHead => {
  const fields = { Upgrade: "websocket", Connection: "Upgrade", "Sec-WebSocket-Accept": ACCEPT, ...changes };
  const list = Object.entries(fields).flatMap(([name, value]) =>
    (value === undefined ? [] : [value].flat()).map((one) => [name, one] as const),
  );
  return { status: 101, reason: "", httpVersion: "1.1", ...line, headers: new HeaderList(list) };
};

describe("verifyResponse (RFC 6455 section 4.1)", () => {
  const offered: ClientHandshake = {
    ...handshake,
    subprotocols: ["a", "b"],
    extensions: [
      { name: "x", parameters: [] },
      { name: "y", parameters: [] },
    ],
  };

  it.each<[string, Record<string, string | string[]>, object]>([
    ["nothing chosen", {}, { subprotocol: undefined, extensions: [] }],
    ["any letter case", { Upgrade: "WebSocket", Connection: "upgrade" }, {}],
    ["a connection list", { Connection: "keep-alive, Upgrade" }, {}],
    ["two Connection lines", { Connection: ["keep-alive", "Upgrade"] }, {}],
    ["a subprotocol", { "Sec-WebSocket-Protocol": "b" }, { subprotocol: "b" }],
    [
      "extensions",
      { "Sec-WebSocket-Extensions": "y; z=1, x" },
      {
        extensions: [
          { name: "y", parameters: [{ name: "z", value: "1" }] },
          { name: "x", parameters: [] },
        ],
      },
    ],
  ])("accepts %s", (_, changes, result) => {
    expect(verifyResponse(response(changes), offered)).toMatchObject(result);
    expect(verifyResponse(response(changes), offered)).not.toHaveProperty("failure");
  });

  const twoUpgrades = { Upgrade: ["websocket", "websocket"] };
  it.each<[string, Record<string, string | string[] | undefined>, Partial<ResponseHead>?]>([
    ["the answer is HTTP/1.0", {}, { httpVersion: "1.0" }],
    ["the server answered with status 200", {}, { status: 200 }],
    ["the server answered with status 404", {}, { status: 404 }],
    ["the Upgrade header is not websocket", { Upgrade: undefined }],
    ["the Upgrade header is not websocket", { Upgrade: "websocket, h2c" }],
    ["the Upgrade header is not websocket", twoUpgrades],
    ["the Connection header does not have the token upgrade", { Connection: undefined }],
    ["the Connection header does not have the token upgrade", { Connection: "keep-alive" }],
    ["the Connection header does not have the token upgrade", { Connection: "Upgrade, a b" }],
    ["the Sec-WebSocket-Accept header does not fit the key", { "Sec-WebSocket-Accept": undefined }],
    ["the Sec-WebSocket-Accept header does not fit the key", { "Sec-WebSocket-Accept": KEY }],
    ["the Sec-WebSocket-Accept header does not fit the key", { "Sec-WebSocket-Accept": [ACCEPT, ACCEPT] }],
    ["the server chose a subprotocol that was not offered", { "Sec-WebSocket-Protocol": "c" }],
    ["the server chose a subprotocol that was not offered", { "Sec-WebSocket-Protocol": "" }],
    ["the server chose a subprotocol that was not offered", { "Sec-WebSocket-Protocol": ["a", "b"] }],
    ["the server chose a subprotocol that was not offered", { "Sec-WebSocket-Protocol": "a, b" }],
    ["the Sec-WebSocket-Extensions header is malformed", { "Sec-WebSocket-Extensions": "" }],
    ["the server chose an extension that was not offered", { "Sec-WebSocket-Extensions": "x, z" }],
    ["the server named an extension twice", { "Sec-WebSocket-Extensions": "x, x" }],
  ])("%s: %j", (failure, changes, line) => {
    expect(verifyResponse(response(changes, line), offered)).toEqual({ failure });
  });

  it("refuses any choice where nothing was offered", () => {
    for (const name of ["Sec-WebSocket-Protocol", "Sec-WebSocket-Extensions"])
      expect(verifyResponse(response({ [name]: "a" }), handshake)).toHaveProperty("failure");
  });
});
