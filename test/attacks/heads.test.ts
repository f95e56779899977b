import { Buffer } from "node:buffer";
import { describe, expect, it } from "vitest";
import { RawClient } from "../wire/client.ts";
import { ACCEPTED, bend, plus } from "../wire/heads.ts";
import { clientFrame, clientHeader, CLOSE, CLOSE_ANSWER } from "../wire/octets.ts";
import { startTarget, type Target } from "./child.ts";
import { connect, open } from "./raw.ts";
import { mib, MIB, scale, tell } from "./scale.ts";

/*
 * Text that grows, and text that comes octet by octet. The engine counts how often each block of the server's sources is
 * run: that has to grow as the text does. What happens inside of one step of the language is not counted; there, quadratic
 * work for so long a text would not come to an end.
 */

const LIMITS = { maxHeaderBytes: 8 * MIB, maxHeaders: 2 ** 21 };

/** The server's answer to a head: its first line. */
async function answerTo(port: number, head: string, pieceSize?: number): Promise<string> {
  const client = await connect(port);
  await client.send(head, pieceSize);
  const answer = await client.until((received) => received.includes("\r\n\r\n"));
  client.reset();
  return answer.toString("latin1", 0, answer.indexOf("\r\n"));
}

async function stepsOf({ server, port }: Target, act: (port: number) => Promise<unknown>): Promise<number> {
  await server.ask("steps");
  await act(port);
  return server.ask("steps");
}

describe("a head of growing length", () => {
  const fields = (count: number): string[] => Array.from({ length: count }, (_, at) => `X-${at}: ${at}`);
  const bare = (count: number): string => ["GET / HTTP/1.1", ...fields(count), "", ""].join("\r\n");

  it("of 0, 1,000, 1,001 and 2,001 fields, and with names that objects have", async () => {
    const { server, port } = await startTarget("echo", { maxHeaderBytes: 64 * 1024 });
    const rows: [string, string, string][] = [
      ["no field", bare(0), "426"],
      ["1,000 fields", plus(...fields(995)), "101"],
      ["1,001 fields", plus(...fields(996)), "431"],
      ["2,001 fields", plus(...fields(1996)), "431"],
      ["2,001 fields and no handshake", bare(2001), "431"],
      ["__proto__", plus("__proto__: x", "__PROTO__: y"), "101"],
      ["constructor and others", plus("constructor: x", "toString: y", "hasOwnProperty: z"), "101"],
      ["__proto__ as a subprotocol", plus("Sec-WebSocket-Protocol: __proto__, constructor"), "101"],
      ["__proto__ as an extension", plus("Sec-WebSocket-Extensions: __proto__; __proto__=1"), "101"],
    ];
    for (const [name, head, status] of rows)
      expect([name, (await answerTo(port, head)).slice(9, 12)]).toEqual([name, status]);
    await server.ask("idle");
    const { peak } = await server.ask("figures");
    tell("heads of many fields", { heads: rows.length, "peak memory +": mib(peak) });
    expect(peak).toBeLessThan(32 * MIB);
  });

  const texts: readonly [string, (n: number) => string][] = [
    ["fields", (n) => plus(...Array.from({ length: n / 8 }, (_, at) => `x${at % 10}: ab`))],
    ["white space", (n) => plus(`X: ${" ".repeat(n)}a${" ".repeat(n)}`)],
    ["a token list of commas", (n) => bend("Connection", `Connection: ${", ".repeat(n / 2)}Upgrade`)],
    ["a token list", (n) => bend("Connection", `Connection: ${"a,".repeat(n / 2)}Upgrade`)],
    ["parameters", (n) => plus(`Sec-WebSocket-Extensions: permessage-deflate${"; a=1".repeat(n / 5)}`)],
    ["offers", (n) => plus(`Sec-WebSocket-Extensions: ${"a, ".repeat(n / 3)}a`)],
    ["a quoted value", (n) => plus(`Sec-WebSocket-Extensions: a; b="${"\\a".repeat(n / 2)}"`)],
    ["subprotocols", (n) => plus(`Sec-WebSocket-Protocol: ${Array.from({ length: n / 6 }, (_, at) => `p${at}`).join()}`)], // prettier-ignore
    ["a target", (n) => bend("GET", `GET /${"%20/../".repeat(n / 7)} HTTP/1.1`)],
    ["an origin", (n) => plus(`Origin: http://${"a".repeat(n)}:${"1".repeat(n)}`)],
    ["a length", (n) => plus(`Content-Length: ${"0".repeat(n)}`)],
  ];

  it("is read in work that grows as it does", async () => {
    const target = await startTarget("echo", { ...LIMITS, perMessageDeflate: true });
    await target.server.ask("countSteps");
    const length = scale(20_000, 200_000);
    for (const [name, text] of texts) {
      const head = text(length);
      const longer = text(4 * length);
      const few = await stepsOf(target, (port) => answerTo(port, head));
      const many = await stepsOf(target, (port) => answerTo(port, longer));
      tell(`a head of ${name}`, {
        octets: longer.length,
        "steps for each": (many / longer.length).toFixed(2),
      });
      // Quadratic work would be 16 times as much.
      expect([name, many / longer.length < 1.5 * (few / head.length) + 1]).toEqual([name, true]);
    }
  });
});

describe("octet by octet", () => {
  const CLIENTS = 20;
  /** Steps that an octet may cost, in the mean. */
  const MOST = 150;

  interface Cost {
    readonly octets: number;
    readonly steps: number;
  }

  /** Octets that come one by one to several clients by turns, each when the one before is read; and what follows. */
  async function costOf(
    target: Target,
    octets: Buffer,
    connectOne: (port: number) => Promise<RawClient>,
    follow: (client: RawClient) => Promise<void>,
  ): Promise<Cost> {
    const { server, port } = target;
    const clients = await Promise.all(Array.from({ length: CLIENTS }, () => connectOne(port)));
    const before = await server.ask("octetsRead");
    await server.ask("steps");
    for (const [at, octet] of octets.entries()) {
      for (const { socket } of clients) socket.write(Buffer.of(octet));
      await server.ask("read", before + (at + 1) * CLIENTS);
    }
    const steps = await server.ask("steps");
    for (const client of clients) await follow(client);
    const all = octets.length * CLIENTS;
    tell("octet by octet", { octets: all, "steps for each": (steps / all).toFixed(1) });
    return { octets: all, steps };
  }

  const expectLinear = (few: Cost, many: Cost): void =>
    expect((many.steps - few.steps) / (many.octets - few.octets)).toBeLessThan(MOST);

  it("a long head costs no more for each octet than a short one", async () => {
    const target = await startTarget("echo", LIMITS);
    await target.server.ask("countSteps");
    const cost = (length: number): Promise<Cost> =>
      costOf(target, Buffer.from(plus(`X: ${"a".repeat(length)}`)), connect, async (client) => {
        expect((await client.untilSize(ACCEPTED.length)).toString("latin1")).toBe(ACCEPTED);
      });
    expectLinear(await cost(100), await cost(scale(1500, 20_000)));
  });

  it("many frames cost no more for each octet than few", async () => {
    const target = await startTarget("silent");
    await target.server.ask("countSteps");
    const header = clientHeader(0x82, 65536);
    const cost = (count: number): Promise<Cost> => {
      const frames = Buffer.concat(Array.from({ length: count }, () => clientFrame(0x82, Buffer.alloc(9))));
      return costOf(target, Buffer.concat([frames, header]), open, async (client) => {
        await client.send(Buffer.concat([Buffer.alloc(65536), CLOSE]));
        expect((await client.untilEnded()).length).toBe(ACCEPTED.length + CLOSE_ANSWER.length);
      });
    };
    expectLinear(await cost(10), await cost(scale(80, 1000)));
  });
});
