import { createServer, type IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { Scheduler } from "fast-check";
import type { Message, MessageStream, ServerSocket } from "../../src/index.ts";
import { WebSocketServer } from "../../src/index.ts";
import { octetsOf, type WireFrame } from "../arbitraries/frame.ts";
import { readSlowFrame } from "../oracles/frame.ts";
import { link } from "./link.ts";

/*
 * One connection of a server whose hooks take their time, over a link in memory. Every step of the client, of the
 * application and of each hook waits for the scheduler, which lets them happen in any order.
 */

export type ClientStep =
  "message" | "fragments" | "ping" | "close" | "end" | "destroy" | "stall" | "read" | "violate";
export type AppStep = "send" | "large" | "ping" | "close" | "terminate" | "shutdown";
export type Mode = "message" | "stream" | "iterate" | "iterate streams";

export interface Plan {
  readonly mode: Mode;
  readonly client: readonly ClientStep[];
  readonly app: readonly AppStep[];
  /** Which hooks take their time. */
  readonly slow: { readonly upgrade: boolean; readonly open: boolean; readonly message: boolean };
  /** The number of the message whose hook fails; none where it is above. */
  readonly fails: number;
  readonly readAhead: number;
}

const LARGE = "x".repeat(40_000);

export class Race {
  readonly #s: Scheduler;
  readonly #plan: Plan;
  readonly #client: Duplex;
  readonly #transport: Duplex;
  readonly #server: WebSocketServer;
  #received: Buffer = Buffer.alloc(0);
  #socket: ServerSocket | undefined;
  #inHook = 0;
  /** What the client has sent, and what of it was begun and handled. */
  readonly sent: string[] = [];
  readonly begun: string[] = [];
  readonly handled: string[] = [];
  readonly closes: number[] = [];
  readonly failures: unknown[] = [];
  /** What must not have happened. */
  readonly wrongs: string[] = [];
  opened = 0;
  /** The client has gone, or broken a rule. */
  cut = false;
  /** The application has ended it, or failed. */
  ended = false;

  constructor(s: Scheduler, plan: Plan) {
    this.#s = s;
    this.#plan = plan;
    ({ client: this.#client, server: this.#transport } = link());
    const iterates = plan.mode.startsWith("iterate");
    this.#server = new WebSocketServer({
      readAhead: plan.readAhead,
      upgrade: () => this.#wait(plan.slow.upgrade, undefined),
      open: (socket) => this.#open(socket),
      ...(iterates
        ? {}
        : { [plan.mode]: (_: ServerSocket, message: Message & MessageStream) => this.#handle(message) }),
      close: (_, code) => {
        // A message that is cut is being read when its end comes; so may be the last one of an iteration.
        const mayBeRead = this.#plan.mode !== "message" && (this.cut || this.ended);
        if (this.#inHook > 0 && !mayBeRead) this.wrongs.push("close was told inside of a message's hook");
        this.closes.push(code);
      },
      error: (error) => void this.failures.push(error),
    });
    this.#client.on("data", (chunk: Buffer) => (this.#received = Buffer.concat([this.#received, chunk])));
    this.#client.on("error", () => {});
  }

  /** Plays the plan to its end, and then ends what is left. */
  async run(): Promise<void> {
    const doors = createServer();
    this.#server.attach(doors);
    const rawHeaders = ["Host", "a", "Upgrade", "websocket", "Connection", "Upgrade"];
    rawHeaders.push("Sec-WebSocket-Version", "13", "Sec-WebSocket-Key", "dGhlIHNhbXBsZSBub25jZQ==");
    const request = { method: "GET", url: "/", httpVersion: "1.1", rawHeaders };
    doors.emit("upgrade", request as IncomingMessage, this.#transport, Buffer.alloc(0));
    const actors = [this.#actClient(), this.#actApp()];
    await this.#idle();
    await Promise.all(actors);
    this.#client.resume();
    await this.#idle();
    const over = this.#server.close();
    await this.#idle();
    this.#client.destroy();
    await this.#idle();
    await over;
  }

  /** What the client got behind the head: texts and the Close frame's code, in order. */
  get answers(): string[] {
    const end = this.#received.indexOf("\r\n\r\n");
    const list: string[] = [];
    let rest: Uint8Array = end < 0 ? this.#received.subarray(0, 0) : this.#received.subarray(end + 4);
    while (rest.length > 0) {
      const frame = readSlowFrame(rest);
      if (!frame.complete) break;
      const text = Buffer.from(frame.payload).toString();
      if (frame.first === 0x81) list.push(text);
      if (frame.first === 0x88) list.push(`close ${frame.payload[0]! * 256 + frame.payload[1]!}`);
      rest = frame.rest;
    }
    return list;
  }

  get left(): { sockets: number; handshakes: number } {
    return { sockets: this.#server.sockets.size, handshakes: this.#server.stats().handshakes };
  }

  /** Until nothing is scheduled and nothing moves. */
  async #idle(): Promise<void> {
    for (let quiet = 0; quiet < 4; quiet++) {
      while (this.#s.count() > 0) {
        await this.#s.waitOne();
        quiet = 0;
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
  }

  async #wait<T>(slow: boolean, value: T): Promise<T> {
    return slow ? this.#s.schedule(Promise.resolve(value)) : value;
  }

  async #actClient(): Promise<void> {
    for (const step of this.#plan.client) {
      await this.#s.schedule(Promise.resolve(), `client: ${step}`);
      if (!this.#client.destroyed && !this.#client.writableEnded) this.#takeClientStep(step);
    }
  }

  #takeClientStep(step: ClientStep): void {
    const client = this.#client;
    const frame: WireFrame = {
      fin: true,
      rsv: 0,
      opcode: 1,
      key: 7,
      payload: new Uint8Array(0),
      lengthForm: "short",
    };
    const write = (...frames: Partial<WireFrame>[]): void =>
      void client.write(octetsOf(frames.map((one) => ({ ...frame, ...one }))));
    const text = `message ${this.sent.length}`;
    const [head, tail] = [Buffer.from(text.slice(0, 3)), Buffer.from(text.slice(3))];
    if (step === "message" || step === "fragments") this.sent.push(text);
    if (step === "message") write({ payload: Buffer.from(text) });
    else if (step === "fragments")
      write({ fin: false, payload: head }, { opcode: 9 }, { opcode: 0, payload: tail });
    else if (step === "ping") write({ opcode: 9 });
    else if (step === "close") {
      write({ opcode: 8, payload: Uint8Array.of(3, 232) });
      this.#client.end();
    } else if (step === "stall") client.pause();
    else if (step === "read") client.resume();
    else {
      this.cut = true;
      if (step === "violate") write({ opcode: 3 });
      else if (step === "end") client.end();
      else client.destroy();
    }
  }

  async #actApp(): Promise<void> {
    for (const step of this.#plan.app) {
      await this.#s.schedule(Promise.resolve(), `application: ${step}`);
      if (step === "shutdown") {
        this.ended = true;
        void this.#server.close();
      } else if (this.#socket !== undefined) this.#takeAppStep(step, this.#socket);
    }
  }

  #takeAppStep(step: AppStep, socket: ServerSocket): void {
    if (step === "close" || step === "terminate") {
      this.ended = true;
      socket[step]();
    } else if (socket.state === "open") {
      if (step === "ping") socket.ping();
      else void socket.send(step === "large" ? LARGE : "sent");
    }
  }

  async #open(socket: ServerSocket): Promise<void> {
    this.opened++;
    this.#socket = socket;
    if (this.closes.length > 0) this.wrongs.push("open was told behind close");
    if (this.#plan.mode === "iterate") return this.#iterate(socket);
    if (this.#plan.mode === "iterate streams") return this.#iterate(socket.streams());
    await this.#wait(this.#plan.slow.open, undefined);
    if (this.begun.length > 0) this.wrongs.push("a message was told before open was through");
  }

  async #iterate(messages: AsyncIterable<Message | MessageStream>): Promise<void> {
    await this.#wait(this.#plan.slow.open, undefined);
    for await (const message of messages) await this.#handle(message);
  }

  async #handle(message: Message | MessageStream): Promise<void> {
    if (this.#inHook++ > 0) this.wrongs.push("two messages are handled at a time");
    // An iteration hears of the end when it asks for more, hooks before.
    if (this.closes.length > 0 && !this.#plan.mode.startsWith("iterate"))
      this.wrongs.push("a message came behind close");
    try {
      await this.#work(message);
    } finally {
      this.#inHook--;
    }
  }

  async #work(message: Message | MessageStream): Promise<void> {
    const number = this.begun.length;
    let text: string;
    if ("bytes" in message) {
      text = Buffer.from(message.bytes).toString();
      this.begun.push(text);
    } else {
      this.begun.push(this.sent[number]!);
      const pieces: Uint8Array[] = [];
      for await (const piece of message) {
        pieces.push(piece);
        await this.#wait(this.#plan.slow.message, undefined);
      }
      text = Buffer.concat(pieces).toString();
    }
    await this.#wait(this.#plan.slow.message, undefined);
    if (number === this.#plan.fails) {
      this.ended = true;
      throw new Error("the hook fails");
    }
    this.handled.push(text);
    if (this.#socket!.state === "open") void this.#socket!.send(`answer to ${text}`);
  }
}
