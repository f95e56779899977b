import { Buffer } from "node:buffer";
import { once } from "node:events";
import net from "node:net";
import { ACCEPTED, GOOD } from "../../wire/heads.ts";
import { clientFrame, CLOSE, CLOSE_ANSWER, serverFrames } from "../../wire/octets.ts";

/* A client that sends many messages with numbers, all that the system takes at once, and then a Close frame. */

/** Octets that are made at a time. */
const BATCH = 64 * 1024;

/** Resolves when the server has answered the Close frame; with whether it did. */
export async function sendNumbered(port: number, count: number, size: number): Promise<boolean> {
  const socket = net.connect({ port, host: "127.0.0.1", allowHalfOpen: true });
  let received = Buffer.alloc(0);
  socket.on("data", (chunk: Buffer) => (received = Buffer.concat([received, chunk])));
  const ended = once(socket, "end");
  socket.write(GOOD, "latin1");
  const each = Math.max(1, Math.floor(BATCH / size));
  for (let number = 0; number < count;) {
    const frames: Buffer[] = [];
    for (let i = 0; i < each && number < count; i++, number++) {
      const payload = Buffer.alloc(size);
      payload.writeUInt32BE(number);
      frames.push(clientFrame(0x82, payload));
    }
    if (!socket.write(Buffer.concat(frames))) await once(socket, "drain");
  }
  socket.end(CLOSE);
  await ended;
  // The heartbeat may have asked in between; who does not answer while nobody reads is not given up for it.
  const frames = serverFrames(received.subarray(ACCEPTED.length)).filter(({ first }) => first !== 0x89);
  return frames.length === 1 && frames[0]!.first === CLOSE_ANSWER[0];
}
