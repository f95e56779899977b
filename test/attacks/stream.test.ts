import { Buffer } from "node:buffer";
import { once } from "node:events";
import net from "node:net";
import { expect, it } from "vitest";
import { ACCEPTED, GOOD } from "../wire/heads.ts";
import { clientHeader, CLOSE, CLOSE_ANSWER } from "../wire/octets.ts";
import { startTarget } from "./child.ts";
import { MIB, mib, tell } from "./scale.ts";

/*
 * One message of 1 GiB through a server that sends it back while it arrives. The client compares each octet, and keeps
 * none; nor does the server, however slow the client is.
 */

const GIB = 1024 * MIB;
const PERIOD = 64 * 1024 - 1;
/** Octets of the message, whose position shows: from any place on, as long as a period. */
const pattern = Buffer.from(Array.from({ length: 2 * PERIOD }, (_, at) => ((at % PERIOD) * 151) >> 3));
const octets = (at: number, length: number): Buffer =>
  pattern.subarray(at % PERIOD, (at % PERIOD) + Math.min(length, PERIOD));

/** Reads the fragments of one message and compares what is in them. */
class Echo {
  received = 0;
  fragments = 0;
  wrong = 0;
  #header: Buffer = Buffer.alloc(0);
  #left = 0;
  #fin = false;

  /** Returns what is behind the message. */
  read(chunk: Buffer): Buffer {
    let at = 0;
    while (at < chunk.length) {
      if (this.#left > 0) {
        const part = chunk.subarray(at, at + Math.min(this.#left, PERIOD));
        if (!part.equals(octets(this.received, part.length))) this.wrong++;
        this.received += part.length;
        this.#left -= part.length;
        at += part.length;
      } else if (this.#fin) {
        break;
      } else {
        this.#header = Buffer.concat([this.#header, chunk.subarray(at, ++at)]);
        this.#tryHeader();
      }
    }
    return chunk.subarray(at);
  }

  #tryHeader(): void {
    const header = this.#header;
    const second = header[1] ?? 0;
    const size = second < 126 ? 2 : second === 126 ? 4 : 10;
    if (header.length < size) return;
    this.#left =
      size === 2 ? second : size === 4 ? header.readUInt16BE(2) : Number(header.readBigUInt64BE(2));
    this.#fin = header[0]! >= 0x80;
    this.fragments++;
    this.#header = Buffer.alloc(0);
  }
}

/** Sends a message of a size in frames of 64 MiB; resolves when the server has answered all of it and the close. */
async function exchange(port: number, size: number): Promise<Echo> {
  const socket = net.connect({ port, host: "127.0.0.1", allowHalfOpen: true });
  const echo = new Echo();
  let before = ACCEPTED.length;
  const rest: Buffer[] = [];
  socket.on("data", (chunk: Buffer) => {
    const head = Math.min(before, chunk.length);
    before -= head;
    rest.push(echo.read(chunk.subarray(head)));
  });
  const ended = once(socket, "end");
  socket.write(GOOD, "latin1");
  const frame = 64 * MIB;
  for (let at = 0; at < size;) {
    if (at % frame === 0) {
      const length = Math.min(frame, size - at);
      socket.write(clientHeader((at === 0 ? 2 : 0) | (at + length === size ? 0x80 : 0), length));
    }
    const chunk = octets(at, Math.min(frame - (at % frame), size - at));
    at += chunk.length;
    if (!socket.write(chunk)) await once(socket, "drain");
  }
  socket.end(CLOSE);
  await ended;
  expect(Buffer.concat(rest)).toEqual(CLOSE_ANSWER);
  return echo;
}

it("a message of 1 GiB goes through a streaming echo in less than 32 MiB", async () => {
  const { server, port } = await startTarget("streamingEcho", { maxPayload: 2 * GIB });
  // What the engine needs to get going is no matter of the size; nor is its garbage, of which V8 lets lie up to 32 MiB.
  await exchange(port, 256 * MIB);
  await server.ask("mark");
  const { received, fragments, wrong } = await exchange(port, GIB);
  const { peak, peakGrowth, held } = await server.ask("figures");
  tell("1 GiB, streamed", {
    fragments,
    "peak memory +": mib(peak),
    "more than for 256 MiB": mib(peakGrowth),
    "in use afterwards +": mib(held),
  });
  expect([received, wrong]).toEqual([GIB, 0]);
  expect(peakGrowth).toBeLessThan(32 * MIB);
  expect((await server.ask("counts")).closed).toEqual({ 1005: 2 });
});
