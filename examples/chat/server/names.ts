import unhomoglyph from "unhomoglyph";
import { NAME_LENGTH } from "../protocol/limits.ts";

/*
 * Nicknames: which ones may be had, and which ones look the same (Unicode TR 39). What cannot be seen, what changes
 * the direction of writing and what piles up marks is refused; what looks like another's name is that name.
 */

/** Words that would make a name look like the chat itself, by what they look like. */
const RESERVED = [
  "admin",
  "administrator",
  "chat",
  "handfast",
  "moderator",
  "root",
  "server",
  "system",
  "you",
];
const INVISIBLE = /[\p{Default_Ignorable_Code_Point}\p{Cc}\p{Cf}\p{Co}\p{Cn}\p{Cs}\p{Zl}\p{Zp}\u2800]/u;

/** A name as it is shown, or why it cannot be had. */
export type NameCheck = { readonly name: string; readonly look: string } | { readonly refused: string };

/** What a name looks like: two names that a reader could take for one another have the same look. */
export function lookOf(name: string): string {
  // Capital I, small l, 1 and | become one; marks and what separates words are easily overseen.
  const plain = (text: string): string => text.normalize("NFKD").replaceAll(/[\p{M}\p{P}\p{S}\p{Z}]/gu, "");
  const look = unhomoglyph(plain(unhomoglyph(name.normalize("NFKC"))).toLowerCase()).toLowerCase();
  return plain(look.replaceAll("rn", "m")).replaceAll(/[i1ı]/g, "l").replaceAll("0", "o");
}

const RESERVED_LOOKS = new Set(RESERVED.map(lookOf));

export function checkName(wanted: string): NameCheck {
  const name = wanted
    .normalize("NFKC")
    .trim()
    .replaceAll(/\p{Zs}+/gu, " ");
  if (name === "") return { refused: "A name needs at least one letter." };
  if (Array.from(name).length > NAME_LENGTH) return { refused: `A name has at most ${NAME_LENGTH} letters.` };
  if (INVISIBLE.test(name)) return { refused: "This name holds characters that nobody can see." };
  if (/\p{M}{3}/u.test(name.normalize("NFD")))
    return { refused: "This name holds too many marks on one letter." };
  const look = lookOf(name) || name;
  if (!/[\p{L}\p{N}\p{Extended_Pictographic}]/u.test(name))
    return { refused: "A name needs at least one letter." };
  if (RESERVED_LOOKS.has(look)) return { refused: "This name could be taken for the chat itself." };
  return { name, look };
}
