import { describe, expect, it } from "vitest";
import {
  acceptUpgrade,
  asksForWebSocket,
  checkUpgrade,
  chooseSubprotocol,
  decideUpgrade,
  pathOf,
  type UpgradeChoice,
} from "../../src/handshake/decide.ts";
import type { UpgradeOffer } from "../../src/handshake/offer.ts";
import { InvalidAnswerError } from "../../src/handshake/response.ts";
import { ACCEPT, KEY, request } from "./request.ts";

type Changes = NonNullable<Parameters<typeof request>[0]>;
type Line = NonNullable<Parameters<typeof request>[1]>;

const offerOf = (changes: Changes, line: Line = {}): UpgradeOffer => {
  const check = checkUpgrade(request(changes, line), "any");
  if ("refusal" in check) throw new Error(check.refusal.body);
  return check.offer;
};

describe("a correct handshake (RFC 6455 section 4.2)", () => {
  it("is answered with 101", () => {
    expect(decideUpgrade(request())).toEqual({
      status: 101,
      headers: [
        ["Upgrade", "websocket"],
        ["Connection", "Upgrade"],
        ["Sec-WebSocket-Accept", ACCEPT],
      ],
      body: "",
    });
  });

  it("is read", () => {
    const head = request({
      Origin: "http://a.example",
      "Sec-WebSocket-Protocol": ["b, a", "c"],
      "Sec-WebSocket-Extensions": ["x; y=1", "z"],
    });
    expect(checkUpgrade(head)).toEqual({
      offer: {
        head,
        path: "/chat",
        host: "a.example",
        origin: "http://a.example",
        subprotocols: ["b", "a", "c"],
        extensions: [
          { name: "x", parameters: [{ name: "y", value: "1" }] },
          { name: "z", parameters: [] },
        ],
        key: KEY,
      },
    });
    expect(checkUpgrade(request())).toMatchObject({
      offer: { origin: undefined, subprotocols: [], extensions: [] },
    });
  });

  it.each<[string, Changes, Line?]>([
    ["an upgrade list", { Upgrade: "websocket, h2c" }],
    ["an upgrade in capitals", { Upgrade: "WebSocket" }],
    ["several Upgrade lines", { Upgrade: ["h2c", "foo/1, websocket"] }],
    ["a connection list", { Connection: "keep-alive, Upgrade" }],
    ["two Connection lines", { Connection: ["keep-alive", "UPGRADE"] }],
    ["an empty body", { "Content-Length": "0" }],
    ["an empty body, in many digits", { "Content-Length": "000" }],
    ["unused bits in the key", { "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZR==" }],
    ["no origin", { Origin: undefined }],
    ["its own origin", { Origin: "http://a.example" }],
    ["a port", { Host: "a.example:81", Origin: "http://a.example:81" }],
    ["extensions nobody knows", { "Sec-WebSocket-Extensions": "x; y=1" }],
    ["a name of JavaScript's own", { "Sec-WebSocket-Protocol": "__proto__, constructor" }],
    ["an absolute target", {}, { target: "ws://a.example/x" }],
  ])("may have %s", (_, changes, line) => {
    expect(decideUpgrade(request(changes, line))).toMatchObject({ status: 101 });
  });

  it.each<[string, string, string]>([
    ["/", "/", "a.example"],
    ["/a?b=/c", "/a?b=/c", "a.example"],
    ["http://b.example/x?y", "/x?y", "b.example"],
    ["https://b.example:1", "/", "b.example:1"],
    ["wss://b.example?y", "/?y", "b.example"],
    ["WS://b.example/", "/", "b.example"],
  ])("of the target %s", (target, path, host) => {
    expect(offerOf({}, { target })).toMatchObject({ path, host });
  });

  it("compares the origin with the authority of an absolute target", () => {
    const head = request({ Origin: "http://b.example" }, { target: "http://b.example/" });
    expect(decideUpgrade(head)).toMatchObject({ status: 101 });
  });
});

describe("a wrong handshake", () => {
  it.each<[string, number, Changes, Line?]>([
    ["HTTP/1.0", 505, {}, { httpVersion: "1.0" }],
    ["HTTP/2.0", 505, {}, { httpVersion: "2.0" }],
    ["POST", 405, {}, { method: "POST" }],
    ["get", 405, {}, { method: "get" }],
    ["no Host", 400, { Host: undefined }],
    ["two Hosts", 400, { Host: ["a.example", "a.example"] }],
    ["an empty Host", 400, { Host: "" }],
    ["a Host that is none", 400, { Host: "a b" }],
    ["two Hosts in a list", 400, { Host: "a.example/b" }],
    ["an authority as target", 400, {}, { target: "a.example:80" }],
    ["a star as target", 400, {}, { target: "*" }],
    ["no target", 400, {}, { target: "" }],
    ["a fragment", 400, {}, { target: "/a#b" }],
    ["a space in the target", 400, {}, { target: "/a b" }],
    ["a control character in the target", 400, {}, { target: "/a\u007f" }],
    ["a letter beyond ASCII in the target", 400, {}, { target: "/\u00e9" }],
    ["another scheme", 400, {}, { target: "ftp://a/" }],
    ["a scheme that ends like one of ours", 400, {}, { target: "xhttp://a/" }],
    ["an absolute target without authority", 400, {}, { target: "http:///x" }],
    ["an absolute target with a user", 400, {}, { target: "http://u@a/" }],
    ["no Upgrade", 426, { Upgrade: undefined }],
    ["an Upgrade with a version", 426, { Upgrade: "WebSocket/13" }],
    ["an Upgrade that is no list of tokens", 426, { Upgrade: "websocket, a b" }],
    ["an Upgrade with a version of no name", 426, { Upgrade: "websocket, a b/1" }],
    ["another Upgrade", 426, { Upgrade: "h2c, xwebsocket" }],
    ["no Connection", 400, { Connection: undefined }],
    ["a Connection without upgrade", 400, { Connection: "keep-alive, upgrade-insecure" }],
    ["a Connection that is no list of tokens", 400, { Connection: "Upgrade, a b" }],
    ["a body", 400, { "Content-Length": "1" }],
    ["a length of 10", 400, { "Content-Length": "10" }],
    ["a length that begins with 0", 400, { "Content-Length": "01" }],
    ["two lengths", 400, { "Content-Length": ["0", "0"] }],
    ["a length that is none", 400, { "Content-Length": "-0" }],
    ["an empty length", 400, { "Content-Length": "" }],
    ["a coded body", 400, { "Transfer-Encoding": "chunked" }],
    ["an empty Transfer-Encoding", 400, { "Transfer-Encoding": "" }],
    ["no version", 400, { "Sec-WebSocket-Version": undefined }],
    ["two versions", 400, { "Sec-WebSocket-Version": ["13", "13"] }],
    ["a version list", 400, { "Sec-WebSocket-Version": "13, 13" }],
    ["a version with a sign", 400, { "Sec-WebSocket-Version": "+13" }],
    ["a version with a zero in front", 400, { "Sec-WebSocket-Version": "013" }],
    ["the version 256", 400, { "Sec-WebSocket-Version": "256" }],
    ["an empty version", 400, { "Sec-WebSocket-Version": "" }],
    ["the version 0", 426, { "Sec-WebSocket-Version": "0" }],
    ["the version 8", 426, { "Sec-WebSocket-Version": "8" }],
    ["the version 14", 426, { "Sec-WebSocket-Version": "14" }],
    ["the version 99", 426, { "Sec-WebSocket-Version": "99" }],
    ["the version 199", 426, { "Sec-WebSocket-Version": "199" }],
    ["the version 249", 426, { "Sec-WebSocket-Version": "249" }],
    ["the version 255", 426, { "Sec-WebSocket-Version": "255" }],
    ["no key", 400, { "Sec-WebSocket-Key": undefined }],
    ["two keys", 400, { "Sec-WebSocket-Key": [KEY, KEY] }],
    ["a key of 15 octets", 400, { "Sec-WebSocket-Key": "AAAAAAAAAAAAAAAAAAAA" }],
    ["a key that is not base64", 400, { "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25j!Q==" }],
    ["another origin", 403, { Origin: "http://b.example" }],
    ["the origin null", 403, { Origin: "null" }],
    ["two origins", 400, { Origin: ["http://a.example", "http://a.example"] }],
    ["empty subprotocols", 400, { "Sec-WebSocket-Protocol": "" }],
    ["a subprotocol that is no token", 400, { "Sec-WebSocket-Protocol": "a, b c" }],
    ["a subprotocol twice", 400, { "Sec-WebSocket-Protocol": ["a", "b, a"] }],
    ["empty extensions", 400, { "Sec-WebSocket-Extensions": "" }],
    ["extensions against the grammar", 400, { "Sec-WebSocket-Extensions": "x; =1" }],
  ])("%s: %i", (_, status, changes, line) => {
    const answer = decideUpgrade(request(changes, line));
    expect(answer.status).toBe(status);
    expect(answer.headers).toContainEqual(["Connection", "close"]);
    expect(answer.headers).toContainEqual(["Content-Length", String(answer.body.length)]);
    expect(answer.body).toMatch(/^[A-Z].*\n$/);
  });

  it("is told what would be right", () => {
    const headersOf = (changes: Changes, line?: Line): unknown =>
      decideUpgrade(request(changes, line)).headers;
    expect(headersOf({}, { method: "PUT" })).toContainEqual(["Allow", "GET"]);
    expect(headersOf({ Upgrade: undefined })).toContainEqual(["Upgrade", "websocket"]);
    expect(headersOf({ "Sec-WebSocket-Version": "12" })).toContainEqual(["Sec-WebSocket-Version", "13"]);
    expect(headersOf({ "Sec-WebSocket-Version": "12" })).toContainEqual(["Upgrade", "websocket"]);
  });
});

describe("acceptUpgrade", () => {
  const offer = offerOf({ "Sec-WebSocket-Protocol": "a, b" });

  it("adds what the server chose", () => {
    const choice: UpgradeChoice = {
      subprotocol: "b",
      extensions: [{ name: "x", parameters: [{ name: "y", value: undefined }] }],
      headers: [["Set-Cookie", "a=1"]],
    };
    expect(acceptUpgrade(offer, choice).headers.slice(3)).toEqual([
      ["Sec-WebSocket-Protocol", "b"],
      ["Sec-WebSocket-Extensions", "x; y"],
      ["Set-Cookie", "a=1"],
    ]);
    expect(acceptUpgrade(offer).headers).toHaveLength(3);
    const digest = (text: string): string => `digest of ${text}`;
    expect(acceptUpgrade(offer, {}, digest).headers[2]).toEqual([
      "Sec-WebSocket-Accept",
      `digest of ${offer.key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`,
    ]);
  });

  it.each<[string, UpgradeChoice]>([
    ["a subprotocol that was not offered", { subprotocol: "c" }],
    ["a subprotocol with a line end", { subprotocol: "a\r\nX: y" }],
    ["an empty subprotocol", { subprotocol: "" }],
    ["a header value with a line end", { headers: [["X", "a\r\nY: z"]] }],
    ["a header value with NUL", { headers: [["X", "\0"]] }],
    ["a header name with a line end", { headers: [["X\r\nY", "z"]] }],
    ...[
      "upgrade",
      "CONNECTION",
      "Content-Length",
      "Transfer-Encoding",
      "sec-websocket-accept",
      "Sec-WebSocket-X",
    ].map((name): [string, UpgradeChoice] => [name, { headers: [[name, "x"]] }]),
  ])("refuses %s before an octet is written", (_, choice) => {
    expect(() => acceptUpgrade(offer, choice)).toThrow(InvalidAnswerError);
  });

  it("says what it refuses", () => {
    expect(() => acceptUpgrade(offer, { subprotocol: "c" })).toThrow('the subprotocol "c" was not offered');
    expect(() => acceptUpgrade(offer, { headers: [["Upgrade", "x"]] })).toThrow(
      "the header Upgrade belongs to the handshake",
    );
  });

  it("leaves headers alone whose names only resemble its own", () => {
    expect(
      acceptUpgrade(offer, {
        headers: [
          ["X-Upgrade", "1"],
          ["Upgrade-Insecure", "1"],
        ],
      }).headers,
    ).toHaveLength(5);
  });
});

describe("subprotocols", () => {
  it("are the server's first choice among those offered", () => {
    const offer = offerOf({ "Sec-WebSocket-Protocol": "a, b" });
    expect(chooseSubprotocol(offer, ["c", "b", "a"])).toBe("b");
    expect(chooseSubprotocol(offer, ["c"])).toBeUndefined();
    expect(chooseSubprotocol(offer, [])).toBeUndefined();
    expect(chooseSubprotocol(offer, undefined)).toBeUndefined();
  });

  it("are never picked by the server itself", () => {
    const head = request({ "Sec-WebSocket-Protocol": "a, b" });
    const names = (spoken?: string[]): unknown =>
      decideUpgrade(head, { subprotocols: spoken }).headers.filter(
        ([name]) => name === "Sec-WebSocket-Protocol",
      );
    expect(names()).toEqual([]);
    expect(names(["b", "a"])).toEqual([["Sec-WebSocket-Protocol", "b"]]);
  });
});

describe("policies", () => {
  it("decide on the origin", () => {
    const head = request({ Origin: "https://b.example" });
    expect(decideUpgrade(head, { origin: "any" }).status).toBe(101);
    expect(decideUpgrade(head, { origin: ["https://b.example"] }).status).toBe(101);
    expect(decideUpgrade(head, { origin: (origin) => origin.endsWith("c.example") }).status).toBe(403);
  });
});

describe("asksForWebSocket", () => {
  it.each<[Changes, boolean]>([
    [{}, true],
    [{ Upgrade: "h2c, WEBSOCKET" }, true],
    [{ Upgrade: undefined }, false],
    [{ Upgrade: "" }, false],
    [{ Upgrade: "websocket/13" }, false],
  ])("%j: %s", (changes, asks) => {
    expect(asksForWebSocket(request(changes))).toBe(asks);
  });
});

describe("pathOf", () => {
  it.each([
    ["/", "/"],
    ["/a/b?c=/d?e", "/a/b"],
    ["http://a.example", "/"],
    ["ws://a.example/x?y", "/x"],
    ["//a.example/x", "//a.example/x"],
    ["*", undefined],
    ["/a#b", undefined],
  ])("%s: %s", (target, path) => {
    expect(pathOf(target)).toBe(path);
  });
});
