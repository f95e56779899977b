import { describe, expect, it } from "vitest";
import { acceptUpgrade } from "../../src/handshake/decide.ts";
import {
  checkConnect,
  type ConnectHead,
  connectsWebSocket,
  parseConnectHead,
} from "../../src/handshake/extended-connect.ts";
import type { UpgradeOffer } from "../../src/handshake/offer.ts";

/** The sample of RFC 8441 section 5.1 but for `changes`: undefined takes a field out, a list gives it several times. */
function connect(
  changes: Readonly<Record<string, string | readonly string[] | undefined>> = {},
): ConnectHead {
  const fields = {
    ":method": "CONNECT",
    ":protocol": "websocket",
    ":scheme": "https",
    ":path": "/chat",
    ":authority": "server.example.com",
    "sec-websocket-protocol": "chat, superchat",
    "sec-websocket-extensions": "permessage-deflate",
    "sec-websocket-version": "13",
    origin: "https://server.example.com",
    ...changes,
  };
  return parseConnectHead(
    Object.entries(fields).flatMap(([name, value]) =>
      value === undefined ? [] : [value].flat().flatMap((one) => [name, one]),
    ),
  );
}

const offerOf = (head: ConnectHead): UpgradeOffer => {
  const check = checkConnect(head);
  if ("refusal" in check) throw new Error(check.refusal.body);
  return check.offer;
};
const statusOf = (head: ConnectHead): number => {
  const check = checkConnect(head);
  return "refusal" in check ? check.refusal.status : 200;
};

describe("an extended CONNECT (RFC 8441 section 5)", () => {
  it("is read", () => {
    const head = connect();
    expect(head).toMatchObject({ method: "CONNECT", target: "/chat", httpVersion: "2.0" });
    expect(offerOf(head)).toEqual({
      head,
      path: "/chat",
      host: "server.example.com",
      origin: "https://server.example.com",
      subprotocols: ["chat", "superchat"],
      extensions: [{ name: "permessage-deflate", parameters: [] }],
      key: undefined,
    });
  });

  it("is accepted with 200, without Upgrade, Connection and Accept", () => {
    const choice = { subprotocol: "chat", headers: [["X-A", "1"]] } as const;
    expect(acceptUpgrade(offerOf(connect()), choice)).toEqual({
      status: 200,
      headers: [
        ["Sec-WebSocket-Protocol", "chat"],
        ["X-A", "1"],
      ],
      body: "",
    });
  });

  it("has its pseudo-headers apart from its fields", () => {
    expect([...connect().headers].filter(([name]) => name.startsWith(":"))).toEqual([]);
    const odd = parseConnectHead([":method", "CONNECT", "odd"]);
    expect(odd).toMatchObject({ protocol: "", authority: "", headers: { size: 0 } });
  });

  it("has one Cookie field, whose crumbs are put together (RFC 9113 section 8.2.3)", () => {
    expect(connect({ cookie: ["a=1", "b=2"] }).headers.all("Cookie")).toEqual(["a=1; b=2"]);
    expect(connect().headers.get("Cookie")).toBeUndefined();
  });

  it.each<[string, number, Parameters<typeof connect>[0]]>([
    ["a protocol in capitals", 200, { ":protocol": "WebSocket" }],
    ["the scheme http", 200, { ":scheme": "http", origin: "http://server.example.com" }],
    ["a query", 200, { ":path": "/chat?a=b" }],
    ["no origin", 200, { origin: undefined }],
    ["a Host that agrees", 200, { host: "SERVER.example.com" }],
    ["a key, which is not looked at", 200, { "sec-websocket-key": "x" }],
    ["a length of 0", 200, { "content-length": "0" }],
    ["another protocol", 501, { ":protocol": "connect-udp" }],
    ["no protocol", 501, { ":protocol": undefined }],
    ["another method", 501, { ":method": "GET" }],
    ["another scheme", 400, { ":scheme": "ftp" }],
    ["a scheme that begins like http", 400, { ":scheme": "https+unix" }],
    ["a scheme that ends like http", 400, { ":scheme": "shttp" }],
    ["no scheme", 400, { ":scheme": undefined }],
    ["no authority", 400, { ":authority": undefined }],
    ["an authority with a user", 400, { ":authority": "me@server.example.com" }],
    ["a Host that contradicts", 400, { host: "other.example.com" }],
    ["two Hosts, one of which contradicts", 400, { host: ["server.example.com", "other.example.com"] }],
    ["no path", 400, { ":path": undefined }],
    ["the path *", 400, { ":path": "*" }],
    ["an absolute path", 400, { ":path": "https://server.example.com/" }],
    ["a fragment", 400, { ":path": "/a#b" }],
    ["a space in the path", 400, { ":path": "/a b" }],
    ["a body", 400, { "content-length": "1" }],
    ["a transfer coding", 400, { "transfer-encoding": "chunked" }],
    ["no version", 400, { "sec-websocket-version": undefined }],
    ["two versions", 400, { "sec-websocket-version": ["13", "13"] }],
    ["the version 8", 426, { "sec-websocket-version": "8" }],
    ["another origin", 403, { origin: "https://other.example.com" }],
    ["two origins", 400, { origin: ["https://server.example.com", "https://server.example.com"] }],
    ["a subprotocol that is no token", 400, { "sec-websocket-protocol": "a b" }],
    ["extensions against the grammar", 400, { "sec-websocket-extensions": "x;" }],
  ])("with %s: %i", (_, status, changes) => {
    expect(statusOf(connect(changes))).toBe(status);
  });

  it.each<[string, Parameters<typeof connect>[0]]>([
    ["The protocol of the CONNECT must be websocket", { ":protocol": "connect-udp" }],
    ["The scheme must be http or https", { ":scheme": "ftp" }],
    ["The authority is not a host", { ":authority": "a b" }],
    ["The Host header is not the authority", { host: "other.example.com" }],
    ["The request target is malformed", { ":path": "*" }],
    ["The Sec-WebSocket-Protocol header is malformed", { "sec-websocket-protocol": "a b" }],
    ["The Sec-WebSocket-Extensions header is malformed", { "sec-websocket-extensions": "x;" }],
  ])("is refused with the reason: %s", (reason, changes) => {
    expect(checkConnect(connect(changes))).toMatchObject({ refusal: { body: `${reason}\n` } });
  });

  it("is judged by the origin policy", () => {
    const head = connect({ origin: "https://other.example.com" });
    expect(checkConnect(head, "any")).toHaveProperty("offer");
    expect(checkConnect(head, (origin) => origin.endsWith("other.example.com"))).toHaveProperty("offer");
  });
});

describe("connectsWebSocket", () => {
  it.each<[Parameters<typeof connect>[0], boolean]>([
    [{}, true],
    [{ ":protocol": "WEBSOCKET" }, true],
    [{ ":protocol": "connect-udp" }, false],
    [{ ":protocol": undefined }, false],
    [{ ":method": "GET" }, false],
  ])("%j: %s", (changes, connects) => {
    expect(connectsWebSocket(connect(changes))).toBe(connects);
  });
});
