import { readdirSync, readFileSync, statSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { missing, useChromium } from "../../../test/chromium.ts";
import { ChatProcess, temporaryFolder } from "./chat-process.ts";
import { Guest } from "./guest.ts";
import { Visitor } from "./people.ts";
import { BUILT } from "./place.ts";

/* How the page looks, weighs and scrolls, and what axe finds in it. */

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** What axe objects to, each as one line. */
async function violations(page: Page): Promise<string[]> {
  // The page's policy lets no script in but its own: the one that judges it comes through the browser's tools.
  await page.evaluate(axe);
  return page.evaluate(async () => {
    const { axe: judge } = globalThis as unknown as { axe: typeof import("axe-core") };
    const { violations: found } = await judge.run();
    return found.map(({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html }) => html).join(" | ")}`);
  });
}

describe("the page", () => {
  it("weighs less than 60 KB as it is sent", () => {
    const folder = join(BUILT, "page");
    const sizes = readdirSync(folder).filter((name) => name.endsWith(".gz"));
    const sum = sizes.reduce((total, name) => total + statSync(join(folder, name)).size, 0);
    console.log(`the page: ${(sum / 1024).toFixed(1)} KiB in gzip`);
    expect(sum).toBeLessThan(60_000);
  });

  it("is sent compressed, with a policy that lets nothing in from elsewhere", async () => {
    const { url } = await ChatProcess.start("--data", temporaryFolder());
    const response = await fetch(url, { headers: { "accept-encoding": "br" } });
    expect(response.headers.get("content-encoding")).toBe("br");
    const policy = response.headers.get("content-security-policy")!;
    expect(policy).toContain("default-src 'none'; script-src 'self'; style-src 'self'");
    expect(policy).toContain("require-trusted-types-for 'script'");
    expect(policy).not.toContain("unsafe");
    expect(await response.text()).not.toMatch(/<script>|\sstyle=|\son\w+=/);
    expect((await fetch(`${url}%2e%2e/main.js`)).status).toBe(404);
    expect((await fetch(url, { method: "POST" })).status).toBe(405);
  });
});

if (missing !== undefined) console.warn(`skipped: the looks of the chat in Chromium: ${missing}`);

describe.skipIf(missing !== undefined)("in Chromium", () => {
  const visit = useChromium();
  const start = (...args: string[]): Promise<ChatProcess> =>
    ChatProcess.start("--data", temporaryFolder(), ...args);

  it("the page loads nothing from elsewhere, and complains about nothing", async () => {
    const { url } = await start();
    const page = await visit("about:blank");
    const requested: string[] = [];
    const complaints: string[] = [];
    page.on("request", (request) => requested.push(new URL(request.url()).origin));
    page.on("console", (message) => complaints.push(message.text()));
    page.on("pageerror", (error) => complaints.push(error.message));
    await page.goto(url);
    await page.getByLabel("Your nickname").fill("Ada");
    await page.keyboard.press("Enter");
    await new Visitor(page).connected();
    expect([...new Set(requested)]).toEqual([new URL(url).origin]);
    expect(complaints).toEqual([]);
    const ms = await page.evaluate(() => performance.getEntriesByType("navigation")[0]!.duration);
    console.log(`the page: loaded from cold in ${Math.round(ms)} ms`);
  });

  it("500 messages of history come page by page, in order, and nothing jumps", async () => {
    const { url, port } = await start("--max-rate", "1000");
    const writer = await Guest.named(port, "Writer");
    for (let i = 1; i <= 500; i++) writer.say(`message ${i}${"\nwith another line".repeat(i % 4)}`);
    for (let i = 1; i <= 500; i++) await writer.next("stored");
    const ada = await Visitor.enter(visit, url, "Ada");
    const { page } = ada;
    await page.locator("[data-seq='500']").waitFor();
    const view = page.locator(".view");
    const place = (seq: number): Promise<number> =>
      page.locator(`[data-seq='${seq}']`).evaluate((line) => line.getBoundingClientRect().top);
    const first = (): Promise<number> =>
      page
        .locator("[data-seq]")
        .first()
        .evaluate((line) => Number(line.getAttribute("data-seq")));

    // While frames are drawn: scroll up a little at a time, and see what stands still.
    while ((await first()) > 1) {
      const top = await first();
      await view.evaluate((element) => element.scrollTo(0, 0));
      await page.locator(`[data-seq='${top - 1}']`).waitFor({ state: "attached" });
      const before = await place(top);
      await page.evaluate(
        () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
      );
      // What was at the top of the view is still where it was, though fifty messages came in above it.
      expect(Math.abs((await place(top)) - before)).toBeLessThanOrEqual(1);
    }
    const order = await page
      .locator("[data-seq]")
      .evaluateAll((lines) => lines.map((line) => Number(line.getAttribute("data-seq"))));
    expect(order).toEqual(Array.from({ length: 500 }, (_, i) => i + 1));
    await page.getByText("This is where it began.").waitFor({ state: "attached" });

    // A message at the end moves nobody who reads further up; the way back is offered.
    await view.evaluate((element) => element.scrollTo(0, 0));
    writer.say("the latest");
    await page.getByRole("button", { name: "1 new ↓" }).click();
    await ada.sees("the latest");
    expect(
      await view.evaluate(
        ({ scrollHeight, scrollTop, clientHeight }) => scrollHeight - scrollTop - clientHeight,
      ),
    ).toBeLessThanOrEqual(1);
    const frames = await smoothness(page);
    console.log(
      `500 messages: scrolled through in ${frames.count} frames, the longest of ${frames.longest} ms`,
    );
  });

  const phone = { viewport: { width: 390, height: 780 }, hasTouch: true, isMobile: true };

  it.each(["light", "dark"] as const)(
    "axe finds nothing in the %s scheme, on a desktop and on a phone",
    async (scheme) => {
      const { url } = await start();
      const entrance = await visit(url, { colorScheme: scheme });
      await entrance.getByLabel("Your nickname").waitFor();
      expect(await violations(entrance)).toEqual([]);

      const ada = await Visitor.enter(visit, url, "Ada", {
        colorScheme: scheme,
        viewport: { width: 1180, height: 720 },
      });
      const bob = await Visitor.enter(visit, url, "Bob", { colorScheme: scheme, ...phone });
      await converse(ada, bob);
      const { page } = ada;
      // As a reader finds it in the README; SCREENSHOTS names the folder.
      const folder = process.env["SCREENSHOTS"] ?? join(BUILT, "..");
      await page.screenshot({ path: join(folder, `chat-${scheme}.png`) });
      await page.getByRole("button", { name: "Emoji" }).click();
      expect(await violations(page)).toEqual([]);
      expect(await violations(bob.page)).toEqual([]);
      await bob.page.getByRole("button", { name: "Rooms" }).click();
      await bob.page.getByRole("button", { name: /^workshop/ }).waitFor();
      expect(await violations(bob.page)).toEqual([]);
      const background = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
      expect(background).toBe(scheme === "light" ? "rgb(244, 242, 238)" : "rgb(21, 23, 26)");
    },
  );
});

async function converse(ada: Visitor, bob: Visitor): Promise<void> {
  const said: readonly (readonly [Visitor, string])[] = [
    [ada, "Morning! Has anybody tried the new coffee machine?"],
    [bob, "I have. It grinds for a minute, and then it thinks about it."],
    [bob, "The manual is at https://example.com/manual?page=3"],
    [ada, "So:\n  1. fill\n  2. wait\n  3. wait some more"],
    [bob, "☕"],
    [ada, "And <b>this</b> stays what it is."],
  ];
  for (const [who, text] of said) {
    await who.say(text);
    await ada.sees(text);
    await bob.sees(text);
  }
}

/** Scrolls through all of it, a screen in a frame, and tells how the frames came. */
function smoothness(page: Page): Promise<{ count: number; longest: number }> {
  return page.locator(".view").evaluate(async (view) => {
    const times: number[] = [];
    for (
      view.scrollTop = 0;
      view.scrollTop + view.clientHeight < view.scrollHeight - 1;
      view.scrollTop += 200
    ) {
      times.push(await new Promise((resolve) => requestAnimationFrame(resolve)));
    }
    const gaps = times.slice(1).map((time, i) => time - times[i]!);
    return { count: times.length, longest: Math.round(Math.max(...gaps)) };
  });
}
