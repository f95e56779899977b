import * as v from "valibot";

/*
 * What outlives a reload. For the browser: who one is, the rooms, and how far they were read. For the tab: what is
 * not yet sent. What cannot be read, or is not allowed to be kept, is as if it had never been.
 */

const Identity = v.object({ key: v.pipe(v.string(), v.regex(/^[\w-]{22}$/)), name: v.string() });
const Rooms = v.array(v.string());
const Reads = v.object({ log: v.string(), seqs: v.record(v.string(), v.number()) });
const Pending = v.array(v.object({ ref: v.string(), room: v.string(), text: v.string(), at: v.number() }));

export type Identity = v.InferOutput<typeof Identity>;
export type Reads = v.InferOutput<typeof Reads>;
export type Pending = v.InferOutput<typeof Pending>;

interface Shelf<T> {
  read(): T | undefined;
  write(value: T): void;
}

function shelf<T>(place: () => Storage, name: string, schema: v.GenericSchema<unknown, T>): Shelf<T> {
  return {
    read() {
      try {
        return v.parse(schema, JSON.parse(place().getItem(name) ?? ""));
      } catch {
        return undefined;
      }
    },
    write(value) {
      try {
        place().setItem(name, JSON.stringify(value));
      } catch {
        // A browser that keeps nothing: the chat works until the next reload.
      }
    },
  };
}

const local = (): Storage => localStorage;
export const identityShelf = shelf(local, "chat.identity", Identity);
export const roomsShelf = shelf(local, "chat.rooms", Rooms);
export const readsShelf = shelf(local, "chat.reads", Reads);
export const pendingShelf = shelf(() => sessionStorage, "chat.pending", Pending);

/** 128 bits of chance, in 22 letters. */
export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return btoa(String.fromCharCode(...bytes))
    .replaceAll("+", "-")
    .replaceAll("/", "_")
    .slice(0, 22);
}
