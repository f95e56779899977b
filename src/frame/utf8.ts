/*
 * UTF-8 (RFC 3629) as a machine that is fed in pieces and stops at the first octet from which no valid text can be
 * reached any more. Overlong forms, surrogates and values above U+10FFFF are excluded by the range of the second
 * octet, so the machine needs to know only how many octets are still to come and, after E0, ED, F0 and F4, that
 * range.
 */

/** Between two characters: where a text may end. */
export const UTF8_START = 0;
/** No valid text begins with what was fed. */
export const UTF8_INVALID = -1;

const ONE_MORE = 1;
const TWO_MORE = 2;
const THREE_MORE = 3;
const AFTER_E0 = 4;
const AFTER_ED = 5;
const AFTER_F0 = 6;
const AFTER_F4 = 7;
const STATES = 8;

/** The next state for each state and octet. */
const transitions: Int8Array = new Int8Array(STATES * 256).fill(UTF8_INVALID);

function allow(state: number, from: number, to: number, next: number): void {
  transitions.fill(next, state * 256 + from, state * 256 + to + 1);
}

allow(UTF8_START, 0x00, 0x7f, UTF8_START);
allow(UTF8_START, 0xc2, 0xdf, ONE_MORE);
allow(UTF8_START, 0xe0, 0xe0, AFTER_E0);
allow(UTF8_START, 0xe1, 0xef, TWO_MORE);
allow(UTF8_START, 0xed, 0xed, AFTER_ED);
allow(UTF8_START, 0xf0, 0xf0, AFTER_F0);
allow(UTF8_START, 0xf1, 0xf3, THREE_MORE);
allow(UTF8_START, 0xf4, 0xf4, AFTER_F4);
allow(ONE_MORE, 0x80, 0xbf, UTF8_START);
allow(TWO_MORE, 0x80, 0xbf, ONE_MORE);
allow(THREE_MORE, 0x80, 0xbf, TWO_MORE);
allow(AFTER_E0, 0xa0, 0xbf, ONE_MORE);
allow(AFTER_ED, 0x80, 0x9f, ONE_MORE);
allow(AFTER_F0, 0x90, 0xbf, TWO_MORE);
allow(AFTER_F4, 0x80, 0x8f, TWO_MORE);

/**
 * Feeds the octets from `start` to `end` to the machine in `state` ({@link UTF8_START} for a new text) and returns
 * its new state, {@link UTF8_INVALID} as soon as the text can no longer be valid. A text is whole when its last
 * octet led to {@link UTF8_START}.
 */
export function validateUtf8(bytes: Uint8Array, start: number, end: number, state: number): number {
  let current = state;
  for (let i = start; i < end; i++) {
    const octet = bytes[i]!;
    // Runs of ASCII need no table.
    if (current === UTF8_START && octet < 0x80) continue;
    current = transitions[current * 256 + octet]!;
    if (current === UTF8_INVALID) return UTF8_INVALID;
  }
  return current;
}

/** From this size on a platform's own check is worth its call. */
const LONG = 32;

/** Where the last of the three octets before `end` begins a character, finished or not; `end` where none of them does. */
function lastLead(bytes: Uint8Array, end: number): number {
  for (let at = end - 1; at >= end - 3; at--) if (bytes[at]! >= 0xc2) return at;
  return end;
}

/** The same as {@link validateUtf8}, where `isValid` tells of whole texts, and faster than JavaScript can. */
export function validateUtf8With(
  isValid: (bytes: Uint8Array) => boolean,
  bytes: Uint8Array,
  start: number,
  end: number,
  state: number,
): number {
  let from = start;
  let current = state;
  for (; current !== UTF8_START && from < end; from++) {
    current = validateUtf8(bytes, from, from + 1, current);
    if (current === UTF8_INVALID) return UTF8_INVALID;
  }
  if (end - from < LONG) return validateUtf8(bytes, from, end, current);
  // What was cut has at least one octet fewer than its character, so three at most.
  const whole = lastLead(bytes, end);
  return isValid(bytes.subarray(from, whole)) ? validateUtf8(bytes, whole, end, UTF8_START) : UTF8_INVALID;
}

/** Whether the octets are a whole valid text. */
export const isUtf8 = (bytes: Uint8Array): boolean =>
  validateUtf8(bytes, 0, bytes.length, UTF8_START) === UTF8_START;
