import { describe, expect, it } from "vitest";
import { missing, useChromium } from "../../../test/chromium.ts";
import { ChatProcess, temporaryFolder } from "./chat-process.ts";
import { Guest } from "./guest.ts";
import { Visitor } from "./people.ts";
import { missing as missingRedis, RedisProcess } from "./redis-process.ts";

/* The chat as people use it, in a real browser, with the built program behind it. */

if (missing !== undefined) console.warn(`skipped: the chat in Chromium: ${missing}`);

describe.skipIf(missing !== undefined)("in Chromium", () => {
  const visit = useChromium();
  const start = (...args: string[]): Promise<ChatProcess> =>
    ChatProcess.start("--data", temporaryFolder(), ...args);

  it("two people talk in two rooms, and see what they have not read", async () => {
    const { url } = await start();
    const ada = await Visitor.enter(visit, url, "Ada");
    const bob = await Visitor.enter(visit, url, "Bob");
    await ada.page.getByText("Bob came in").waitFor();
    await ada.say("hello Bob\n  second line");
    await bob.sees("hello Bob\n  second line");
    await ada.page.getByText("saved").waitFor({ state: "attached" });
    await bob.page.getByRole("textbox", { name: "Message to lobby" }).pressSequentially("I am…");
    await ada.page.getByText("Bob is writing…").waitFor();

    await bob.open("kitchen");
    await bob.say("tea?");
    await ada.say("where are you?");
    await ada.say("Bob?");
    await bob.page.getByRole("button", { name: "lobby 2 unread" }).waitFor();
    expect(await bob.page.title()).toBe("(2) kitchen · Handfast chat");
    await bob.open("lobby");
    await bob.sees("Bob?");
    await bob.page.getByRole("button", { name: "lobby", exact: true }).waitFor();
    await ada.open("kitchen");
    await ada.sees("tea?");
    expect(await ada.texts()).toEqual(["tea?"]);
  });

  it("script and markup in names and texts stay text, and links are links", async () => {
    const { url } = await start();
    const name = "<img src=x onerror=1>";
    const mallory = await Visitor.enter(visit, url, name);
    const ada = await Visitor.enter(visit, url, "Ada");
    const alarms: string[] = [];
    ada.page.on("dialog", (dialog) => void alarms.push(dialog.message()));
    const texts = [
      "<script>alert(1)</script><b onclick=alert(1)>bold</b>",
      "javascript:alert(1) data:text/html,x [x](javascript:alert(1))",
      "file:///etc/passwd ftp://example.com/x ada@example.com",
      "see https://example.com/a?b=c&d=<e>, or example.org!",
    ];
    for (const text of texts) {
      await mallory.say(text);
      await ada.sees(text);
    }
    await ada.page.locator(".people").getByText(name, { exact: true }).waitFor();
    await ada.page.locator(".head").getByText(name, { exact: true }).first().waitFor();
    expect(await ada.page.locator(".message :is(img, b, script)").count()).toBe(0);
    const links = await ada.page
      .locator(".message a")
      .evaluateAll((all) => all.map((a) => a.getAttribute("href")));
    expect(links).toEqual(["https://example.com/a?b=c&d=<e>", "https://example.org"]);
    expect(await ada.page.locator(".message a").first().getAttribute("rel")).toContain("noopener noreferrer");
    expect(alarms).toEqual([]);
  });

  it("a reload keeps name, history and what was not yet sent", async () => {
    const chat = await start();
    const ada = await Visitor.enter(visit, chat.url, "Ada");
    await ada.say("before");
    await ada.sees("before");
    await ada.open("kitchen");
    await ada.page.reload();
    await ada.connected();
    expect(await ada.page.locator(".me .name").innerText()).toBe("Ada");
    await ada.page.getByRole("heading", { level: 1, name: "kitchen" }).waitFor();
    await ada.open("lobby");
    await ada.sees("before");
    expect(await ada.texts()).toEqual(["before"]);
  });

  it("the server restarts under them: it says so, and goes on without loss", async () => {
    const folder = temporaryFolder();
    let chat = await ChatProcess.start("--data", folder);
    const { port, url } = chat;
    const ada = await Visitor.enter(visit, url, "Ada");
    const bob = await Visitor.enter(visit, url, "Bob");
    await ada.say("first");
    await bob.sees("first");
    await chat.kill();
    await Promise.all([ada.state("lost"), bob.state("lost")]);
    await ada.page.getByText("Connection lost.").waitFor();
    await ada.say("from Ada, meanwhile");
    await bob.say("from Bob, meanwhile");
    await ada.page.getByText("sending…").waitFor();
    chat = await ChatProcess.start("--data", folder, "--port", String(port));
    for (const each of [ada, bob]) {
      await each.sees("from Ada, meanwhile");
      await each.sees("from Bob, meanwhile");
      await each.state("open");
      expect((await each.texts()).toSorted()).toEqual([
        "first",
        "from Ada, meanwhile",
        "from Bob, meanwhile",
      ]);
      expect(await each.page.locator(".pending").count()).toBe(0);
    }
  });

  it("an address leads into its room, and nobody is in more rooms than may be", async () => {
    const { url } = await start();
    const ada = await Visitor.enter(visit, `${url}#Tea%20Party`, "Ada");
    await ada.page.getByRole("heading", { level: 1, name: "tea-party" }).waitFor();
    for (let i = 0; i < 9; i++) {
      // A room that is opened takes the focus.
      await ada.page.locator("#text:focus").waitFor();
      await ada.page.getByLabel("Open a room").fill(`room ${i}`);
      await ada.page.keyboard.press("Enter");
      await ada.page.getByRole("heading", { level: 1, name: `room-${i}` }).waitFor();
    }
    await ada.page.getByText("You can be in 10 rooms at a time.").waitFor();
    await ada.page.reload();
    await ada.connected();
    await ada.page.getByRole("heading", { level: 1, name: "room-8" }).waitFor();
    await ada.say("in the one I came for");
    await ada.sees("in the one I came for");
  });

  it("the eleventh user of a room for ten is refused in a friendly way, and let in later", async () => {
    const { url, port } = await start("--max-users", "10", "--grace", "0");
    const ten = await Promise.all(Array.from({ length: 10 }, (_, i) => Guest.named(port, `Guest ${i}`)));
    await Promise.all(ten.map((guest) => guest.next("joined")));
    const visitor = new Visitor(await visit(url));
    await visitor.page.getByLabel("Your nickname").fill("Eleventh");
    await visitor.page.keyboard.press("Enter");
    await visitor.page.getByText("All 10 places in this room are taken").waitFor();
    ten[0]!.socket.close();
    await ten[1]!.next("went");
    await visitor.page.getByRole("button", { name: "Try again" }).click();
    await visitor.connected();
    await visitor.say("here I am");
    await visitor.sees("here I am");
  });

  it("names that are taken or cannot be had are refused in words, and another can be tried", async () => {
    const { url } = await start();
    await Visitor.enter(visit, url, "Ada");
    const { page } = new Visitor(await visit(url));
    for (const [name, words] of [
      ["Аdа", "is somebody else's"],
      ["system", "could be taken for the chat itself"],
    ] as const) {
      await page.getByLabel("Your nickname").fill(name);
      await page.keyboard.press("Enter");
      await page.getByRole("alert").getByText(words).waitFor();
    }
    await page.getByLabel("Your nickname").fill("Grace");
    await page.keyboard.press("Enter");
    await new Visitor(page).connected();
    // Another one later: everybody sees it.
    const visitor = new Visitor(page);
    await page.getByRole("button", { name: "Rename" }).click();
    await page.getByRole("button", { name: "Stay Grace" }).click();
    await page.getByRole("button", { name: "Rename" }).click();
    await page.getByLabel("Your nickname").fill("Hopper");
    await page.keyboard.press("Enter");
    await page.locator(".people").getByText("Hopper").waitFor({ state: "attached" });
    await visitor.say("it is me");
    await visitor.sees("it is me");
    await page.locator(".head").getByText("Hopper").waitFor({ state: "attached" });
  });

  it("everything can be done with the keyboard alone", async () => {
    const { url } = await start();
    const { page } = new Visitor(await visit(url));
    const { keyboard } = page;
    const focused = (): Promise<string> =>
      page.evaluate(() => {
        const { activeElement: at } = document;
        return at?.getAttribute("aria-label") ?? at?.id ?? "";
      });
    await keyboard.type("Ada");
    await keyboard.press("Enter");
    const visitor = new Visitor(page);
    await visitor.connected();
    await expect.poll(focused).toBe("text");
    await keyboard.type("one");
    await keyboard.press("Shift+Enter");
    await keyboard.type("two");
    await keyboard.press("Enter");
    await visitor.sees("one\ntwo");
    // Emoji: open, one to the right, one down, take it; Escape gives the focus back.
    await keyboard.press("Tab");
    expect(await focused()).toBe("Emoji");
    await keyboard.press("Enter");
    await expect.poll(focused).toBe("grinning");
    await keyboard.press("ArrowRight");
    await keyboard.press("ArrowDown");
    await keyboard.press("Enter");
    await keyboard.press("Enter");
    await visitor.sees("😴");
    await keyboard.press("Tab");
    await keyboard.press("Enter");
    await expect.poll(focused).toBe("grinning");
    await keyboard.press("Escape");
    expect(await focused()).toBe("Emoji");
    // Back through the conversation and the header to the rooms, and into a new one.
    for (let i = 0; i < 20 && (await focused()) !== "new-room"; i++) await keyboard.press("Shift+Tab");
    await keyboard.type("Tea Party!");
    await keyboard.press("Enter");
    await page.getByRole("heading", { level: 1, name: "tea-party" }).waitFor();
    await expect.poll(focused).toBe("text");
    await keyboard.type("by key alone");
    await keyboard.press("Enter");
    await visitor.sees("by key alone");
  });

  it.skipIf(missingRedis !== undefined)("people are told while Redis is away", async () => {
    const redis = await RedisProcess.start();
    const { url } = await ChatProcess.start("--redis-url", redis.url);
    const ada = await Visitor.enter(visit, url, "Ada");
    await redis.kill();
    await ada.state("unsaved");
    await ada.page.getByText("Nothing can be saved just now.").waitFor();
    await ada.say("kept");
    await ada.page.getByText("sending…").waitFor();
    // A reload finds the chat as it is, and what was written is still there.
    await ada.page.reload();
    await ada.state("unsaved");
    await ada.page.getByText("sending…").waitFor();
    await redis.restart();
    await ada.sees("kept");
    await ada.state("open");
    expect(await ada.texts()).toEqual(["kept"]);
  });
});
