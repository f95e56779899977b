import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import type { Chat } from "../model/chat.ts";

/** How the connection is, in words; nothing where all is well. */
export function Status({ chat }: { readonly chat: Chat }): JSX.Element {
  const state = chat.link.state.value;
  const shown = state.is === "open" && !chat.stores.value ? "unsaved" : state.is;
  return (
    <div class="status" data-state={shown}>
      <p role="status">
        {shown === "connecting" && "Connecting…"}
        {shown === "lost" && "Connection lost. What you write is kept and sent later."}
        {shown === "unsaved" && "Nothing can be saved just now. What you write is kept and sent later."}
      </p>
      {state.is === "lost" && (
        <>
          <Countdown until={state.until} />
          <button type="button" class="quiet" onClick={() => chat.link.connect()}>
            Try now
          </button>
        </>
      )}
    </div>
  );
}

/** Seconds that are left; not read out, because they would be read out every second. */
function Countdown({ until }: { readonly until: number }): JSX.Element {
  const now = useSignal(Date.now());
  useEffect(() => {
    const timer = setInterval(() => (now.value = Date.now()), 500);
    return () => clearInterval(timer);
  }, [until, now]);
  return <span aria-hidden="true">next try in {Math.max(1, Math.ceil((until - now.value) / 1000))} s</span>;
}
