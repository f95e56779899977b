import { messageOf } from "../run/run-case.ts";
import { startEcho } from "../run/echo-process.ts";
import { UserError } from "./user-error.ts";

/** Runs `action` against the server that `command` starts, and stops that server again. */
export async function withEcho(command: string, action: (url: string) => Promise<number>): Promise<number> {
  const [program, ...args] = command.split(" ").filter(Boolean);
  if (program === undefined) throw new UserError("--start needs a command");
  const server = await startEcho([program, ...args]).catch((error: unknown) => {
    throw new UserError(messageOf(error));
  });
  try {
    return await action(`ws://127.0.0.1:${server.port}`);
  } finally {
    server.stop();
  }
}
