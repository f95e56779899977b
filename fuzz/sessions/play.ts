import { mkdtempSync, rmSync } from "node:fs";
import http from "node:http";
import net from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { WebSocketServer as OtherServer } from "ws";
import { VIOLATIONS } from "../../src/frame/violation.ts";
import { WebSocketServer } from "../../src/index.ts";
import { digits } from "../oracles/connection.ts";
import { readSlowFrame, type SlowFrame } from "../oracles/frame.ts";

/*
 * Two servers that echo, ours and ws, and a client that plays them octets. They listen on unix sockets, so that
 * thousands of connections leave no ports behind.
 */

const REQUEST = [
  "GET / HTTP/1.1",
  "Host: localhost",
  "Upgrade: websocket",
  "Connection: Upgrade",
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
  "Sec-WebSocket-Version: 13",
];

export interface Played {
  /** The frames of the answer but the Close frame: first octet and payload. */
  readonly answers: readonly string[];
  /** The Close frame of the answer. */
  readonly closeCode: number | undefined;
  readonly closeReason: string;
  /** What the application was told at the end; undefined for a violation, of which ws does not tell the code. */
  readonly toldCode: number | undefined;
}

export interface PlayedServer {
  play(octets: readonly Uint8Array[], offer?: string): Promise<Played>;
  stop(): Promise<void>;
}

/** What our server says of violations. */
const SENTENCES: ReadonlySet<string> = new Set(Object.values(VIOLATIONS).map(({ message }) => message));

/** What a client sees of a connection on which it sends these chunks and then ends its half. */
async function talk(path: string, chunks: readonly Uint8Array[], offer: string | undefined): Promise<Buffer> {
  const socket = net.connect({ path, allowHalfOpen: true });
  const received: Buffer[] = [];
  socket.on("data", (chunk) => received.push(chunk));
  // A server that has heard enough may reset what is still being written.
  socket.on("error", () => {});
  const closed = new Promise((resolve) => socket.on("close", resolve));
  const lines = offer === undefined ? REQUEST : [...REQUEST, `Sec-WebSocket-Extensions: ${offer}`];
  socket.write(`${lines.join("\r\n")}\r\n\r\n`);
  for (const chunk of chunks) {
    socket.write(chunk);
    await setImmediate();
  }
  socket.end();
  await closed;
  const all = Buffer.concat(received);
  const end = all.indexOf("\r\n\r\n") + 4;
  if (!all.subarray(0, end).toString("latin1").startsWith("HTTP/1.1 101 ")) throw new Error("no handshake");
  return all.subarray(end);
}

function read(octets: Buffer, toldCode: number | undefined): Played {
  const frames: SlowFrame[] = [];
  for (let rest: Uint8Array = octets; rest.length > 0; rest = frames.at(-1)!.rest) {
    frames.push(readSlowFrame(rest));
    if (!frames.at(-1)!.complete) throw new Error("half a frame came");
  }
  const close = frames.find(({ first }) => first === 0x88)?.payload;
  if (close !== undefined && frames.at(-1)!.first !== 0x88)
    throw new Error("a frame came behind the Close frame");
  return {
    answers: frames
      .filter(({ first }) => first !== 0x88)
      .map(({ first, payload }) => `${first.toString(16)} ${digits(payload)}`),
    closeCode: close === undefined ? undefined : close.length < 2 ? 1005 : close[0]! * 256 + close[1]!,
    closeReason: Buffer.from(close?.subarray(2) ?? []).toString(),
    toldCode,
  };
}

interface Limits {
  readonly maxPayload: number;
  readonly compressed: boolean;
}

/** Where a server listens, and the close codes that its application is told, in order. */
class Place {
  readonly folder: string = mkdtempSync(join(tmpdir(), "handfast-play-"));
  readonly path: string = join(this.folder, "s");
  #codes: (number | undefined)[] = [];
  #waiting: ((code: number | undefined) => void)[] = [];

  told(code: number | undefined): void {
    const waiting = this.#waiting.shift();
    if (waiting === undefined) this.#codes.push(code);
    else waiting(code);
  }

  async play(chunks: readonly Uint8Array[], offer?: string): Promise<Played> {
    const octets = await talk(this.path, chunks, offer);
    if (this.#codes.length > 0) return read(octets, this.#codes.shift());
    return read(octets, await new Promise<number | undefined>((resolve) => this.#waiting.push(resolve)));
  }

  remove(): void {
    rmSync(this.folder, { recursive: true });
  }
}

export async function playOurs({ maxPayload, compressed }: Limits): Promise<PlayedServer> {
  const place = new Place();
  const server = new WebSocketServer({
    maxPayload,
    perMessageDeflate: compressed ? { threshold: Number.MAX_SAFE_INTEGER } : false,
    message: (socket, message) => void socket.send(message),
    close: (_, code, reason) => place.told(SENTENCES.has(reason) ? undefined : code),
  });
  await server.listen({ path: place.path });
  const stop = async (): Promise<void> => {
    await server.close();
    place.remove();
  };
  return { play: (chunks, offer) => place.play(chunks, offer), stop };
}

export async function playWs({ maxPayload, compressed }: Limits): Promise<PlayedServer> {
  const place = new Place();
  const listener = http.createServer();
  const perMessageDeflate = compressed ? { threshold: 1e9 } : false;
  const server = new OtherServer({ server: listener, maxPayload, perMessageDeflate });
  server.on("connection", (socket) => {
    let violated = false;
    socket.on("error", (error: NodeJS.ErrnoException) => {
      violated ||= error.code?.startsWith("WS_ERR") === true;
    });
    socket.on("message", (data, binary) => socket.send(data, { binary }));
    socket.on("close", (code) => place.told(violated ? undefined : code));
  });
  await new Promise<void>((resolve) => listener.listen(place.path, resolve));
  const stop = async (): Promise<void> => {
    server.close();
    await new Promise((resolve) => listener.close(resolve));
    place.remove();
  };
  return { play: (chunks, offer) => place.play(chunks, offer), stop };
}
