import { signal } from "@preact/signals";
import {
  type ClientMessage,
  readServerMessage,
  type ServerMessage,
  SUBPROTOCOL,
} from "../../protocol/messages.ts";

/** The first pause before another try, in milliseconds; each further one is twice as long, up to the longest. */
const FIRST_PAUSE = 400;
const LONGEST_PAUSE = 15_000;
/** Silence after which the server is asked for a sign of life, and then how long it may take. */
const SILENCE = 25_000;
const PATIENCE = 10_000;

export type LinkState =
  | { readonly is: "connecting" | "open" }
  /** `until`: when it will be tried again. */
  | { readonly is: "lost"; readonly until: number };

/** A WebSocket that comes back: one after the other, until the page is gone. */
export class Link {
  readonly state = signal<LinkState>({ is: "connecting" });
  readonly #url: string;
  readonly #opened: () => void;
  readonly #received: (message: ServerMessage) => void;
  #socket: WebSocket | undefined;
  #failures = 0;
  #retry = 0;
  #watch = 0;

  constructor(url: string, opened: () => void, received: (message: ServerMessage) => void) {
    this.#url = url;
    this.#opened = opened;
    this.#received = received;
    addEventListener("online", () => this.connect());
  }

  /** Connects now, whatever the pause said; does nothing where there is a connection. */
  connect(): void {
    if (this.#socket !== undefined) return;
    clearTimeout(this.#retry);
    this.state.value = { is: "connecting" };
    const socket = new WebSocket(this.#url, SUBPROTOCOL);
    this.#socket = socket;
    this.#listen(PATIENCE, () => this.restart());
    // The four events of a WebSocket; an error says nothing that the close after it does not.
    socket.addEventListener("open", () => {
      this.state.value = { is: "open" };
      this.#opened();
    });
    socket.addEventListener("message", ({ data }) => {
      this.#listen(SILENCE, () => this.#ask());
      const reading = readServerMessage(String(data));
      if ("wrong" in reading) return console.warn(`a message that this page does not know: ${reading.wrong}`);
      // Only an answer shows that the server is well; a connection alone may fail again at once.
      this.#failures = 0;
      this.#received(reading.message);
    });
    socket.addEventListener("error", () => {});
    socket.addEventListener("close", ({ code }) => {
      if (this.#socket === socket) this.#lose(code);
    });
  }

  #listen(ms: number, otherwise: () => void): void {
    clearTimeout(this.#watch);
    this.#watch = window.setTimeout(otherwise, ms);
  }

  #ask(): void {
    this.send({ type: "ping" });
    this.#listen(PATIENCE, () => this.restart());
  }

  /** Gives the connection up and makes a new one. The old one's end may take minutes; nobody waits for it. */
  restart(): void {
    const socket = this.#socket;
    if (socket === undefined) return;
    this.#lose(1006);
    socket.close();
  }

  #lose(code: number): void {
    clearTimeout(this.#watch);
    this.#socket = undefined;
    // Sent away for breaking a rule: not at once again.
    if (code === 1008) this.#failures = 10;
    const longest = Math.min(FIRST_PAUSE * 2 ** this.#failures++, LONGEST_PAUSE);
    // With chance in it, so that not everybody comes back in the same moment.
    const pause = longest * (0.5 + Math.random() / 2);
    this.state.value = { is: "lost", until: Date.now() + pause };
    this.#retry = window.setTimeout(() => this.connect(), pause);
  }

  /** Sends where there is a connection; whether there was one. */
  send(message: ClientMessage): boolean {
    if (this.#socket?.readyState !== WebSocket.OPEN) return false;
    this.#socket.send(JSON.stringify(message));
    return true;
  }
}
