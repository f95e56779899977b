import { describe, it } from "vitest";
import { itEach } from "./rows.ts";
import { bend, plus } from "./heads.ts";
import { expectRefusal, type Refusal } from "./refusal.ts";
import { doors } from "./servers.ts";

/*
 * Requests that are correct HTTP and no correct opening handshake: what is bent, and the complete refusal. They get
 * the same answer from our own listener and behind an HTTP server.
 */

interface Row extends Refusal {
  readonly name: string;
  readonly request: string;
}

const KEY = "Sec-WebSocket-Key:";
const VERSION = "Sec-WebSocket-Version:";
const version426 = { Upgrade: "websocket", "Sec-WebSocket-Version": "13" };

const requestLine: Row[] = [
  {
    name: "method POST",
    request: bend("GET", "POST /chat HTTP/1.1"),
    status: 405,
    because: /method.*GET/,
    headers: { Allow: "GET" },
  },
  {
    name: "method HEAD",
    request: bend("GET", "HEAD /chat HTTP/1.1"),
    status: 405,
    because: /method.*GET/,
    headers: { Allow: "GET" },
  },
  { name: "HTTP/1.0", request: bend("GET", "GET /chat HTTP/1.0"), status: 505, because: /HTTP\/1\.0/ },
  {
    name: "target with a fragment",
    request: bend("GET", "GET /chat#x HTTP/1.1"),
    status: 400,
    because: /target/,
  },
  { name: "target *", request: bend("GET", "GET * HTTP/1.1"), status: 400, because: /target/ },
  {
    name: "absolute-form with another scheme",
    request: bend("GET", "GET ftp://server.example.com/ HTTP/1.1"),
    status: 400,
    because: /target/,
  },
];

const host: Row[] = [
  { name: "no Host", request: bend("Host"), status: 400, because: /Host/ },
  { name: "two Hosts", request: bend("Host", "Host: a.test", "Host: a.test"), status: 400, because: /Host/ },
  { name: "empty Host", request: bend("Host", "Host:"), status: 400, because: /Host/ },
  { name: "Host with a path", request: bend("Host", "Host: a.test/x"), status: 400, because: /Host/ },
  {
    name: "Host with user information",
    request: bend("Host", "Host: me@a.test"),
    status: 400,
    because: /Host/,
  },
  {
    name: "Host with two names",
    request: bend("Host", "Host: a.test, b.test"),
    status: 400,
    because: /Host/,
  },
  {
    name: "Host with an impossible port",
    request: bend("Host", "Host: a.test:65536"),
    status: 400,
    because: /Host/,
  },
];

const body: Row[] = [
  {
    name: "Content-Length above 0",
    request: plus("Content-Length: 5") + "hello",
    status: 400,
    because: /body/,
  },
  {
    name: "Content-Length above 0 whose body would read as a frame",
    request: `${plus("Content-Length: 6")}\x81\x80\0\0\0\0`,
    status: 400,
    because: /body/,
  },
  {
    name: "Transfer-Encoding: chunked",
    request: `${plus("Transfer-Encoding: chunked")}0\r\n\r\n`,
    status: 400,
    because: /body/,
  },
];

const key: Row[] = [
  { name: "no Sec-WebSocket-Key", request: bend(KEY), status: 400, because: /Sec-WebSocket-Key/ },
  {
    name: "empty Sec-WebSocket-Key",
    request: bend(KEY, KEY),
    status: 400,
    because: /Sec-WebSocket-Key/,
  },
  {
    name: "Sec-WebSocket-Key twice",
    request: plus(`${KEY} dGhlIHNhbXBsZSBub25jZQ==`),
    status: 400,
    because: /Sec-WebSocket-Key/,
  },
  ...[
    { name: "Sec-WebSocket-Key not base64", value: "dGhlIHNhbXBsZSBub25jZ!==" },
    { name: "Sec-WebSocket-Key in base64url", value: "____________________-w==" },
    { name: "Sec-WebSocket-Key of 15 octets", value: "AAAAAAAAAAAAAAAAAAAA" },
    { name: "Sec-WebSocket-Key of 17 octets", value: "AAAAAAAAAAAAAAAAAAAAAAA=" },
    { name: "Sec-WebSocket-Key without padding", value: "dGhlIHNhbXBsZSBub25jZQ" },
    { name: "Sec-WebSocket-Key with something behind it", value: "dGhlIHNhbXBsZSBub25jZQ== x" },
    { name: "Sec-WebSocket-Key as a list", value: "dGhlIHNhbXBsZSBub25jZQ==, x" },
  ].map(({ name, value }) => ({
    name,
    request: bend(KEY, `${KEY} ${value}`),
    status: 400,
    because: /Sec-WebSocket-Key/,
  })),
];

const version: Row[] = [
  { name: "no Sec-WebSocket-Version", request: bend(VERSION), status: 400, because: /Version/ },
  { name: "Sec-WebSocket-Version twice", request: plus(`${VERSION} 13`), status: 400, because: /Version/ },
  ...[
    { name: "Sec-WebSocket-Version +13", value: "+13" },
    { name: "Sec-WebSocket-Version 013", value: "013" },
    { name: "Sec-WebSocket-Version 13, 13", value: "13, 13" },
    { name: "Sec-WebSocket-Version 13.0", value: "13.0" },
    { name: "Sec-WebSocket-Version 256", value: "256" },
    { name: "Sec-WebSocket-Version empty", value: "" },
  ].map(({ name, value }) => ({
    name,
    request: bend(VERSION, `${VERSION} ${value}`),
    status: 400,
    because: /Version/,
  })),
  ...[
    { name: "Sec-WebSocket-Version 8", value: "8" },
    { name: "Sec-WebSocket-Version 0", value: "0" },
    { name: "Sec-WebSocket-Version 14", value: "14" },
    { name: "Sec-WebSocket-Version 255", value: "255" },
  ].map(({ name, value }) => ({
    name,
    request: bend(VERSION, `${VERSION} ${value}`),
    status: 426,
    because: /version.*13/,
    headers: version426,
  })),
];

const offers: Row[] = [
  ...[
    { name: "Sec-WebSocket-Protocol empty", value: "" },
    { name: "Sec-WebSocket-Protocol with commas only", value: ", ," },
    { name: "Sec-WebSocket-Protocol with a space in a name", value: "chat one" },
    { name: "Sec-WebSocket-Protocol with a non-token", value: "chat, a/b" },
    { name: "Sec-WebSocket-Protocol quoted", value: '"chat"' },
    { name: "Sec-WebSocket-Protocol with a duplicate", value: "chat, superchat, chat" },
  ].map(({ name, value }) => ({
    name,
    request: plus(`Sec-WebSocket-Protocol: ${value}`),
    status: 400,
    because: /Sec-WebSocket-Protocol/,
  })),
  {
    name: "Sec-WebSocket-Protocol with a duplicate in another line",
    request: plus("Sec-WebSocket-Protocol: chat", "Sec-WebSocket-Protocol: chat"),
    status: 400,
    because: /Sec-WebSocket-Protocol/,
  },
  ...[
    { name: "Sec-WebSocket-Extensions empty", value: "" },
    { name: "Sec-WebSocket-Extensions without a name", value: "; a=1" },
    { name: "Sec-WebSocket-Extensions with a parameter without a name", value: "x; =1" },
    { name: "Sec-WebSocket-Extensions with a parameter without a value", value: "x; a=" },
    { name: "Sec-WebSocket-Extensions with an empty parameter", value: "x;" },
    { name: "Sec-WebSocket-Extensions with an open quote", value: 'x; a="1' },
    { name: "Sec-WebSocket-Extensions with quotes around no token", value: 'x; a="1 2"' },
    { name: "Sec-WebSocket-Extensions with empty quotes", value: 'x; a=""' },
    { name: "Sec-WebSocket-Extensions with two names", value: "x y" },
    { name: "Sec-WebSocket-Extensions with a bad second element", value: "x, @" },
  ].map(({ name, value }) => ({
    name,
    request: plus(`Sec-WebSocket-Extensions: ${value}`),
    status: 400,
    because: /Sec-WebSocket-Extensions/,
  })),
];

const origin: Row[] = [
  ...[
    { name: "Origin of another host", value: "http://evil.example" },
    { name: "Origin of another port", value: "http://server.example.com:8080" },
    { name: "Origin null", value: "null" },
    { name: "Origin empty", value: "" },
    { name: "Origin that begins as the host does", value: "http://server.example.com.evil.example" },
    { name: "Origin that ends as the host does", value: "http://evil-server.example.com" },
    { name: "Origin with the host as user information", value: "http://server.example.com@evil.example" },
    { name: "Origin with the host as fragment", value: "http://evil.example#server.example.com" },
  ].map(({ name, value }) => ({ name, request: plus(`Origin: ${value}`), status: 403, because: /origin/ })),
  {
    name: "two Origins",
    request: plus("Origin: http://server.example.com", "Origin: http://server.example.com"),
    status: 400,
    because: /Origin/,
  },
];

const rows = [...requestLine, ...host, ...body, ...key, ...version, ...offers, ...origin];

describe.each(doors)("refused, %s", (_, start) => {
  itEach(rows, async ({ request, ...refusal }) => {
    const { connect, log } = await start();
    const client = await connect();
    await client.send(request);
    await expectRefusal(client, refusal);
    expectNothingTold(log.entries);
  });

  it("Upgrade: a token that only contains websocket", async () => {
    const { connect } = await start();
    for (const value of ["websockets", "xwebsocket", "web socket", '"websocket"', "WebSocket/13", "h2c"]) {
      const client = await connect();
      await client.send(bend("Upgrade", `Upgrade: ${value}`));
      const refusal = { status: 426, because: /Upgrade: websocket/, headers: { Upgrade: "websocket" } };
      await expectRefusal(client, refusal);
    }
  });
});

/** No hook hears of a connection that was never made. */
function expectNothingTold(entries: readonly string[]): void {
  if (entries.length > 0) throw new Error(`hooks were told: ${entries.join("; ")}`);
}
