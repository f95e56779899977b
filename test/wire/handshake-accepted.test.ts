import type { Buffer } from "node:buffer";
import { describe, expect, it } from "vitest";
import { itEach } from "./rows.ts";
import type { ServerOptions } from "../../src/index.ts";
import { ACCEPTED, bend, GOOD, plus } from "./heads.ts";
import { CLOSE, CLOSE_ANSWER } from "./octets.ts";
import { doors } from "./servers.ts";

/* Requests that are to be accepted, and the 101 that answers them, to the octet. */

interface Row {
  readonly name: string;
  readonly request: string;
  readonly answer?: string;
  readonly options?: ServerOptions;
}

/** The sample's answer with a further line. */
const accepted = (line: string): string => ACCEPTED.replace(/\r\n\r\n$/, `\r\n${line}\r\n\r\n`);

const rows: Row[] = [
  { name: "the sample of the RFC", request: GOOD },
  { name: "Upgrade: websocket, h2c", request: bend("Upgrade", "Upgrade: websocket, h2c") },
  { name: "Upgrade: h2c,WebSocket", request: bend("Upgrade", "Upgrade: h2c,WebSocket") },
  { name: "Upgrade in any letter case", request: bend("Upgrade", "uPGRADE: WEBSOCKET") },
  { name: "Upgrade in several lines", request: bend("Upgrade", "Upgrade: h2c", "Upgrade: websocket") },
  { name: "Connection: keep-alive, Upgrade", request: bend("Connection", "Connection: keep-alive, Upgrade") },
  {
    name: "Connection in two lines",
    request: bend("Connection", "Connection: keep-alive", "Connection: upgrade"),
  },
  { name: "Connection in any letter case", request: bend("Connection", "CONNECTION: UPGRADE") },
  {
    name: "Connection with empty elements",
    request: bend("Connection", "Connection: , keep-alive ,, Upgrade,"),
  },
  { name: "Content-Length: 0", request: plus("Content-Length: 0") },
  {
    name: "a key with unused bits set is hashed as it came",
    request: bend("Sec-WebSocket-Key", "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZR=="),
    answer: ACCEPTED.replace("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", "Zgw8jYXtqX5qJr7MJ1Q/MqzeSRI="),
  },
  {
    name: "space and tab around values",
    request: bend("Sec-WebSocket-Key", "Sec-WebSocket-Key:\t dGhlIHNhbXBsZSBub25jZQ== \t"),
  },
  { name: "no space behind the colon", request: bend("Sec-WebSocket-Version", "Sec-WebSocket-Version:13") },
  { name: "absolute-form", request: bend("GET", "GET http://server.example.com/chat HTTP/1.1") },
  {
    name: "absolute-form whose authority stands for Host",
    request: bend("GET", "GET ws://other.example/chat HTTP/1.1").replace(
      "\r\n\r\n",
      "\r\nOrigin: http://other.example\r\n\r\n",
    ),
  },
  { name: "absolute-form without a path", request: bend("GET", "GET wss://server.example.com HTTP/1.1") },
  { name: "Host with a port", request: bend("Host", "Host: server.example.com:8080") },
  { name: "Host as an IPv6 address", request: bend("Host", "Host: [::1]:8080") },
  { name: "subprotocols offered, none configured", request: plus("Sec-WebSocket-Protocol: chat, superchat") },
  {
    name: "subprotocols offered, one configured",
    request: plus("Sec-WebSocket-Protocol: chat, superchat"),
    options: { subprotocols: ["mqtt", "superchat", "chat"] },
    answer: accepted("Sec-WebSocket-Protocol: superchat"),
  },
  {
    name: "subprotocols offered, another configured",
    request: plus("Sec-WebSocket-Protocol: chat"),
    options: { subprotocols: ["mqtt"] },
  },
  { name: "subprotocols configured, none offered", request: GOOD, options: { subprotocols: ["mqtt"] } },
  {
    name: "subprotocols in several lines",
    request: plus("Sec-WebSocket-Protocol: a", "Sec-WebSocket-Protocol: b"),
    options: { subprotocols: ["b"] },
    answer: accepted("Sec-WebSocket-Protocol: b"),
  },
  {
    name: "subprotocols that differ in letter case",
    request: plus("Sec-WebSocket-Protocol: Chat, chat"),
    options: { subprotocols: ["chat"] },
    answer: accepted("Sec-WebSocket-Protocol: chat"),
  },
  ...["__proto__", "constructor", "toString", "hasOwnProperty"].map((name) => ({
    name: `a subprotocol, extension, parameter and header called ${name}`,
    request: plus(
      `Sec-WebSocket-Protocol: ${name}`,
      `Sec-WebSocket-Extensions: ${name}; ${name}; ${name}=${name}`,
      `${name}: x`,
    ),
    options: { subprotocols: [name] },
    answer: accepted(`Sec-WebSocket-Protocol: ${name}`),
  })),
  ...[
    "x-unknown; a; b=1",
    "permessage-deflate; unknown",
    "permessage-deflate; server_no_context_takeover; server_no_context_takeover",
    "permessage-deflate; server_max_window_bits=16",
    'permessage-deflate; client_max_window_bits="7", x-webkit-deflate-frame',
  ].map((value) => ({
    name: `an extension that is declined: ${value}`,
    request: plus(`Sec-WebSocket-Extensions: ${value}`),
  })),
  { name: "no Origin", request: GOOD },
  { name: "Origin of the same host", request: plus("Origin: http://server.example.com") },
  { name: "Origin of the same host over TLS", request: plus("Origin: https://SERVER.example.com") },
  { name: "Origin with the default port", request: plus("Origin: http://server.example.com:80") },
  {
    name: "Origin in the list",
    request: plus("Origin: https://friend.example"),
    options: { origin: ["https://other.example", "https://friend.example"] },
  },
  {
    name: "Origin by the predicate",
    request: plus("Origin: https://a.friend.example"),
    options: { origin: (origin) => origin.endsWith(".friend.example") },
  },
  { name: "Origin where any is allowed", request: plus("Origin: null"), options: { origin: "any" } },
];

describe.each(doors)("accepted, %s", (_, start) => {
  itEach(rows, async ({ request, answer = ACCEPTED, options }) => {
    const { connect } = await start(options);
    const client = await connect();
    await client.send(request);
    await client.untilSize(answer.length);
    await client.send(CLOSE);
    const received = await client.untilEnded();
    expect(received.toString("latin1")).toBe(answer + CLOSE_ANSWER.toString("latin1"));
  });

  const hello = "\x81\x85\0\0\0\0Hello";
  const echo = "\x81\x05Hello";

  it("the first frame in the same packet as the head", async () => {
    const { connect, log } = await start();
    const client = await connect();
    await client.send(GOOD + hello);
    const received = await client.untilSize(ACCEPTED.length + echo.length);
    expect(received.toString("latin1")).toBe(ACCEPTED + echo);
    expect(log.entries).toEqual(["open /chat", "text 5"]);
  });

  it("half of the first frame in the same packet as the head", async () => {
    const { connect } = await start();
    const client = await connect();
    await client.send(GOOD + hello.slice(0, 3));
    await client.untilSize(ACCEPTED.length);
    await client.send(hello.slice(3));
    const received = await client.untilSize(ACCEPTED.length + echo.length);
    expect(received.toString("latin1")).toBe(ACCEPTED + echo);
  });

  it("a whole conversation in the same packet as the head", async () => {
    const { connect, log } = await start();
    const client = await connect();
    await client.send(GOOD + hello + hello + CLOSE.toString("latin1"));
    const received = await client.untilEnded();
    expect(received.toString("latin1")).toBe(ACCEPTED + echo + echo + CLOSE_ANSWER.toString("latin1"));
    expect(log.entries).toEqual(["open /chat", "text 5", "text 5", "close 1005"]);
  });

  it.each([1, 2, 3, 7])("head and frames in pieces of %i", async (size) => {
    const { connect } = await start();
    const client = await connect();
    await client.send(GOOD + hello + CLOSE.toString("latin1"), size);
    const received: Buffer = await client.untilEnded();
    expect(received.toString("latin1")).toBe(ACCEPTED + echo + CLOSE_ANSWER.toString("latin1"));
  });
});
