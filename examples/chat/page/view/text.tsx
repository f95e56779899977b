import { tokenize } from "linkifyjs";
import type { JSX } from "preact";

/** A few emoji and nothing else: pictographs and what joins and colours them. */
const ONLY_EMOJI =
  /^(?=.{1,24}$)(?:\p{Extended_Pictographic}|[\u{1f1e6}-\u{1f1ff}\u{1f3fb}-\u{1f3ff}\ufe0f\u200d ])+$/u;

/** A text with its links; everything else in it stays the text that it is. */
export function Text({ text }: { readonly text: string }): JSX.Element {
  return (
    <p class={ONLY_EMOJI.test(text) ? "text large" : "text"} dir="auto">
      {tokenize(text).map((token) => {
        const words = token.toString();
        if (!token.isLink || token.t !== "url") return words;
        return (
          <a href={token.toHref("https")} target="_blank" rel="noopener noreferrer nofollow ugc">
            {words}
          </a>
        );
      })}
    </p>
  );
}
