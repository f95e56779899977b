import { tokenize } from "linkifyjs";
import type { JSX } from "preact";

/** A few emoji and nothing else; digits and # are not meant, though they can be made ones. */
const ONLY_EMOJI = /^(?=.{1,24}$)(?!.*[\d#*])(?:\p{Extended_Pictographic}|\p{Emoji_Component}| )+$/u;

/** A text with its links; everything else in it stays the text that it is. */
export function Text({ text }: { readonly text: string }): JSX.Element {
  return (
    <p class={ONLY_EMOJI.test(text) ? "text large" : "text"} dir="auto">
      {tokenize(text).map((token) => {
        const words = token.toString();
        const address = token.isLink ? token.toHref("https") : "";
        if (!/^https?:/i.test(address)) return words;
        return (
          <a href={address} target="_blank" rel="noopener noreferrer nofollow ugc">
            {words}
          </a>
        );
      })}
    </p>
  );
}
