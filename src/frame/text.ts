/*
 * Strings to UTF-8 and back in the language itself, for close reasons and wherever no faster coder is injected.
 */

const wellFormed = (point: number): number => (point >= 0xd800 && point <= 0xdfff ? 0xfffd : point);

/** Octets that `text` takes; a lone surrogate counts as U+FFFD, as everywhere on the web. */
export function utf8Length(text: string): number {
  let length = 0;
  for (const character of text) {
    const point = character.codePointAt(0)!;
    length += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x1_0000 ? 3 : 4;
  }
  return length;
}

/** Writes `text` to `target` from `at` on, lone surrogates as U+FFFD, and returns the octets written. */
export function writeUtf8(text: string, target: Uint8Array, at: number): number {
  let next = at;
  for (const character of text) {
    const point = wellFormed(character.codePointAt(0)!);
    if (point < 0x80) {
      target[next++] = point;
      continue;
    }
    const more = point < 0x800 ? 1 : point < 0x1_0000 ? 2 : 3;
    // The lead octet: as many ones as there are octets, a zero, then the top bits of the point.
    target[next++] = ((0xff00 >> (more + 1)) & 0xff) | (point >> (6 * more));
    for (let shift = 6 * (more - 1); shift >= 0; shift -= 6)
      target[next++] = 0x80 | ((point >> shift) & 0x3f);
  }
  return next - at;
}

/** `text` as UTF-8, in memory of its own with `room` octets in front, default 0. */
export function encodeUtf8(text: string, room = 0): Uint8Array {
  const memory = new Uint8Array(room + utf8Length(text));
  writeUtf8(text, memory, room);
  return memory.subarray(room);
}

/** Decodes octets that are known to be valid UTF-8. */
export function decodeUtf8(bytes: Uint8Array): string {
  let text = "";
  for (let i = 0; i < bytes.length;) {
    const lead = bytes[i++]!;
    const more = lead < 0x80 ? 0 : lead < 0xe0 ? 1 : lead < 0xf0 ? 2 : 3;
    let point = more === 0 ? lead : lead & (0x3f >> more);
    for (let k = 0; k < more; k++) point = (point << 6) | (bytes[i++]! & 0x3f);
    text += String.fromCodePoint(point);
  }
  return text;
}
