import { effect } from "@preact/signals";
import { render } from "preact";
import { Chat } from "./model/chat.ts";
import { roomInAddress } from "./model/room-name.ts";
import { App } from "./view/app.tsx";

/* The room one is in is in the address, so that it can be handed on. */

const url = new URL("/chat", location.href);
url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
const chat = new Chat(url.href, roomInAddress(location.hash));

effect(() => {
  const { name } = chat.active.value;
  if (location.hash !== `#${name}`) history.replaceState(null, "", `#${name}`);
  const count = chat.unread.value;
  document.title = `${count > 0 ? `(${count}) ` : ""}${name} · Handfast chat`;
});
addEventListener("hashchange", () => {
  const name = roomInAddress(location.hash);
  if (name !== "") chat.open(name);
});

render(<App chat={chat} />, document.getElementById("chat")!);
