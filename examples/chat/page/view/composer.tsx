import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { TEXT_LENGTH } from "../../protocol/limits.ts";
import type { Chat } from "../model/chat.ts";
import { EmojiPicker } from "./emoji-picker.tsx";

/** Where one writes: Enter sends, Shift and Enter begin a new line. */
export function Composer({ chat }: { readonly chat: Chat }): JSX.Element {
  const field = useRef<HTMLTextAreaElement>(null);
  const room = chat.active.value;
  useEffect(() => {
    // On a phone the keyboard comes up when it is wanted.
    if (matchMedia("(hover: hover)").matches) field.current?.focus();
  }, [room]);

  const send = (event?: Event): void => {
    event?.preventDefault();
    const text = field.current?.value.trim() ?? "";
    if (text === "") return;
    chat.say(text);
    field.current!.value = "";
    field.current!.focus();
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    // While a word is being composed, Enter belongs to the input method.
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) send(event);
  };
  const insert = (emoji: string): void => {
    const { selectionStart, selectionEnd } = field.current!;
    field.current!.setRangeText(emoji, selectionStart, selectionEnd, "end");
    field.current!.focus();
  };
  return (
    <form class="composer" onSubmit={send}>
      <label class="unseen" for="text">
        Message to {room.name}
      </label>
      <textarea
        id="text"
        ref={field}
        rows={1}
        maxLength={TEXT_LENGTH}
        placeholder={`Message to ${room.name}`}
        dir="auto"
        disabled={room.refused.value !== undefined}
        onKeyDown={onKeyDown}
        onInput={() => chat.type()}
      />
      <EmojiPicker pick={insert} />
      <button type="submit" class="send">
        Send
      </button>
    </form>
  );
}
