import { fileURLToPath } from "node:url";
import { LocalHall } from "../storage/local-hall.ts";
import { RedisHall } from "../storage/redis/redis-hall.ts";
import { type OpenHall, startChat } from "./chat.ts";
import { HELP, readSettings, type Settings } from "./settings.ts";

/* The chat as a program, beside the page and the worker that the build puts into the same folder. */

const place = (name: string): URL => new URL(name, import.meta.url);

function hallFor({ data, redisUrl }: Settings): OpenHall {
  if (redisUrl !== undefined) return (events, limits) => RedisHall.open(redisUrl, events, limits);
  return (events, limits) => LocalHall.open(place("ledger-worker.js"), data, events, limits);
}

/** What stands in the way, in one line. */
function whyNot(error: unknown, { port, data }: { port?: number; data?: string }): string {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code === "EADDRINUSE") return `port ${port} is in use; choose another with --port N or PORT=N`;
  if (/database is locked/.test(message)) return `another chat has its history in ${data}; see --data`;
  return message.split("\n")[0]!;
}

async function run(): Promise<void> {
  let settings: Settings | undefined;
  try {
    const read = readSettings(process.argv.slice(2), process.env, fileURLToPath(place("../data")));
    if (read === "help") return console.log(HELP);
    settings = read;
    const log = (line: string): void => console.error(`${new Date().toISOString()} ${line}`);
    const chat = await startChat(settings, hallFor(settings), fileURLToPath(place("page/")), log);
    const { host } = settings;
    console.log(`chat on http://${host === "127.0.0.1" ? "localhost" : host}:${chat.port}`);
    const stop = (): void => {
      process.off("SIGINT", stop).off("SIGTERM", stop);
      void chat.close();
    };
    process.on("SIGINT", stop).on("SIGTERM", stop);
  } catch (error) {
    console.error(`chat: ${whyNot(error, settings ?? {})}`);
    process.exitCode = 2;
  }
}

await run();
