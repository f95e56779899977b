import { once } from "node:events";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { WebSocketServer } from "../../src/index.ts";
import { missing, useChromium } from "../chromium.ts";

/*
 * The browser's own WebSocket.
 */

if (missing !== undefined) console.warn(`skipped: Chromium: ${missing}`);

describe.skipIf(missing !== undefined)("Chromium", () => {
  const visit = useChromium();

  const blank = (): Server =>
    createServer((_, response) =>
      response.setHeader("content-type", "text/html").end("<!doctype html><title>peer</title>"),
    );

  /** A page, and an echo server at the same origin. */
  async function startEcho(): Promise<{ port: number; closes: unknown[] }> {
    const closes: unknown[] = [];
    const server = new WebSocketServer({
      subprotocols: ["echo.v1"],
      message(socket, message) {
        if (message.type === "text" && message.text === "close me") socket.close(4001, "as you wish");
        else socket.send(message);
      },
      close: (_, code, reason) => void closes.push([code, reason]),
    });
    onTestFinished(async () => void (await server.close()));
    const { port } = await server.listen({ port: 0, host: "127.0.0.1", http: blank() });
    return { port, closes };
  }

  it("echoes texts and binaries, and closes from either side", async () => {
    const { port, closes } = await startEcho();
    const page = await visit(`http://127.0.0.1:${port}/`);
    const seen = await page.evaluate(async (url) => {
      const open = async (): Promise<WebSocket> => {
        const socket = new WebSocket(url, ["other", "echo.v1"]);
        socket.binaryType = "arraybuffer";
        await new Promise((resolve) => socket.addEventListener("open", resolve));
        return socket;
      };
      const next = (socket: WebSocket): Promise<string | ArrayBuffer> =>
        new Promise((resolve) =>
          socket.addEventListener("message", ({ data }) => resolve(data as string), { once: true }),
        );
      const closed = (socket: WebSocket): Promise<unknown> =>
        new Promise((resolve) =>
          socket.addEventListener("close", (e) => resolve([e.code, e.reason, e.wasClean])),
        );
      const socket = await open();
      const texts = ["", "Grüezi, κόσμε, 👋🏽", "é".repeat(500_000)];
      let same = 0;
      for (const text of texts) {
        socket.send(text);
        if ((await next(socket)) === text) same++;
      }
      for (const size of [0, 126, 65_536, 1_048_576]) {
        const bytes = new Uint8Array(size).map((_, i) => i % 251);
        socket.send(bytes);
        const back = new Uint8Array((await next(socket)) as ArrayBuffer);
        if (back.length === size && back.every((byte, i) => byte === bytes[i])) same++;
      }
      const { protocol } = socket;
      socket.close(3001, "grüezi");
      const ours = await closed(socket);
      const second = await open();
      second.send("close me");
      return { same, protocol, ours, theirs: await closed(second) };
    }, `ws://127.0.0.1:${port}/`);
    expect(seen).toEqual({
      same: 7,
      protocol: "echo.v1",
      ours: [3001, "", true],
      theirs: [4001, "as you wish", true],
    });
    expect(closes).toEqual([
      [3001, "grüezi"],
      [4001, "as you wish"],
    ]);
  });

  it("is refused with 403 where the page comes from another origin", async () => {
    const { port } = await startEcho();
    const other = blank();
    await once(other.listen(0, "127.0.0.1"), "listening");
    onTestFinished(() => {
      other.closeAllConnections();
      other.close();
    });
    const page = await visit(`http://127.0.0.1:${(other.address() as AddressInfo).port}/`);
    const complaint = page.waitForEvent("console");
    const code = await page.evaluate(
      (url) =>
        new Promise((resolve) => {
          new WebSocket(url).addEventListener("close", (event) => resolve(event.code));
        }),
      `ws://127.0.0.1:${port}/`,
    );
    expect(code).toBe(1006);
    expect((await complaint).text()).toContain("403");
  });
});
