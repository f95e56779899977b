import type { Page } from "playwright-core";
import type { Visit } from "../../../test/chromium.ts";

/*
 * People at the page: what they do and see, in the words of a test.
 */

type Options = Parameters<Visit>[1];

export class Visitor {
  readonly page: Page;

  constructor(page: Page) {
    this.page = page;
  }

  /** Comes to the chat for the first time, and takes a name. */
  static async enter(visit: Visit, url: string, name: string, options?: Options): Promise<Visitor> {
    const visitor = new Visitor(await visit(url, options));
    await visitor.page.getByLabel("Your nickname").fill(name);
    await visitor.page.getByRole("button", { name: /^Enter/ }).click();
    await visitor.connected();
    return visitor;
  }

  /** Resolves when the connection is in this state. */
  async state(state: "connecting" | "open" | "lost" | "unsaved"): Promise<void> {
    await this.page.locator(`.status[data-state=${state}]`).waitFor({ state: "attached" });
  }

  /** Resolves when the connection is well and the room entered. */
  async connected(): Promise<void> {
    await this.state("open");
    await this.page.locator(".people li", { hasText: "you" }).waitFor({ state: "attached" });
  }

  async say(text: string): Promise<void> {
    await this.page.getByRole("textbox", { name: /^Message to/ }).fill(text);
    await this.page.keyboard.press("Enter");
  }

  /** Resolves when a text is shown as a stored message. */
  async sees(text: string): Promise<void> {
    await this.page.locator(".message[data-seq] .text").getByText(text, { exact: true }).waitFor();
  }

  /** The texts of all stored messages that are shown, in their order. */
  texts(): Promise<string[]> {
    return this.page.locator(".message[data-seq] .text").allInnerTexts();
  }

  async open(room: string): Promise<void> {
    await this.page
      .getByRole("navigation")
      .getByRole("button", { name: new RegExp(`^${room}`) })
      .click();
    await this.page.getByRole("heading", { level: 1, name: room }).waitFor();
  }
}
