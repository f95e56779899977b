import { useSignal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useRef } from "preact/hooks";

/** The ones that are used most; all others come from the keyboard. */
const EMOJI: readonly (readonly [string, string])[] = [
  ["😀", "grinning"],
  ["😂", "tears of joy"],
  ["🙂", "smiling"],
  ["😉", "winking"],
  ["😍", "in love"],
  ["😎", "cool"],
  ["🤔", "thinking"],
  ["😴", "asleep"],
  ["😢", "crying"],
  ["😮", "surprised"],
  ["🥳", "celebrating"],
  ["🙈", "not looking"],
  ["👍", "thumbs up"],
  ["👎", "thumbs down"],
  ["👏", "clapping"],
  ["🙏", "thank you"],
  ["👋", "waving"],
  ["💪", "strong"],
  ["❤️", "heart"],
  ["🎉", "party"],
  ["🔥", "fire"],
  ["✨", "sparkles"],
  ["☕", "coffee"],
  ["🍰", "cake"],
];
const COLUMNS = 6;
/** What each arrow key adds to the place in the grid. */
const STEPS: Readonly<Record<string, number>> = {
  ArrowLeft: -1,
  ArrowRight: 1,
  ArrowUp: -COLUMNS,
  ArrowDown: COLUMNS,
};

export function EmojiPicker({ pick }: { readonly pick: (emoji: string) => void }): JSX.Element {
  const isOpen = useSignal(false);
  const grid = useRef<HTMLDivElement>(null);
  const opener = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    if (isOpen.value) grid.current?.querySelector("button")?.focus();
  }, [isOpen.value]);

  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === "Escape") {
      isOpen.value = false;
      opener.current?.focus();
      return;
    }
    const step = STEPS[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const buttons = [...grid.current!.querySelectorAll("button")];
    buttons[buttons.indexOf(document.activeElement as HTMLButtonElement) + step]?.focus();
  };
  const leave = (event: FocusEvent): void => {
    if (!grid.current?.contains(event.relatedTarget as Node | null)) isOpen.value = false;
  };
  return (
    <div class="emoji">
      <button
        type="button"
        class="quiet"
        ref={opener}
        aria-label="Emoji"
        aria-expanded={isOpen.value}
        onClick={() => (isOpen.value = !isOpen.value)}
      >
        <svg viewBox="0 0 24 24" width="22" height="22" fill="none" stroke="currentColor" aria-hidden="true">
          <circle cx="12" cy="12" r="9" stroke-width="1.7" />
          <path
            d="M8.5 14.5a4.2 4.2 0 0 0 7 0M9 9.6v.2M15 9.6v.2"
            stroke-width="1.9"
            stroke-linecap="round"
          />
        </svg>
      </button>
      {isOpen.value && (
        <div class="grid" ref={grid} role="group" aria-label="Emoji" onKeyDown={onKeyDown} onFocusOut={leave}>
          {EMOJI.map(([emoji, name], i) => (
            <button
              key={emoji}
              type="button"
              tabIndex={i === 0 ? 0 : -1}
              aria-label={name}
              onClick={() => {
                pick(emoji);
                isOpen.value = false;
              }}
            >
              {emoji}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}
