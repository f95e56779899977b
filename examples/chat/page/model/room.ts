import { computed, signal } from "@preact/signals";
import type { Person, Said, ServerMessageOf } from "../../protocol/messages.ts";

/** Milliseconds for which somebody counts as typing after they were seen to. */
const TYPING = 4000;

/** A line of the conversation: what somebody said, or that somebody came or went. */
export type Line =
  | { readonly kind: "said"; readonly key: string; readonly said: Said }
  | { readonly kind: "note"; readonly key: string; readonly text: string };

const lineOf = (said: Said): Line => ({ kind: "said", key: `s${said.seq}`, said });

/** One room, as far as this page knows it. */
export class Room {
  readonly name: string;
  readonly lines = signal<readonly Line[]>([]);
  readonly people = signal<ReadonlyMap<string, Person>>(new Map());
  readonly typing = signal<readonly Person[]>([]);
  /** The last message that is known, and the last that was read. */
  readonly last = signal(0);
  readonly read = signal<number | undefined>(undefined);
  readonly unread = computed(() => Math.max(0, this.last.value - (this.read.value ?? this.last.value)));
  /** Whether the server has let us in since the connection was made. */
  readonly isIn = signal(false);
  /** Why we cannot be here. */
  readonly refused = signal<string | undefined>(undefined);
  /** Whether there is an older message than the first line. */
  readonly more = signal(false);
  readonly isLoading = signal(false);
  readonly #typists: Map<string, number> = new Map();
  #notes = 0;

  constructor(name: string) {
    this.name = name;
  }

  /** The server lets us in: what it brings goes on where we were, or replaces what we had. */
  enter({ people, said, resumed, more, last }: ServerMessageOf<"joined">): void {
    this.people.value = new Map(people.map((who) => [who.id, who]));
    this.typing.value = [];
    if (resumed) {
      for (const each of said) this.hear(each);
    } else {
      this.lines.value = said.map(lineOf);
      this.more.value = more;
      this.last.value = last;
    }
    this.read.value ??= last;
    if (this.read.value > last) this.read.value = last;
    this.refused.value = undefined;
    this.isLoading.value = false;
    this.isIn.value = true;
  }

  /** Something was said. Returns false where it does not go on where we are. */
  hear(said: Said): boolean {
    const last = this.last.value;
    // Whatever way a message comes, its number says whether it is there already.
    if (said.seq <= last) return true;
    if (said.seq > last + 1) return false;
    this.lines.value = [...this.lines.value, lineOf(said)];
    this.last.value = said.seq;
    this.#rest(said.by.id);
    return true;
  }

  /** Older messages, as the server brought them. */
  prepend(said: readonly Said[], more: boolean): void {
    const first = this.lines.value.find((line) => line.kind === "said");
    const limit = first?.kind === "said" ? first.said.seq : Infinity;
    this.lines.value = [...said.filter(({ seq }) => seq < limit).map(lineOf), ...this.lines.value];
    this.more.value = more;
    this.isLoading.value = false;
  }

  come(who: Person, isMe: boolean): void {
    const before = this.people.value.get(who.id);
    this.people.value = new Map(this.people.value).set(who.id, who);
    if (isMe) return;
    if (before === undefined) this.#note(`${who.name} came in`);
    else if (before.name !== who.name) this.#note(`${before.name} is now ${who.name}`);
  }

  go(who: Person, isMe: boolean): void {
    const people = new Map(this.people.value);
    if (!people.delete(who.id)) return;
    this.people.value = people;
    this.#rest(who.id);
    if (!isMe) this.#note(`${who.name} left`);
  }

  #note(text: string): void {
    this.lines.value = [...this.lines.value, { kind: "note", key: `n${this.#notes++}`, text }];
  }

  seeTyping(who: Person): void {
    clearTimeout(this.#typists.get(who.id));
    this.#typists.set(
      who.id,
      window.setTimeout(() => this.#rest(who.id), TYPING),
    );
    if (!this.typing.value.some(({ id }) => id === who.id)) this.typing.value = [...this.typing.value, who];
  }

  #rest(id: string): void {
    clearTimeout(this.#typists.get(id));
    this.#typists.delete(id);
    if (this.typing.value.some((who) => who.id === id)) {
      this.typing.value = this.typing.value.filter((who) => who.id !== id);
    }
  }
}
