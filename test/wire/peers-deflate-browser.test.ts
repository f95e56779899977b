import { createServer, type Server } from "node:http";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { type DeflateOptions, WebSocketServer } from "../../src/index.ts";
import { launch, missing } from "../chromium.ts";

/*
 * Compressed conversations with Chromium. It always offers `permessage-deflate; client_max_window_bits`, so it is the
 * server's options that go through every combination of what it can be answered.
 */

if (missing !== undefined) console.warn(`skipped: Chromium: ${missing}`);

const windows = [8, 9, 12, 15];
const policies: DeflateOptions[] = [false, true].flatMap((contextTakeover) =>
  windows.flatMap((serverMaxWindowBits) =>
    windows.map((clientMaxWindowBits) => ({
      threshold: 0,
      contextTakeover,
      serverMaxWindowBits,
      clientMaxWindowBits,
    })),
  ),
);

/** What Chromium is answered, as it shows it in `extensions`. */
function answerTo(policy: DeflateOptions): string {
  const { contextTakeover, serverMaxWindowBits, clientMaxWindowBits } = policy;
  return [
    "permessage-deflate",
    ...(contextTakeover === true ? [] : ["server_no_context_takeover", "client_no_context_takeover"]),
    ...(serverMaxWindowBits === 15 ? [] : [`server_max_window_bits=${serverMaxWindowBits}`]),
    ...(clientMaxWindowBits === 15 ? [] : [`client_max_window_bits=${clientMaxWindowBits}`]),
  ].join("; ");
}

/** Talks in the page: the extensions that were agreed on, and how many of the messages came back as they were. */
async function converse(url: string): Promise<{ extensions: string; same: number; close: unknown }> {
  const words = (count: number): string =>
    Array.from({ length: count }, (_, i) => `"key${(i * 7919) % 997}":${(i * 31) % 10_007}`).join(",");
  const texts = [
    "",
    "hello",
    "Grüezi, 世界 👋🏽",
    words(20),
    words(20),
    words(3000),
    "x".repeat(300_000),
    words(300),
  ];
  const noise = new Uint8Array(70_000).map((_, i) => i * i * 7 + (i >> 3));
  const socket = new WebSocket(url);
  socket.binaryType = "arraybuffer";
  const next = <T>(type: string): Promise<T> =>
    new Promise((resolve) => {
      socket.addEventListener("error", () => resolve({} as T), { once: true });
      socket.addEventListener(type, (event) => resolve(event as T), { once: true });
    });
  await next("open");
  let same = 0;
  for (let round = 0; round < 2; round++) {
    for (const text of texts) {
      socket.send(text);
      if ((await next<{ data: string }>("message")).data === text) same++;
    }
    socket.send(noise);
    const back = new Uint8Array((await next<{ data: ArrayBuffer }>("message")).data);
    if (back.length === noise.length && back.every((byte, i) => byte === noise[i])) same++;
  }
  const { extensions } = socket;
  socket.close(1000, "done");
  const { code, wasClean } = await next<{ code: number; wasClean: boolean }>("close");
  return { extensions, same, close: [code, wasClean] };
}

describe.skipIf(missing !== undefined)("Chromium", () => {
  let browser: Browser;
  let page: Page;
  beforeAll(async () => {
    browser = await launch();
    page = await browser.newPage();
  });
  afterAll(() => browser?.close());

  const blank = (): Server =>
    createServer((_, response) =>
      response.setHeader("content-type", "text/html").end("<!doctype html><title>peer</title>"),
    );

  it.each(policies)("talks to a server of %o", async (perMessageDeflate) => {
    const server = new WebSocketServer({
      perMessageDeflate,
      message: (socket, message) => void socket.send(message),
    });
    onTestFinished(async () => void (await server.close()));
    const { port } = await server.listen({ port: 0, host: "127.0.0.1", http: blank() });
    await page.goto(`http://127.0.0.1:${port}/`);
    const seen = await page.evaluate(converse, `ws://127.0.0.1:${port}/`);
    expect(seen).toEqual({ extensions: answerTo(perMessageDeflate), same: 18, close: [1000, true] });
  });
});
