// @ts-check

/**
 * Runs an example until it is interrupted, where it is the program that was started.
 * @param {string} file
 * @param {(port: number) => Promise<{ server: import("node:net").Server, close(): Promise<unknown> }>} start
 */
export async function runFromCommandLine(file, start) {
  if (file !== process.argv[1]) return;
  const { close } = await start(Number(process.env["PORT"] || "8080"));
  console.log(`http://localhost:${process.env["PORT"] || "8080"}, with a WebSocket at /chat`);
  process.once("SIGINT", () => void close());
}
