import type { JSX } from "preact";
import type { Chat } from "../model/chat.ts";
import { Avatar } from "./avatar.tsx";

/** Who is in the room. */
export function People({ chat }: { readonly chat: Chat }): JSX.Element {
  const everybody = [...chat.active.value.people.value.values()].toSorted((a, b) =>
    a.name.localeCompare(b.name),
  );
  const me = chat.me.value?.id;
  return (
    <aside class="people side" id="people" aria-label="People in this room">
      <h2>{everybody.length === 1 ? "1 person here" : `${everybody.length} people here`}</h2>
      <ul>
        {everybody.map(({ id, name }) => (
          <li key={id}>
            <Avatar name={name} />
            <span class="name" dir="auto">
              {name}
            </span>
            {id === me && <span class="note">you</span>}
          </li>
        ))}
      </ul>
    </aside>
  );
}
