import { closedByFuzzer, type EchoCase } from "./case.ts";

/* Section 9: big messages whole (9.1, 9.2), in fragments (9.3, 9.4), in small writes (9.5, 9.6); round trips (9.7, 9.8). */

const kib = 1024;
const mib = 1024 * kib;

const patterns = { text: "4241736437266a683233", binary: "00fe23faf0" };
const stars = { text: "2a", binary: "2a" };

type Detail = Pick<EchoCase, "pattern" | "length" | "timeout"> & Partial<EchoCase>;

const size = (bytes: number): string =>
  bytes >= mib ? `${bytes / mib} MiB` : bytes >= kib ? `${bytes / kib} KiB` : `${bytes} bytes`;

function limit(id: string, binary: boolean, how: string, detail: Detail): EchoCase {
  const kind = binary ? "binary" : "text";
  const count = detail.count ?? 1;
  const many = count > 1 ? `${count} ${kind} messages` : `${kind === "text" ? "Text" : "Binary"} message`;
  return {
    kind: "echo",
    id,
    binary,
    count,
    closing: closedByFuzzer,
    title: `${many} of ${size(detail.length)}${how}`,
    expectation: `${count > 1 ? "Each comes back" : "It comes back"} within ${detail.timeout / 1000} s (type and length are compared).`,
    ...detail,
  };
}

/** Twice the same section: of text, of binary. */
const both = (
  section: number,
  make: (binary: boolean, id: (i: number) => string) => EchoCase[],
): EchoCase[] =>
  [false, true].flatMap((binary) => make(binary, (i) => `9.${section + Number(binary)}.${i + 1}`));

const whole = both(1, (binary, id) =>
  [64 * kib, 256 * kib, mib, 4 * mib, 8 * mib, 16 * mib].map((length, i) =>
    limit(id(i), binary, " in one frame", {
      pattern: binary ? patterns.binary : patterns.text,
      length,
      // The original is more patient with text than with binary of 1 and 4 MiB.
      timeout: i < (binary ? 4 : 2) ? 10_000 : 100_000,
    }),
  ),
);

const fragmented = both(3, (binary, id) =>
  [64, 256, kib, 4 * kib, 16 * kib, 64 * kib, 256 * kib, mib, 4 * mib].map((fragmentSize, i) =>
    limit(id(i), binary, ` in fragments of ${size(fragmentSize)}`, {
      // The first binary case repeats FE, its sisters the star of the text cases.
      pattern: binary && i === 0 ? "fe" : stars.binary,
      length: 4 * mib,
      fragmentSize,
      timeout: 100_000,
    }),
  ),
);

const smallWrites = both(5, (binary, id) =>
  [64, 128, 256, 512, 1024, 2048].map((bytesPerWrite, i) =>
    limit(id(i), binary, `, written ${bytesPerWrite} bytes at a time`, {
      pattern: binary ? patterns.binary : patterns.text,
      length: mib,
      bytesPerWrite,
      timeout: 1_000_000,
    }),
  ),
);

const roundTrips = both(7, (binary, id) =>
  [0, 16, 64, 256, kib, 4 * kib].map((length, i) =>
    limit(id(i), binary, ", one after another", {
      pattern: binary ? "fe" : "2a",
      length,
      count: 1000,
      timeout: [60, 60, 60, 120, 240, 480][i]! * 1000,
    }),
  ),
);

export const limitCases: readonly EchoCase[] = [...whole, ...fragmented, ...smallWrites, ...roundTrips];
