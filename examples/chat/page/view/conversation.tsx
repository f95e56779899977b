import type { Signal } from "@preact/signals";
import type { JSX } from "preact";
import type { Chat } from "../model/chat.ts";
import type { Drawer } from "./app.tsx";
import { Composer } from "./composer.tsx";
import { Lines } from "./lines.tsx";
import { Status } from "./status.tsx";

interface Props {
  readonly chat: Chat;
  readonly drawer: Signal<Drawer>;
}

/** The room one is in. */
export function Conversation({ chat, drawer }: Props): JSX.Element {
  const room = chat.active.value;
  const others = chat.unread.value - room.unread.value;
  const count = room.people.value.size;
  const open = (side: "rooms" | "people") => () => {
    drawer.value = drawer.value === side ? undefined : side;
    // The drawer can be focused once it is in sight.
    if (drawer.value === side)
      requestAnimationFrame(() => document.querySelector<HTMLElement>(`#${side} button`)?.focus());
  };
  return (
    <main class="conversation">
      <header>
        <button
          type="button"
          id="open-rooms"
          class="quiet opener"
          aria-expanded={drawer.value === "rooms"}
          aria-controls="rooms"
          onClick={open("rooms")}
        >
          Rooms
          {others > 0 && (
            <span class="badge">
              {others > 99 ? "99+" : others}
              <span class="unseen"> unread</span>
            </span>
          )}
        </button>
        <h1>{room.name}</h1>
        {chat.rooms.value.length > 1 && (
          <button type="button" class="quiet leave" onClick={() => chat.leave(room)}>
            Leave
          </button>
        )}
        <button
          type="button"
          id="open-people"
          class="quiet opener"
          aria-expanded={drawer.value === "people"}
          aria-controls="people"
          onClick={open("people")}
        >
          {count} here
        </button>
      </header>
      <Status chat={chat} />
      {room.refused.value === undefined ? (
        <Lines key={room.name} chat={chat} room={room} />
      ) : (
        <Refused chat={chat} />
      )}
      <Typing chat={chat} />
      <Composer key={`say ${room.name}`} chat={chat} />
    </main>
  );
}

function Refused({ chat }: { readonly chat: Chat }): JSX.Element {
  const room = chat.active.value;
  return (
    <div class="refused" role="alert">
      <h2>Not just now</h2>
      <p>{room.refused.value}</p>
      <button type="button" onClick={() => chat.open(room.name)}>
        Try again
      </button>
    </div>
  );
}

function Typing({ chat }: { readonly chat: Chat }): JSX.Element {
  const names = chat.active.value.typing.value.map(({ name }) => name);
  const [first, second] = names;
  let words = "";
  if (names.length > 2) words = "Several people are writing…";
  else if (names.length === 2) words = `${first} and ${second} are writing…`;
  else if (names.length === 1) words = `${first} is writing…`;
  return (
    <p class="typing" dir="auto">
      {words}
    </p>
  );
}
