import { useSignal } from "@preact/signals";
import { Fragment, type JSX } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import type { Said } from "../../protocol/messages.ts";
import type { Chat } from "../model/chat.ts";
import type { Line, Room } from "../model/room.ts";
import { Message, Pending } from "./message.tsx";

/** Pixels from the top at which older messages are asked for, and from the end that count as being there. */
const NEAR_TOP = 800;
const NEAR_END = 60;
/** Milliseconds after which an author is named again. */
const PAUSE = 5 * 60_000;

interface Props {
  readonly chat: Chat;
  readonly room: Room;
}

/** Everything that was said, as far as it was loaded, and what is on its way. */
export function Lines({ chat, room }: Props): JSX.Element {
  const view = useRef<HTMLDivElement>(null);
  /** How things stood when the page was last laid out. */
  const stood = useRef({ atEnd: true, height: 0, top: 0, first: "" });
  const below = useSignal(0);
  const lines = room.lines.value;
  const letters = chat.outbox.letters.value.filter((letter) => letter.room === room.name);
  const me = chat.me.value?.id;

  const settle = (): void => {
    const { scrollHeight, scrollTop, clientHeight } = view.current!;
    const atEnd = scrollHeight - scrollTop - clientHeight < NEAR_END;
    stood.current = { atEnd, height: scrollHeight, top: scrollTop, first: lines[0]?.key ?? "" };
    if (atEnd && document.visibilityState === "visible") chat.markRead(room);
    below.value = atEnd ? 0 : room.unread.value;
    if (scrollTop < NEAR_TOP) chat.loadMore(room);
  };

  // What is new at the end is shown where the end was in sight; what is new at the top moves nothing.
  useLayoutEffect(() => {
    const { atEnd, height, top, first } = stood.current;
    const element = view.current!;
    if (atEnd) element.scrollTop = element.scrollHeight;
    else if (first !== (lines[0]?.key ?? "")) element.scrollTop = top + element.scrollHeight - height;
    settle();
  }, [lines, letters.length, room.isIn.value]);

  useEffect(() => {
    const stay = new ResizeObserver(() => {
      if (stood.current.atEnd) view.current!.scrollTop = view.current!.scrollHeight;
    });
    stay.observe(view.current!);
    document.addEventListener("visibilitychange", settle);
    return () => {
      stay.disconnect();
      document.removeEventListener("visibilitychange", settle);
    };
  }, [room]);

  const toEnd = (): void => {
    view.current!.scrollTop = view.current!.scrollHeight;
    settle();
  };
  return (
    <div class="lines">
      <div
        class="view"
        ref={view}
        onScroll={settle}
        tabIndex={0}
        role="log"
        aria-label={`Conversation in ${room.name}`}
        aria-busy={room.isLoading.value}
      >
        {!room.more.value && room.isIn.value && (
          <p class="beginning">
            {lines.some(({ kind }) => kind === "said")
              ? "This is where it began."
              : "Nobody has said anything yet."}
          </p>
        )}
        <ol>
          {lines.map((line, i) => (
            <Fragment key={line.key}>{lineView(lines, i, me)}</Fragment>
          ))}
          {letters.map((letter) => (
            <Pending
              key={letter.ref}
              letter={letter}
              name={chat.me.value?.name ?? ""}
              drop={() => chat.outbox.drop(letter.ref)}
            />
          ))}
        </ol>
      </div>
      {!stood.current.atEnd && (
        <button type="button" class="to-end" onClick={toEnd}>
          {below.value > 0 ? `${below.value} new ↓` : "To the end ↓"}
        </button>
      )}
    </div>
  );
}

const day = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });
const isSameDay = (a: number, b: number): boolean =>
  new Date(a).toDateString() === new Date(b).toDateString();

/** The last message above a line, whoever came or went meanwhile. */
function lastSaid(lines: readonly Line[], end: number): Said | undefined {
  for (let i = end - 1; i >= 0; i--) {
    const line = lines[i]!;
    if (line.kind === "said") return line.said;
  }
  return undefined;
}

function lineView(lines: readonly Line[], i: number, me: string | undefined): JSX.Element {
  const line = lines[i]!;
  if (line.kind === "note") return <li class="note">{line.text}</li>;
  const { said } = line;
  const above = lines[i - 1];
  const before = lastSaid(lines, i);
  const isNewDay = before === undefined || !isSameDay(before.at, said.at);
  const goesOn =
    above?.kind === "said" && !isNewDay && above.said.by.id === said.by.id && said.at - above.said.at < PAUSE;
  return (
    <>
      {isNewDay && <li class="day">{day.format(said.at)}</li>}
      <Message said={said} isMine={said.by.id === me} goesOn={goesOn} />
    </>
  );
}
