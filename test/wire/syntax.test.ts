import http from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { RawClient } from "./client.ts";
import { ACCEPTED, bend, GOOD, plus } from "./heads.ts";
import { expectRefusal } from "./refusal.ts";
import { itEach } from "./rows.ts";
import { startListening } from "./servers.ts";

/*
 * The syntax of the head, where our own parser reads it. It is a security border: nothing that node's own parser
 * refuses may be taken here. So each row is refused by us, and what node takes besides is only listed.
 */

interface Row {
  readonly name: string;
  readonly head: string;
  readonly because: RegExp;
  readonly status?: number;
}

const lines: Row[] = [
  { name: "a bare LF as line end", head: GOOD.replace("\r\nUpgrade", "\nUpgrade"), because: /LF/ },
  { name: "a bare LF behind the request line", head: GOOD.replace("\r\n", "\n"), because: /LF/ },
  { name: "a bare LF as empty line", head: GOOD.replace("\r\n\r\n", "\r\n\n"), because: /LF/ },
  { name: "bare LFs only", head: GOOD.replaceAll("\r\n", "\n"), because: /LF/ },
  { name: "a bare CR as line end", head: GOOD.replace("\r\nUpgrade", "\rUpgrade"), because: /CR/ },
  { name: "CR CR LF", head: GOOD.replace("\r\nUpgrade", "\r\r\nUpgrade"), because: /CR/ },
  { name: "a bare CR in a value", head: plus("X: a\rb"), because: /CR/ },
  { name: "a bare LF in a value", head: plus("X: a\nb: c"), because: /LF/ },
  { name: "NUL in a value", head: plus("X: a\0b"), because: /control character/ },
  { name: "NUL in a name", head: plus("X\0: a"), because: /control character/ },
  { name: "NUL in the target", head: bend("GET", "GET /\0 HTTP/1.1"), because: /control character/ },
  { name: "obs-fold with a space", head: plus("X: a", " b"), because: /folded/ },
  { name: "obs-fold with a tab", head: plus("X: a", "\tb"), because: /folded/ },
  { name: "obs-fold behind the request line", head: bend("Host", " Host: a.test"), because: /folded/ },
  { name: "a space before a colon", head: bend("Host", "Host : a.test"), because: /header line/ },
  { name: "a tab before a colon", head: bend("Host", "Host\t: a.test"), because: /header line/ },
  { name: "a name that is no token", head: plus("X(y): a"), because: /header line/ },
  { name: "a name with a space", head: plus("X y: a"), because: /header line/ },
  { name: "a name above ASCII", head: plus("X\xe9: a"), because: /header line/ },
  { name: "no name before the colon", head: plus(": a"), because: /header line/ },
  { name: "a line without a colon", head: plus("nonsense"), because: /header line/ },
  ...[1, 8, 0x0b, 0x0c, 0x1b, 0x1f, 0x7f].map((octet) => ({
    name: `control character ${octet} in a value`,
    head: plus(`X: a${String.fromCharCode(octet)}b`),
    because: /control character/,
  })),
];

const requestLines: Row[] = [
  ["two spaces behind the method", "GET  /chat HTTP/1.1", /request line/],
  ["two spaces before the version", "GET /chat  HTTP/1.1", /request line/],
  ["a space behind the version", "GET /chat HTTP/1.1 ", /request line/],
  ["a space before the method", " GET /chat HTTP/1.1", /request line/],
  ["a tab in place of a space", "GET\t/chat HTTP/1.1", /request line/],
  ["a tab in the target", "GET /a\tb HTTP/1.1", /target/],
  ["a space in the target", "GET /a b HTTP/1.1", /request line/],
  ["a target above ASCII", "GET /\xe9 HTTP/1.1", /target/],
  ["an empty target", "GET  HTTP/1.1", /target/],
  ["a target without a slash", "GET chat HTTP/1.1", /target/],
  ["authority-form", "GET server.example.com:80 HTTP/1.1", /target/],
  ["absolute-form without an authority", "GET http:///chat HTTP/1.1", /target/],
  ["absolute-form with user information", "GET http://me@server.example.com/ HTTP/1.1", /target/],
  ["lower-case HTTP", "GET /chat http/1.1", /version/],
  ["another protocol", "GET /chat ICE/1.0", /version/],
  ["a version of two digits", "GET /chat HTTP/1.10", /version/],
  ["a version with one part", "GET /chat HTTP/1", /version/],
  ["a method that is no token", "G@T /chat HTTP/1.1", /method/],
].map(([name, line, because]) => ({
  name: name as string,
  head: bend("GET", line as string),
  because: because as RegExp,
}));

const others: Row[] = [
  { name: "an empty line before the request line", head: `\r\n${GOOD}`, because: /method/ },
  { name: "a TLS hello", head: "\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03", because: /control character/ },
  { name: "HTTP/0.9", head: "GET /chat\r\n\r\n", because: /HTTP\/0\.9/, status: 505 },
  { name: "HTTP/0.9 with one line only", head: "GET /chat\r\n", because: /HTTP\/0\.9/, status: 505 },
  {
    name: "HTTP/2 with prior knowledge",
    head: "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    because: /HTTP\/2/,
    status: 505,
  },
  { name: "HTTP/1.2", head: bend("GET", "GET /chat HTTP/1.2"), because: /HTTP\/1\.2/, status: 505 },
];

const rows = [...lines, ...requestLines, ...others];

describe("syntax of the head", () => {
  itEach(rows, async ({ head, because, status = 400 }) => {
    const { connect, log } = await startListening();
    const client = await connect();
    await client.send(head);
    await expectRefusal(client, { status, because });
    expect(log.entries).toEqual([]);
  });
});

describe("syntax of the head in pieces of 1", () => {
  itEach(rows, async ({ head, because, status = 400 }) => {
    const { connect } = await startListening();
    const client = await connect();
    await client.send(head, 1);
    await expectRefusal(client, { status, because });
  });
});

/** Heads for the comparison: those above, and an octet put into every place of the good one. */
function* bentHeads(): Generator<string> {
  for (const { head } of rows) yield head;
  for (const octet of [0x00, 0x09, 0x0a, 0x0d, 0x20, 0x22, 0x2c, 0x3a, 0x40, 0x7f, 0x80]) {
    for (let at = 0; at < GOOD.length; at++) {
      yield `${GOOD.slice(0, at)}${String.fromCharCode(octet)}${GOOD.slice(at)}`;
    }
  }
  for (let at = 0; at < GOOD.length; at++) yield GOOD.slice(0, at) + GOOD.slice(at + 1);
  for (const line of [
    "Content-Length: 1",
    "Content-Length: -1",
    "Content-Length: 0, 0",
    "Content-Length: +0",
  ]) {
    yield plus(line);
  }
  yield plus("Content-Length: 0", "Content-Length: 0");
  yield plus("Content-Length: 0", "Transfer-Encoding: chunked");
  yield plus("Transfer-Encoding: x");
  yield plus("Transfer-Encoding: chunked, chunked");
}

/** What a server answers to a head, if anything. The client's end cuts off what is not whole. */
async function statusOf(port: number, head: string): Promise<number> {
  const client = await RawClient.connect({ port, host: "127.0.0.1" });
  await client.send(head);
  client.end();
  const received = await client.untilClosed();
  return Number(received.toString("latin1", 9, 12));
}

/** An HTTP server of node's own, which answers whatever its parser takes and nothing else. */
async function startJudge(): Promise<number> {
  const judge = http.createServer((_, response) => void response.writeHead(404).end());
  judge.on("upgrade", (_, socket) => void socket.end(ACCEPTED));
  judge.on("clientError", (_, socket) => void socket.destroy());
  await new Promise<void>((resolve) => judge.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void judge.close());
  return (judge.address() as AddressInfo).port;
}

describe("compared with node's own parser", () => {
  it("nothing that node:http refuses is accepted", async () => {
    const { address } = await startListening();
    const { port } = address as { port: number };
    const judge = await startJudge();
    const heads = [...new Set(bentHeads())];
    const tooLenient: string[] = [];
    const taken = { here: 0, there: 0 };
    const compare = async (): Promise<void> => {
      for (let head = heads.pop(); head !== undefined; head = heads.pop()) {
        const [here, there] = await Promise.all([statusOf(port, head), statusOf(judge, head)]);
        if (here === 101) taken.here++;
        if (there !== 0) taken.there++;
        if (here === 101 && there === 0) tooLenient.push(head);
      }
    };
    await Promise.all(Array.from({ length: 16 }, compare));
    expect(tooLenient).toEqual([]);
    // The comparison says something: both take some heads, and we take fewer.
    expect(taken.here).toBeGreaterThan(50);
    expect(taken.there).toBeGreaterThan(taken.here);
  });
});
