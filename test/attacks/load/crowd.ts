import { Buffer } from "node:buffer";
import net from "node:net";
import { ACCEPTED, GOOD } from "../../wire/heads.ts";

/* Many open connections at a time. What comes to them is counted and not kept. */

/** Handshakes under way at a time. */
const AT_ONCE = 200;

class Client {
  readonly socket: net.Socket;
  /** Octets behind the answer to the handshake. */
  received = -ACCEPTED.length;
  closed = false;
  #watcher: (() => void) | undefined;

  constructor(port: number) {
    this.socket = net.connect({ port, host: "127.0.0.1", noDelay: true });
    this.socket.on("data", (chunk: Buffer) => this.#note(() => (this.received += chunk.length)));
    this.socket.on("close", () => this.#note(() => (this.closed = true)));
    this.socket.on("error", () => {});
    this.socket.write(GOOD, "latin1");
  }

  #note(change: () => void): void {
    change();
    this.#watcher?.();
  }

  /** Resolves when it has received so much, or is closed. */
  until(size: number): Promise<void> {
    return new Promise((resolve) => {
      this.#watcher = () => {
        if (this.received < size && !this.closed) return;
        this.#watcher = undefined;
        resolve();
      };
      this.#watcher();
    });
  }
}

const clients: Client[] = [];
const some = (from: number, to: number): Client[] => clients.slice(from, to);

/** Opens connections; resolves when all are answered, with how many are open. */
export async function open(port: number, count: number): Promise<number> {
  let left = count;
  const worker = async (): Promise<void> => {
    while (left-- > 0) {
      const client = new Client(port);
      clients.push(client);
      await client.until(0);
    }
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, count) }, worker));
  return clients.filter((client) => !client.closed).length;
}

/** Reads, or does not. */
export function read(from: number, to: number, reading: boolean): void {
  for (const { socket } of some(from, to)) {
    if (reading) socket.resume();
    else socket.pause();
  }
}

/** Octets that came to each, once there are so many or the connection is over. */
export async function received(from: number, to: number, atLeast = 0): Promise<number[]> {
  await Promise.all(some(from, to).map((client) => client.until(atLeast)));
  return some(from, to).map((client) => client.received);
}

/** Writes octets, given in hexadecimal digits, to each; resolves when the system has taken them. */
export async function write(from: number, to: number, digits: string): Promise<void> {
  const octets = Buffer.from(digits, "hex");
  const written = ({ socket }: Client): Promise<void> =>
    new Promise((resolve) => void socket.write(octets, () => resolve()));
  await Promise.all(some(from, to).map(written));
}

/** Resolves when all are closed, whoever does that. */
export async function allClosed(): Promise<void> {
  await Promise.all(clients.map((client) => client.until(Infinity)));
}
