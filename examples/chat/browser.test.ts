import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { launch, missing } from "../../test/wire/peers/browser.ts";
import { startChat } from "./server.js";

/*
 * The chat as people see it.
 */

if (missing !== undefined) console.warn(`skipped: the chat in Chromium: ${missing}`);

describe.skipIf(missing !== undefined)("the chat in Chromium", { timeout: 30_000 }, () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch();
  }, 30_000);
  afterAll(() => browser?.close());

  const visit = async (url: string): Promise<Page> => {
    const context = await browser.newContext();
    onTestFinished(() => context.close());
    const page = await context.newPage();
    await page.goto(url);
    return page;
  };

  it("lets two people talk, markup stays text, and comes back after a reload and a restart", async () => {
    let chat = await startChat({ port: 0, host: "127.0.0.1" });
    onTestFinished(() => chat.close());
    const { port } = chat;
    const join = async (name: string): Promise<Page> => {
      const page = await visit(`http://127.0.0.1:${port}/`);
      await page.fill("#name", name);
      await page.click("#join button");
      await connected(page);
      return page;
    };
    const connected = (page: Page): Promise<unknown> => page.waitForSelector("#state[data-state=on]");
    const say = async (page: Page, text: string): Promise<void> => {
      await page.fill("#text", text);
      await page.keyboard.press("Enter");
    };
    const shown = (page: Page, text: string): Promise<void> =>
      page.locator("#messages .text").getByText(text, { exact: true }).waitFor();

    const ada = await join("Ada");
    const bob = await join("Bob");
    await ada.locator("#here").getByText("2 here").waitFor();
    await say(ada, "hello Bob");
    await shown(bob, "hello Bob");
    const markup = "<img src=x onerror=alert(1)><b>bold</b>";
    await say(bob, markup);
    await shown(ada, markup);
    expect(await ada.locator("#messages img, #messages b").count()).toBe(0);

    await bob.reload();
    await connected(bob);
    await shown(bob, "hello Bob");

    await chat.close();
    await ada.waitForSelector("#state[data-state=away]");
    chat = await startChat({ port, host: "127.0.0.1" });
    await Promise.all([connected(ada), connected(bob)]);
    await say(bob, "there you are");
    await shown(ada, "there you are");
  });
});
