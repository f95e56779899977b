import { Buffer } from "node:buffer";
import { once } from "node:events";
import net from "node:net";
import { ACCEPTED, GOOD } from "../../wire/heads.ts";
import { clientFrame, CLOSE, CLOSE_ANSWER } from "../../wire/octets.ts";

/* Connections that come and go: each of them in one way. */

const HALF_A_FRAME = Buffer.from("81850000000048656c", "hex");
const PROTOCOL_ERROR = Buffer.from("83", "hex");
const MESSAGE = clientFrame(0x82, Buffer.alloc(1000));
const LARGE_MESSAGE = clientFrame(0x82, Buffer.alloc(256 * 1024));
const head = Buffer.from(GOOD, "latin1");

interface Life {
  /** What is written at once. */
  readonly octets: Buffer;
  /** How much is waited for before the end. */
  readonly answer?: number;
  /** By a reset, or by ending one half and waiting for the other. */
  readonly end: "reset" | "end";
}

/** The ways, by where they end. */
const LIVES: Readonly<Record<string, Life>> = {
  "before the head": { octets: Buffer.alloc(0), end: "reset" },
  "inside the head": { octets: head.subarray(0, 50), end: "reset" },
  "behind the head, unanswered": { octets: head, end: "reset" },
  "behind a bad head": { octets: Buffer.from("nonsense\r\n\r\n"), end: "reset" },
  "behind the answer": { octets: head, answer: ACCEPTED.length, end: "reset" },
  "behind a message with the head, unanswered": { octets: Buffer.concat([head, MESSAGE]), end: "reset" },
  "inside a frame": { octets: Buffer.concat([head, HALF_A_FRAME]), answer: ACCEPTED.length, end: "reset" },
  "inside the answer to a message": {
    octets: Buffer.concat([head, LARGE_MESSAGE]),
    answer: ACCEPTED.length + 1000,
    end: "reset",
  },
  "behind a protocol error": { octets: Buffer.concat([head, PROTOCOL_ERROR]), end: "reset" },
  "behind a Close frame": { octets: Buffer.concat([head, CLOSE]), end: "reset" },
  "behind both Close frames": {
    octets: Buffer.concat([head, CLOSE]),
    answer: ACCEPTED.length + CLOSE_ANSWER.length,
    end: "reset",
  },
  "by the end of a half before the head": { octets: Buffer.alloc(0), end: "end" },
  "by the end of a half behind the head": { octets: head, end: "end" },
  "by the end of a half behind a message": { octets: Buffer.concat([head, MESSAGE]), end: "end" },
  "as the protocol says": { octets: Buffer.concat([head, MESSAGE, CLOSE]), end: "end" },
};

export const WAYS: readonly string[] = Object.keys(LIVES);

/** One connection, from its beginning to its end. */
export async function live(port: number, way: string): Promise<void> {
  const { octets, answer = 0, end } = LIVES[way]!;
  const socket = net.connect({ port, host: "127.0.0.1", noDelay: true });
  // Whoever resets may be reset; that the server lives on is asked elsewhere.
  socket.on("error", () => {});
  const gone = new Promise((resolve) => socket.once("close", resolve));
  await Promise.race([once(socket, "connect").catch(() => {}), gone]);
  let received = 0;
  const answered = new Promise<void>((resolve) => {
    socket.on("data", (chunk: Buffer) => (received += chunk.length) >= answer && resolve());
    if (answer === 0) resolve();
  });
  await new Promise<void>((resolve) => void socket.write(octets, () => resolve()));
  await Promise.race([answered, gone]);
  if (end === "reset") socket.resetAndDestroy();
  else socket.end();
  await gone;
}
