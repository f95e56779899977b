import type { Signal } from "@preact/signals";
import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import type { Chat } from "../model/chat.ts";
import { roomName } from "../model/room-name.ts";
import type { Room } from "../model/room.ts";
import type { Drawer } from "./app.tsx";
import { Avatar } from "./avatar.tsx";

interface Props {
  readonly chat: Chat;
  readonly drawer: Signal<Drawer>;
}

const people = (count: number): string => `${count} ${count === 1 ? "person" : "people"}`;

/** The rooms: those one is in, with what is unread there; the others; and a new one. */
export function RoomMenu({ chat, drawer }: Props): JSX.Element {
  const mine = chat.rooms.value;
  const others = chat.list.value.filter(({ room }) => !mine.some(({ name }) => name === room));
  const go = (name: string): void => {
    chat.open(name);
    drawer.value = undefined;
  };
  return (
    <nav class="rooms side" id="rooms" aria-label="Rooms">
      <p class="brand">
        <img src="/icon.svg" alt="" width="28" height="28" /> Handfast chat
      </p>
      <h2>Your rooms</h2>
      <ul>
        {mine.map((room) => (
          <li key={room.name}>
            <MyRoom room={room} isActive={room === chat.active.value} go={go} />
          </li>
        ))}
      </ul>
      {others.length > 0 && <h2>Other rooms</h2>}
      <ul>
        {others.map(({ room, people: count }) => (
          <li key={room}>
            <button type="button" onClick={() => go(room)}>
              <span class="room-name">{room}</span>
              <span class="count" title={people(count)}>
                {count}
                <span class="unseen">{count === 1 ? " person" : " people"}</span>
              </span>
            </button>
          </li>
        ))}
      </ul>
      <NewRoom go={go} />
      <Me chat={chat} />
    </nav>
  );
}

interface MyRoomProps {
  readonly room: Room;
  readonly isActive: boolean;
  readonly go: (name: string) => void;
}

function MyRoom({ room, isActive, go }: MyRoomProps): JSX.Element {
  const unread = isActive ? 0 : room.unread.value;
  return (
    <button type="button" aria-current={isActive ? "page" : undefined} onClick={() => go(room.name)}>
      <span class="room-name">{room.name}</span>
      {unread > 0 && (
        <span class="badge">
          {unread > 99 ? "99+" : unread}
          <span class="unseen"> unread</span>
        </span>
      )}
    </button>
  );
}

function NewRoom({ go }: { readonly go: (name: string) => void }): JSX.Element {
  const input = useRef<HTMLInputElement>(null);
  const open = (event: Event): void => {
    event.preventDefault();
    const name = roomName(input.current?.value ?? "");
    if (name === "") return;
    input.current!.value = "";
    go(name);
  };
  return (
    <form class="new-room" onSubmit={open}>
      <label class="unseen" for="new-room">
        Open a room
      </label>
      <input id="new-room" ref={input} placeholder="Open a room…" maxLength={32} autocomplete="off" />
    </form>
  );
}

function Me({ chat }: { readonly chat: Chat }): JSX.Element {
  const name = chat.identity.value?.name ?? "";
  const rename = (): void => {
    chat.nameRefused.value = "";
  };
  return (
    <div class="me">
      <Avatar name={name} />
      <span class="name" dir="auto">
        {name}
      </span>
      <button type="button" class="quiet" onClick={rename}>
        Rename
      </button>
    </div>
  );
}
