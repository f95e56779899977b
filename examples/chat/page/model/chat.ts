import { computed, effect, signal } from "@preact/signals";
import { ROOMS_PER_GUEST } from "../../protocol/limits.ts";
import type { Person, RoomInfo, ServerMessage, ServerMessageOf } from "../../protocol/messages.ts";
import { type Identity, identityShelf, newKey, readsShelf, roomsShelf } from "./keep.ts";
import { Link } from "./link.ts";
import { roomName } from "./room-name.ts";
import { Outbox } from "./outbox.ts";
import { Room } from "./room.ts";

const FIRST_ROOM = "lobby";
/** Milliseconds after which a request is tried again that the server could not carry out. */
const RETRY = 2000;

/** The chat as this page knows it: signals that the view shows, and what people can do. */
export class Chat {
  readonly me = signal<Person | undefined>(undefined);
  /** Who we are, once a name was given. */
  readonly identity = signal<Identity | undefined>(identityShelf.read());
  /** Why the name cannot be had. */
  readonly nameRefused = signal<string | undefined>(undefined);
  /** The rooms that we are in, and all that there are. */
  readonly rooms = signal<readonly Room[]>([]);
  readonly list = signal<readonly RoomInfo[]>([]);
  readonly places = signal(0);
  readonly stores = signal(true);
  readonly active = signal<Room>(new Room(FIRST_ROOM));
  readonly unread = computed(() => this.rooms.value.reduce((sum, room) => sum + room.unread.value, 0));
  readonly link: Link;
  readonly outbox: Outbox;
  #log = readsShelf.read()?.log ?? "";
  #typed = 0;

  constructor(url: string, wanted: string) {
    const kept = roomsShelf.read()?.filter((name) => name !== "" && name === roomName(name)) ?? [];
    const names = new Set([...(kept.length > 0 ? kept : [FIRST_ROOM]), ...(wanted === "" ? [] : [wanted])]);
    const reads = readsShelf.read()?.seqs ?? {};
    this.rooms.value = [...names].map((name) => {
      const room = new Room(name);
      room.read.value = reads[name];
      return room;
    });
    this.active.value = this.#find(wanted) ?? this.rooms.value[0]!;
    this.link = new Link(
      url,
      () => this.#hello(),
      (message) => this.#receive(message),
    );
    this.outbox = new Outbox(
      (message) => this.link.send(message),
      (name) => this.stores.value && this.#find(name)?.isIn.value === true,
    );
    effect(() => roomsShelf.write(this.rooms.value.map(({ name }) => name)));
    effect(() => {
      if (this.link.state.value.is !== "open") this.#lost();
    });
    if (this.identity.value !== undefined) this.link.connect();
  }

  #find(name: string): Room | undefined {
    return this.rooms.value.find((room) => room.name === name);
  }

  /** Nothing of the old connection holds any more. */
  #lost(): void {
    for (const room of this.rooms.peek()) {
      room.isIn.value = false;
      room.isLoading.value = false;
    }
  }

  /** Takes a name, and with it a place in the chat. */
  introduce(name: string): void {
    const { key = newKey() } = this.identity.value ?? {};
    this.identity.value = { key, name };
    this.nameRefused.value = undefined;
    if (this.me.value !== undefined) this.link.restart();
    else if (this.link.state.value.is === "open") this.#hello();
    this.link.connect();
  }

  #hello(): void {
    if (this.identity.value === undefined) return;
    const { key, name } = this.identity.value;
    // No more than the server takes, and the one that is looked at in any case.
    const first = [this.active.value, ...this.rooms.value.filter((room) => room !== this.active.value)];
    const rooms = first.slice(0, ROOMS_PER_GUEST).map((room) => ({
      room: room.name,
      ...(room.last.value > 0 && { after: room.last.value }),
    }));
    this.link.send({ type: "hello", key, name, ...(this.#log !== "" && { log: this.#log }), rooms });
  }

  #receive(message: ServerMessage): void {
    switch (message.type) {
      case "welcome":
        return this.#welcomed(message);
      case "error":
        return this.#refused(message);
      case "stores":
        this.stores.value = message.stores;
        return this.outbox.next();
      case "rooms":
        this.list.value = message.rooms;
        return;
      case "stored":
        return this.outbox.stored(message.re);
      case "pong":
      case "left":
        return;
      default: {
        const room = this.#find(message.room);
        if (room !== undefined) this.#receiveIn(room, message);
      }
    }
  }

  #receiveIn(
    room: Room,
    message: ServerMessageOf<"joined" | "history" | "said" | "came" | "went" | "typing">,
  ): void {
    const isMe = "who" in message && message.who.id === this.me.value?.id;
    switch (message.type) {
      case "joined":
        room.enter(message);
        for (const { by, ref } of message.said) if (by.id === this.me.value?.id) this.outbox.confirm(ref);
        return this.outbox.next();
      case "history":
        return room.prepend(message.said, message.more);
      case "said":
        if (message.by.id === this.me.value?.id) this.outbox.confirm(message.ref);
        if (room.isIn.value && !room.hear(message)) this.link.restart();
        return;
      case "came":
        return room.come(message.who, isMe);
      case "went":
        return room.go(message.who, isMe);
      case "typing":
        if (!isMe) room.seeTyping(message.who);
    }
  }

  #welcomed({ log, you, rooms, places, stores }: ServerMessageOf<"welcome">): void {
    if (this.#log !== log) {
      // Another history: numbers of the old one mean nothing in it.
      for (const room of this.rooms.value) room.read.value = undefined;
      this.#log = log;
    }
    this.me.value = you;
    this.identity.value = { ...this.identity.value!, name: you.name };
    identityShelf.write(this.identity.value);
    this.list.value = rooms;
    this.places.value = places;
    this.stores.value = stores;
    this.outbox.restart();
  }

  #refused(error: ServerMessageOf<"error">): void {
    if (this.outbox.refuse(error)) return;
    const { code, message, wait } = error;
    const room = error.room === undefined ? undefined : this.#find(error.room);
    if (code === "name-refused" || code === "name-taken") {
      this.nameRefused.value = message;
      this.me.value = undefined;
    } else if (code === "room-full" || code === "too-many-rooms") {
      if (room !== undefined) room.refused.value = message;
    } else if (room !== undefined && wait !== undefined && !room.isIn.value) {
      window.setTimeout(() => this.#join(room), wait);
    } else if (code === "unavailable" && error.room === undefined) {
      // Nobody can be let in just now.
      this.stores.value = false;
      window.setTimeout(() => this.#hello(), wait ?? RETRY);
    } else if (room !== undefined) {
      room.isLoading.value = false;
    }
  }

  #join(room: Room): void {
    if (!room.isIn.value) this.link.send({ type: "join", id: newKey(), room: room.name });
  }

  /** Goes to a room, and into it where we are not there yet. */
  open(name: string): void {
    let room = this.#find(name);
    if (room === undefined) {
      room = new Room(name);
      this.rooms.value = [...this.rooms.value, room];
    }
    this.active.value = room;
    this.#join(room);
  }

  leave(room: Room): void {
    const rest = this.rooms.value.filter((each) => each !== room);
    if (rest.length === 0) return;
    if (room.isIn.value) this.link.send({ type: "leave", id: newKey(), room: room.name });
    this.rooms.value = rest;
    if (this.active.value === room) this.active.value = rest[0]!;
  }

  say(text: string): void {
    this.outbox.add(this.active.value.name, text);
    this.#typed = 0;
  }

  type(): void {
    const room = this.active.value;
    if (Date.now() - this.#typed < 2500 || !room.isIn.value) return;
    this.#typed = Date.now();
    this.link.send({ type: "typing", room: room.name });
  }

  /** Everything in a room was seen. */
  markRead(room: Room): void {
    if (room.read.value === room.last.value || !room.isIn.value) return;
    room.read.value = room.last.value;
    this.#keepReads();
  }

  #keepReads(): void {
    const seqs = this.rooms.value.flatMap(({ name, read }) =>
      read.value === undefined ? [] : [[name, read.value] as const],
    );
    readsShelf.write({ log: this.#log, seqs: Object.fromEntries(seqs) });
  }

  /** Brings older messages of a room. */
  loadMore(room: Room): void {
    const first = room.lines.value.find((line) => line.kind === "said");
    if (!room.more.value || room.isLoading.value || !room.isIn.value || first?.kind !== "said") return;
    room.isLoading.value = true;
    this.link.send({ type: "history", id: newKey(), room: room.name, before: first.said.seq });
  }
}
