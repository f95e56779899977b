import { once } from "node:events";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { WebSocket } from "ws";
import { start as startExpress } from "./express.js";
import { start as startFastify } from "./fastify.js";
import { start as startHono } from "./hono.js";

/* Each example as it is, with the real framework, over real sockets. */

describe.each([
  ["Express", startExpress],
  ["Fastify", startFastify],
  ["Hono", startHono],
])("%s", (_, start) => {
  async function run(): Promise<{ url: string; close: () => Promise<unknown> }> {
    const example = await start(0);
    let closed: Promise<unknown> | undefined;
    const close = (): Promise<unknown> => (closed ??= example.close());
    onTestFinished(() => close().then(() => {}));
    const { port } = example.server.address() as AddressInfo;
    return { url: `127.0.0.1:${port}`, close };
  }

  it("serves pages and WebSockets on one port", async () => {
    const { url, close } = await run();
    const page = await fetch(`http://${url}/`, { headers: { Connection: "close" } });
    expect(await page.text()).toBe("a page");
    const client = new WebSocket(`ws://${url}/chat`);
    await once(client, "open");
    client.send("hello");
    expect(String((await once(client, "message"))[0])).toBe("hello");
    const closed = once(client, "close");
    await close();
    expect((await closed)[0]).toBe(1001);
  });

  it("refuses WebSockets elsewhere with 404", async () => {
    const { url } = await run();
    const client = new WebSocket(`ws://${url}/elsewhere`);
    client.on("error", () => {});
    const [, response] = (await once(client, "unexpected-response")) as [unknown, { statusCode: number }];
    expect(response.statusCode).toBe(404);
    client.terminate();
  });

  it("refuses pages of another origin", async () => {
    const { url } = await run();
    const client = new WebSocket(`ws://${url}/chat`, { origin: "http://elsewhere.example" });
    client.on("error", () => {});
    const [, response] = (await once(client, "unexpected-response")) as [unknown, { statusCode: number }];
    expect(response.statusCode).toBe(403);
    client.terminate();
  });
});
