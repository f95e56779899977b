import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import type { Chat } from "../model/chat.ts";
import { Conversation } from "./conversation.tsx";
import { Entrance } from "./entrance.tsx";
import { People } from "./people.tsx";
import { RoomMenu } from "./room-menu.tsx";

/** The part of the page that slides in where there is no place beside the conversation. */
export type Drawer = "rooms" | "people" | undefined;

export function App({ chat }: { readonly chat: Chat }): JSX.Element {
  const drawer = useSignal<Drawer>(undefined);
  useEffect(() => {
    const close = ({ key }: KeyboardEvent): void => {
      if (key !== "Escape" || drawer.value === undefined) return;
      document.getElementById(`open-${drawer.value}`)?.focus();
      drawer.value = undefined;
    };
    addEventListener("keydown", close);
    return () => removeEventListener("keydown", close);
  }, [drawer]);

  // The conversation stays in sight while the connection comes and goes; only without a name there is none.
  if (chat.identity.value === undefined || chat.nameRefused.value !== undefined)
    return <Entrance chat={chat} />;
  return (
    <div class="app" data-drawer={drawer.value}>
      <RoomMenu chat={chat} drawer={drawer} />
      <Conversation chat={chat} drawer={drawer} />
      <People chat={chat} />
      <div class="curtain" onClick={() => (drawer.value = undefined)} />
    </div>
  );
}
