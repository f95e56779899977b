/** A generator of numbers that are the same in every run (xorshift, 32 bits). */
function numbers(): () => number {
  let state = 0x12345678;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return state >>> 0;
  };
}

export function noise(length: number): Buffer {
  const next = numbers();
  return Buffer.from(Uint8Array.from({ length }, () => next() >>> 7));
}

const WORDS = [
  '"id":',
  '"name":"',
  '","type":"update"',
  '"price":',
  "true",
  "false",
  "null",
  '"value":{',
  "},{",
  '"time":"2024-05-',
  '",',
  '"user":"alice"',
  '"bob"',
  '"items":[',
  "],",
  '"channel":"news",',
];

/** Text of JSON's words and small numbers in no order: as hard as such text gets. */
export function json(length: number): Buffer {
  const next = numbers();
  let text = "";
  while (text.length < length)
    text += next() % 3 === 0 ? String(next() % 10_000) : WORDS[next() % WORDS.length]!;
  return Buffer.from(text.slice(0, length));
}

/** A list of records with the same keys, as services send them. */
export function records(length: number): Buffer {
  const next = numbers();
  let text = "[";
  while (text.length < length) {
    const record = {
      id: next() % 100_000,
      email: `user${next() % 1000}@example.org`,
      active: next() % 2 === 0,
      score: (next() % 10_000) / 100,
      tags: ["alpha", "beta", "gamma"].slice(next() % 3),
      created: `2026-11-${10 + (next() % 20)}T0${next() % 9}:12:33Z`,
    };
    text += `${JSON.stringify(record)},`;
  }
  return Buffer.from(text.slice(0, length));
}
