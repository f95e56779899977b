import { existsSync } from "node:fs";
import { type Browser, type BrowserContextOptions, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, onTestFinished } from "vitest";

/*
 * Chromium, without a head and without a word to the world outside, for all tests that need a browser.
 */

const executablePath = process.env["CHROMIUM_PATH"] ?? "/usr/bin/chromium";

/** Why no browser can be tried here; undefined where one can. */
export const missing: string | undefined = existsSync(executablePath)
  ? undefined
  : `no Chromium at ${executablePath} (CHROMIUM_PATH names another)`;

/** `more` are further switches of Chromium. */
export function launch(...more: string[]): Promise<Browser> {
  const args = [
    ...more,
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
  ];
  // Chromium's own sandbox does not start for root, as which containers run.
  return chromium.launch({ executablePath, args, chromiumSandbox: process.getuid?.() !== 0 });
}

/** Opens a page as somebody new: with storage of their own, gone when the test is finished. */
export type Visit = (url: string, options?: BrowserContextOptions) => Promise<Page>;

/** To be called in a `describe` that is skipped where a browser is {@link missing}: one browser for all its tests. */
export function useChromium(...more: string[]): Visit {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launch(...more);
  }, 60_000);
  afterAll(() => browser?.close());

  return async (url, options) => {
    const context = await browser.newContext(options);
    onTestFinished(() => context.close());
    const page = await context.newPage();
    await page.goto(url);
    return page;
  };
}
