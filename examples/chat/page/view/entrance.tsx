import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { NAME_LENGTH } from "../../protocol/limits.ts";
import type { Chat } from "../model/chat.ts";

/** Where one gives a name. */
export function Entrance({ chat }: { readonly chat: Chat }): JSX.Element {
  const input = useRef<HTMLInputElement>(null);
  const refused = chat.nameRefused.value;
  useEffect(() => input.current?.focus(), [refused]);
  const enter = (event: Event): void => {
    event.preventDefault();
    const name = input.current?.value.trim() ?? "";
    if (name !== "") chat.introduce(name);
  };
  return (
    <main class="entrance">
      <form onSubmit={enter}>
        <img src="/icon.svg" alt="" width="48" height="48" />
        <h1>Come in</h1>
        <p>A few rooms where people talk. No account, only a name.</p>
        <label for="name">Your nickname</label>
        <input
          id="name"
          ref={input}
          defaultValue={chat.identity.value?.name ?? ""}
          maxLength={NAME_LENGTH}
          autocomplete="nickname"
          spellcheck={false}
          required
          aria-describedby="name-refused"
          aria-invalid={refused !== undefined}
        />
        <p id="name-refused" class="refusal" role="alert">
          {refused}
        </p>
        <button type="submit">Enter {chat.active.value.name}</button>
        {chat.me.value !== undefined && (
          <button type="button" class="quiet" onClick={() => (chat.nameRefused.value = undefined)}>
            Stay {chat.me.value.name}
          </button>
        )}
      </form>
    </main>
  );
}
