import { existsSync } from "node:fs";
import { type Browser, chromium } from "playwright-core";

const executablePath = process.env["CHROMIUM_PATH"] ?? "/usr/bin/chromium";

/** Why no browser can be tried here; undefined where one can. */
export const missing: string | undefined = existsSync(executablePath)
  ? undefined
  : `no Chromium at ${executablePath} (CHROMIUM_PATH names another)`;

/** Chromium, without a head and without a word to the world outside; `more` are further switches of its own. */
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
