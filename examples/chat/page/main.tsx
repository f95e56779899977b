import { effect } from "@preact/signals";
import { render } from "preact";
import { Chat } from "./model/chat.ts";
import { App } from "./view/app.tsx";

/* The room one is in is in the address, so that it can be handed on. */
const roomInAddress = (): string => decodeURIComponent(location.hash.slice(1));

const url = new URL("/chat", location.href);
url.protocol = url.protocol === "https:" ? "wss:" : "ws:";
const chat = new Chat(url.href, roomInAddress());

effect(() => {
  const { name } = chat.active.value;
  if (roomInAddress() !== name) history.replaceState(null, "", `#${name}`);
  const count = chat.unread.value;
  document.title = `${count > 0 ? `(${count}) ` : ""}${name} · Handfast chat`;
});
addEventListener("hashchange", () => {
  if (roomInAddress() !== "") chat.open(roomInAddress());
});

render(<App chat={chat} />, document.getElementById("chat")!);
