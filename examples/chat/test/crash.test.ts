import { setTimeout as pause } from "node:timers/promises";
import { expect, it, onTestFinished } from "vitest";
import type { Said } from "../protocol/messages.ts";
import { ChatProcess, temporaryFolder } from "./chat-process.ts";
import { Guest } from "./guest.ts";
import { faultsOf, Talker } from "./talker.ts";

/*
 * The chat is killed while ten writers write, at random moments: every message that was confirmed is there exactly
 * once. CRASHES says how often.
 */

const CRASHES = Number(process.env["CRASHES"] ?? 4);
const WRITERS = ["Ada", "Bob", "Eve", "Zoe", "Ida", "Max", "Leo", "Mia", "Tom", "Una"];
/** Messages of one writer that are under way at a time. */
const AHEAD = 4;

/** All that was said in a room, page by page. */
async function historyOf(port: number): Promise<Said[]> {
  const reader = await Guest.named(port, "Reader");
  const { said, more: isMore } = await reader.next("joined");
  let more = isMore;
  while (more) {
    reader.send({ type: "history", id: "h", room: "lobby", before: said[0]!.seq });
    const page = await reader.next("history");
    said.unshift(...page.said);
    ({ more } = page);
  }
  return said;
}

it(`loses and doubles nothing in ${CRASHES} crashes`, { timeout: 60_000 + CRASHES * 5_000 }, async () => {
  const folder = temporaryFolder();
  let chat = await ChatProcess.start("--data", folder, "--max-rate", "10000");
  const { port } = chat;
  const over = new AbortController();
  const expected = new Map(WRITERS.map((name): [string, string[]] => [name, []]));
  const writers = WRITERS.map((name) => {
    const writer = new Talker({ name, port: () => port });
    onTestFinished(() => writer.stop());
    return writer;
  });
  const write = async (writer: Talker, texts: string[]): Promise<void> => {
    while (!over.signal.aborted) {
      texts.push(`message ${texts.length}`);
      writer.say(texts.at(-1)!);
      await writer.until(() => writer.waiting < AHEAD);
    }
    await writer.until(() => writer.waiting === 0);
  };
  const writing = Promise.all(writers.map((writer, i) => write(writer, expected.get(WRITERS[i]!)!)));

  let underway = 0;
  for (let crash = 0; crash < CRASHES; crash++) {
    const before = writers[0]!.confirmed.size;
    await writers[0]!.until(() => writers[0]!.confirmed.size > before + 10);
    await pause(Math.random() * 400);
    await chat.kill();
    underway += writers.reduce((sum, { waiting }) => sum + waiting, 0);
    chat = await ChatProcess.start("--data", folder, "--max-rate", "10000", "--port", String(port));
  }
  over.abort();
  await writing;
  await chat.kill();

  chat = await ChatProcess.start("--data", folder);
  const history = await historyOf(chat.port);
  console.log(`${CRASHES} crashes: ${history.length} messages, ${underway} of them under way at a crash`);
  expect(faultsOf(history, expected)).toEqual([]);
  expect(history.length).toBe([...expected.values()].flat().length);
  for (const { gaps } of writers) expect(gaps).toEqual([]);
  expect(underway).toBeGreaterThan(0);
});
