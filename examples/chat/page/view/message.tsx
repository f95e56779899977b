import { Component, type JSX } from "preact";
import type { Letter } from "../model/outbox.ts";
import type { Said } from "../../protocol/messages.ts";
import { Avatar } from "./avatar.tsx";
import { Text } from "./text.tsx";

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit" });
const full = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "short" });

function Time({ at }: { readonly at: number }): JSX.Element {
  const date = new Date(at);
  return (
    <time dateTime={date.toISOString()} title={full.format(date)}>
      {clock.format(date)}
    </time>
  );
}

interface MessageProps {
  readonly said: Said;
  readonly isMine: boolean;
  /** Whether it goes on from the line above, by the same author. */
  readonly goesOn: boolean;
}

/** A message that is stored. It never changes, and is not looked at again as long as its place does not. */
export class Message extends Component<MessageProps> {
  override shouldComponentUpdate(next: MessageProps): boolean {
    const { said, isMine, goesOn } = this.props;
    return next.said !== said || next.isMine !== isMine || next.goesOn !== goesOn;
  }

  override render({ said, isMine, goesOn }: MessageProps): JSX.Element {
    const { seq, by, text, at } = said;
    return (
      <li class={`message${isMine ? " mine" : ""}${goesOn ? " on" : ""}`} data-seq={seq}>
        <Avatar name={by.name} />
        <p class="head">
          <span class="name" dir="auto">
            {by.name}
          </span>
          <Time at={at} />
          {isMine && (
            <span class="sent" title="Saved">
              ✓<span class="unseen"> saved</span>
            </span>
          )}
        </p>
        <Text text={text} />
      </li>
    );
  }
}

interface PendingProps {
  readonly letter: Letter;
  readonly name: string;
  readonly drop: () => void;
}

/** A message of ours that is not confirmed yet, or was refused. */
export function Pending({ letter, name, drop }: PendingProps): JSX.Element {
  const { text, at, refused } = letter;
  return (
    <li class={`message mine ${refused === undefined ? "pending" : "failed"}`}>
      <Avatar name={name} />
      <p class="head">
        <span class="name">{name}</span>
        {refused === undefined ? (
          <>
            <Time at={at} />
            <span class="sent">sending…</span>
          </>
        ) : (
          <>
            <span>Not sent: {refused}</span>
            <button type="button" class="quiet" onClick={drop}>
              Discard
            </button>
          </>
        )}
      </p>
      <Text text={text} />
    </li>
  );
}
