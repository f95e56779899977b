import { mask } from "../frame/mask.ts";
import { isUtf8 } from "../frame/utf8.ts";
import { encodeUtf8, utf8Length, writeUtf8 } from "../frame/text.ts";

/**
 * What a connection needs from the world around it. The defaults are plain JavaScript and work everywhere; a shell
 * hands in what its runtime has that is faster.
 */
export interface Platform {
  /** Memory for `size` octets. Its content does not matter: every octet is written before anybody sees it. */
  readonly allocate: (size: number) => Uint8Array;
  /** Octets that `text` takes as UTF-8, lone surrogates as U+FFFD. */
  readonly utf8Length: (text: string) => number;
  /** Writes `text` as UTF-8 to `target` from `at` on, where {@link utf8Length} octets have room. */
  readonly writeUtf8: (text: string, target: Uint8Array, at: number) => void;
  /** `text` as UTF-8, in memory of its own with `room` octets in front. */
  readonly encodeUtf8: (text: string, room: number) => Uint8Array;
  /** Whether the octets are a whole valid text. */
  readonly isUtf8: (bytes: Uint8Array) => boolean;
  /** Does what {@link mask} does. */
  readonly mask: typeof mask;
}

export const plainPlatform: Platform = {
  allocate: (size) => new Uint8Array(size),
  utf8Length,
  writeUtf8,
  encodeUtf8,
  isUtf8,
  mask,
};
