import { once } from "node:events";
import { onTestFinished } from "vitest";
import { WebSocket } from "ws";
import {
  type ClientMessage,
  readServerMessage,
  type ServerMessage,
  type ServerMessageOf,
  SUBPROTOCOL,
} from "../protocol/messages.ts";

/** A key for each name, so that who comes again is the same person. */
export const keyOf = (name: string): string =>
  Buffer.from(name.padEnd(16, "_")).toString("base64url").slice(0, 22);

type Hello = Partial<Omit<Extract<ClientMessage, { type: "hello" }>, "type">>;

/** Somebody who speaks chat.v1, and reads what comes one by one. */
export class Guest {
  readonly socket: WebSocket;
  /** What came and was not yet read. */
  readonly heard: ServerMessage[] = [];
  welcome: ServerMessageOf<"welcome"> | undefined;
  #awaited: (() => void) | undefined;
  #ids = 0;

  constructor(port: number, protocols: string | string[] = SUBPROTOCOL) {
    this.socket = new WebSocket(`ws://127.0.0.1:${port}/chat`, protocols);
    onTestFinished(() => this.socket.terminate());
    this.socket.on("error", () => {});
    this.socket.on("close", () => this.#awaited?.());
    this.socket.on("message", (data: Buffer) => {
      const reading = readServerMessage(data.toString());
      if ("wrong" in reading) throw new Error(`${reading.wrong}: ${data.toString()}`);
      this.heard.push(reading.message);
      this.#awaited?.();
    });
  }

  /** Somebody who has not said anything yet. */
  static async connected(port: number): Promise<Guest> {
    const guest = new Guest(port);
    await once(guest.socket, "open");
    return guest;
  }

  /** Somebody with a name, in rooms. */
  static async named(
    port: number,
    name: string,
    hello: Hello = { rooms: [{ room: "lobby" }] },
  ): Promise<Guest> {
    const guest = await Guest.connected(port);
    guest.hello(name, hello);
    guest.welcome = await guest.next("welcome");
    return guest;
  }

  hello(name: string, hello: Hello = {}): void {
    this.send({ type: "hello", key: keyOf(name), name, rooms: [], ...hello });
  }

  send(message: ClientMessage): void {
    this.socket.send(JSON.stringify(message));
  }

  /** Says something; returns the id of the request. */
  say(text: string, room = "lobby", id = `say-${this.#ids++}`): string {
    this.send({ type: "say", id, room, text });
    return id;
  }

  /** The next message of a type, and everything before it is forgotten; rejects when the connection is gone. */
  async next<T extends ServerMessage["type"]>(type: T): Promise<ServerMessageOf<T>> {
    for (;;) {
      const message = this.heard.shift();
      if (message?.type === type) return message as ServerMessageOf<T>;
      if (message !== undefined) continue;
      if (this.socket.readyState === WebSocket.CLOSED) throw new Error(`gone before ${type}`);
      await new Promise<void>((resolve) => (this.#awaited = resolve));
    }
  }

  /** Resolves with the code and reason of its end. */
  async ended(): Promise<[code: number, reason: string]> {
    const [code, reason] = (await once(this.socket, "close")) as [number, Buffer];
    return [code, reason.toString()];
  }
}
