import { Session } from "node:inspector/promises";
import { describe, expect, it } from "vitest";
import { Connection } from "../src/connection/connection.ts";
import { decideUpgrade } from "../src/handshake/decide.ts";
import { parseExtensions } from "../src/handshake/extension-header.ts";
import { parseRequestHead, parseResponseHead } from "../src/handshake/head.ts";
import { HeadReader } from "../src/handshake/head-reader.ts";
import { HeaderList } from "../src/handshake/headers.ts";
import { isSameOrigin } from "../src/handshake/origin.ts";
import { parseSubprotocols } from "../src/handshake/subprotocol.ts";
import { parseTokenList } from "../src/handshake/token.ts";

/*
 * Work that is linear in the length of the input. Steps are counted by the engine: how often each block of the sources
 * was run. What happens inside of one step (a regular expression, split())
 * is not counted; there, a text of 300,000 characters would not come to an end if the work were quadratic.
 */

const LENGTH = 4000;
/** For each character of a text, or octet of frames. */
const STEPS = 150;

async function steps(work: () => void): Promise<number> {
  const session = new Session();
  session.connect();
  await session.post("Profiler.enable");
  await session.post("Profiler.startPreciseCoverage", { callCount: true, detailed: true });
  work();
  const { result } = await session.post("Profiler.takePreciseCoverage");
  await session.post("Profiler.stopPreciseCoverage");
  session.disconnect();
  const ranges = result
    .filter(({ url }) => /\/src\/(frame|handshake|connection)\//.test(url))
    .flatMap(({ functions }) => functions.flatMap((one) => one.ranges));
  return ranges.reduce((sum, { count }) => sum + count, 0);
}

const latin1 = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, "latin1"));
const inOctets = (text: string): void => {
  const reader = new HeadReader({ maxHeaderBytes: 1e9, maxHeaders: 1e9 });
  for (const octet of latin1(text)) reader.receive(Uint8Array.of(octet));
};
const whole = (text: string): void => {
  new HeadReader({ maxHeaderBytes: 1e9, maxHeaders: 1e9 }).receive(latin1(text));
};
const decide = (name: string) => (text: string) => {
  const fields: [string, string][] = [
    ["Host", "a"],
    ["Upgrade", "websocket"],
    ["Connection", "Upgrade"],
    ["Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ=="],
    ["Sec-WebSocket-Version", "13"],
  ];
  const kept = fields.filter(([other]) => other !== name);
  const head = {
    method: "GET",
    target: "/",
    httpVersion: "1.1",
    headers: new HeaderList([...kept, [name, text]]),
  };
  decideUpgrade(head);
};
const target = (text: string): void => {
  const headers = new HeaderList([
    ["Host", "a"],
    ["Upgrade", "websocket"],
  ]);
  decideUpgrade({ method: "GET", target: text, httpVersion: "1.1", headers });
};

const texts: readonly [string, (n: number) => string][] = [
  ["spaces", (n) => " ".repeat(n)],
  ["spaces before a letter", (n) => `${" ".repeat(n)}x`],
  ["commas", (n) => ",".repeat(n)],
  ["commas and spaces", (n) => ", ".repeat(n / 2)],
  ["tokens", (n) => "a,".repeat(n / 2)],
  ["one token", (n) => "a".repeat(n)],
  ["one token and what is none", (n) => `${"a".repeat(n)} b`],
  ["parameters", (n) => `x${";a=1".repeat(n / 4)}`],
  ["parameters and spaces", (n) => `x${" ; a ".repeat(n / 5)}`],
  ["an open quote", (n) => `x;a="${"\\a".repeat(n / 2)}`],
  ["many quotes", (n) => `x;${'a="1";'.repeat(n / 6)}b`],
  ["quotes that do not end", (n) => `x;a="${'\\"'.repeat(n / 2)}`],
  ["colons", (n) => ":".repeat(n)],
  ["colons and digits", (n) => ":1".repeat(n / 2)],
  ["digits", (n) => "0".repeat(n)],
  ["slashes", (n) => "/".repeat(n)],
  ["an origin", (n) => `http://${"a".repeat(n)}:`],
  ["line ends", (n) => `GET / HTTP/1.1\r\n${"a:b\r\n".repeat(n / 5)}`],
];
const readers: readonly [string, (text: string) => void][] = [
  ["HeadReader", whole],
  ["HeadReader, octet by octet", inOctets],
  ["parseRequestHead", (text) => parseRequestHead([text, `a:${text}`])],
  [
    "parseRequestHead with fields",
    (text) => parseRequestHead(["GET / HTTP/1.1", `a:${text}`, ...text.split("\r\n")]),
  ],
  ["parseResponseHead", (text) => parseResponseHead([`HTTP/1.1 200 ${text}`, text])],
  ["parseTokenList", parseTokenList],
  ["parseSubprotocols", parseSubprotocols],
  ["parseExtensions", parseExtensions],
  ["isSameOrigin", (text) => isSameOrigin(text, text)],
  ["isSameOrigin with a scheme", (text) => isSameOrigin(`http://${text}`, text)],
  ["the target", target],
  ["the absolute target", (text) => target(`http://${text}`)],
  ...["Host", "Upgrade", "Connection", "Content-Length", "Sec-WebSocket-Version", "Sec-WebSocket-Key"].map(
    (name): [string, (text: string) => void] => [name, decide(name)],
  ),
];

describe("header text is read in linear work", () => {
  it.each(readers)("%s", async (_, reader) => {
    for (const [name, text] of texts) {
      const counted = await steps(() => reader(text(LENGTH)));
      // The counts are of blocks: some dozens for a character. Quadratic work would be thousands.
      expect([name, counted <= LENGTH * STEPS]).toEqual([name, true]);
      if (reader !== inOctets) reader(text(300_000));
    }
  });
});

describe("frames are read in linear work", () => {
  const connection = (): Connection =>
    new Connection({ role: "client", maskingKey: () => 0, maxPayload: 1e9 });
  const feed = (octets: Uint8Array, size: number): void => {
    const c = connection();
    for (let at = 0; at < octets.length; at += size) {
      c.receive(octets.subarray(at, at + size));
      while (c.next() !== undefined);
      c.takeOutput();
    }
  };
  const frames = (n: number): Uint8Array => {
    const octets = new Uint8Array(n * 3);
    for (let i = 0; i < octets.length; i += 3) octets.set([i === 0 ? 1 : 0, 1, 0x41], i);
    return octets;
  };

  it.each([1, 2, 1000])("a message of 1-octet fragments in chunks of %i", async (size) => {
    const octets = frames(LENGTH);
    expect(await steps(() => feed(octets, size))).toBeLessThan(octets.length * STEPS);
  });
});
