import { signal } from "@preact/signals";
import type { ClientMessage, ServerMessageOf } from "../../protocol/messages.ts";
import { newKey, pendingShelf } from "./keep.ts";

/** A message of ours that the server has not yet confirmed. */
export interface Letter {
  readonly ref: string;
  readonly room: string;
  readonly text: string;
  readonly at: number;
  /** The server has it; the message itself is on its way to us. */
  readonly stored?: boolean;
  /** Why the server will not take it; undefined as long as it may. */
  readonly refused?: string;
}

const isOpen = ({ stored, refused }: Letter): boolean => stored !== true && refused === undefined;

/**
 * What was said here and is not yet stored there. One after the other is sent until the server confirms it, over as
 * many connections as that takes: its `ref` makes it one message however often it is sent.
 */
export class Outbox {
  readonly letters = signal<readonly Letter[]>([]);
  readonly #send: (message: ClientMessage) => boolean;
  readonly #canSend: (room: string) => boolean;
  #underway: string | undefined;
  #timer = 0;

  constructor(send: (message: ClientMessage) => boolean, canSend: (room: string) => boolean) {
    this.#send = send;
    this.#canSend = canSend;
    this.letters.value = pendingShelf.read() ?? [];
  }

  #change(letters: readonly Letter[]): void {
    this.letters.value = letters;
    pendingShelf.write(letters.filter(isOpen).map(({ ref, room, text, at }) => ({ ref, room, text, at })));
  }

  add(room: string, text: string): void {
    this.#change([...this.letters.value, { ref: newKey(), room, text, at: Date.now() }]);
    this.next();
  }

  /** Sends the first one that can be sent, unless one is under way. */
  next(): void {
    if (this.#underway !== undefined) return;
    const letter = this.letters.value.find((each) => isOpen(each) && this.#canSend(each.room));
    if (letter === undefined) return;
    const { ref, room, text } = letter;
    if (this.#send({ type: "say", id: ref, room, text })) this.#underway = ref;
  }

  /** The connection is another one: nothing is under way on it. */
  restart(): void {
    clearTimeout(this.#timer);
    this.#underway = undefined;
    this.#change(this.letters.value.filter(({ stored }) => stored !== true));
    this.next();
  }

  /** The server has it. Our copy stays until the message itself is here, so that nothing flickers. */
  stored(ref: string): void {
    this.#change(
      this.letters.value.map((letter) => (letter.ref === ref ? { ...letter, stored: true } : letter)),
    );
    this.#settle(ref);
  }

  /** The message itself is here. */
  confirm(ref: string): void {
    if (!this.letters.value.some((letter) => letter.ref === ref)) return;
    this.#change(this.letters.value.filter((letter) => letter.ref !== ref));
    this.#settle(ref);
  }

  /** The server will not have it now, or not at all. Returns whether it was one of ours. */
  refuse({ re, code, message, wait }: ServerMessageOf<"error">): boolean {
    if (!this.letters.value.some(({ ref }) => ref === re)) return false;
    if (wait !== undefined) {
      this.#timer = window.setTimeout(() => this.#settle(re!), wait);
    } else if (code === "not-in-room") {
      // It goes when the room is entered again.
      this.#underway = undefined;
    } else {
      this.#change(
        this.letters.value.map((letter) => (letter.ref === re ? { ...letter, refused: message } : letter)),
      );
      this.#settle(re!);
    }
    return true;
  }

  #settle(ref: string): void {
    if (this.#underway === ref) this.#underway = undefined;
    this.next();
  }

  drop(ref: string): void {
    this.#change(this.letters.value.filter((letter) => letter.ref !== ref));
  }
}
