// @ts-check
import { parseArgs } from "node:util";

/** @param {string} text */
function readPort(text) {
  if (/^\d{1,5}$/.test(text) && Number(text) < 65536) return Number(text);
  throw new Error(`the port must be a number from 0 to 65535, not ${JSON.stringify(text)}`);
}

/** @param {unknown} error @param {string} place */
function whyNot(error, place) {
  const { code, message } = /** @type {NodeJS.ErrnoException} */ (error);
  if (code === "EADDRINUSE") return `${place} is in use; choose another port with --port N or PORT=N`;
  return message.split("\n")[0];
}

/**
 * Runs a chat until it is interrupted. What stands in its way is told in one line, exit status 2.
 * @param {(where: { port: number, host: string }) => Promise<{ port: number, close(): Promise<void> }>} start
 */
export async function runFromCommandLine(start) {
  let place = "";
  try {
    const { port, host } = parseArgs({
      options: {
        port: { type: "string", default: process.env["PORT"] || "8080" },
        host: { type: "string", default: "127.0.0.1" },
      },
    }).values;
    place = `${host}:${port}`;
    const chat = await start({ port: readPort(port), host });
    console.log(`chat on http://${host === "127.0.0.1" ? "localhost" : host}:${chat.port}`);
    const stop = () => {
      process.off("SIGINT", stop).off("SIGTERM", stop);
      void chat.close();
    };
    process.on("SIGINT", stop).on("SIGTERM", stop);
  } catch (error) {
    console.error(`chat: ${whyNot(error, place)}`);
    process.exitCode = 2;
  }
}
