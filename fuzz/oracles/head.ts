/*
 * Heads and header values by the grammars of RFC 9112, RFC 9110 and RFC 6455 as regular expressions: it has the whole
 * text at once, and takes its time.
 */

const TOKEN = "[!#$%&'*+\\-.^_`|~0-9A-Za-z]+";
const FIELD = new RegExp(`^(${TOKEN}):[ \\t]*(.*?)[ \\t]*$`, "s");

export interface SlowHead {
  readonly lines: readonly string[];
  readonly rest: string;
}

/** The lines up to the empty one and what is behind it; a status; undefined where there is no end yet. */
export function readSlowHead(
  text: string,
  maxBytes: number,
  maxHeaders: number,
): SlowHead | number | undefined {
  // The first octet that must not be there.
  const wrong = /[^\t\r\x20-\x7e\x80-\xff\n]|\r(?!\n|$)|(?<!\r)\n/s.exec(text);
  const end = text.startsWith("\r\n") ? 0 : text.indexOf("\r\n\r\n") + 2;
  const whole = text.startsWith("\r\n") || text.includes("\r\n\r\n");
  const size = whole ? end + 2 : text.length;
  const faults: [at: number, status: number][] = [];
  // A CR alone is seen at the octet behind it.
  if (wrong !== null) faults.push([wrong.index + (wrong[0] === "\r" ? 1 : 0), 400]);
  if (size > maxBytes) faults.push([maxBytes, 431]);
  const ends = [...text.slice(0, size).matchAll(/\r\n/g)].map(({ index }) => index + 1);
  const tooMany = ends[maxHeaders + 1];
  // The empty line is no field.
  if (tooMany !== undefined && !(whole && tooMany === size - 1)) faults.push([tooMany, 431]);
  const [first] = faults.filter(([at]) => at < size).toSorted(([a, x], [b, y]) => a - b || y - x);
  if (first !== undefined) return first[1];
  if (!whole) return undefined;
  const block = text.slice(0, end);
  return { lines: block === "" ? [] : block.slice(0, -2).split("\r\n"), rest: text.slice(size) };
}

export interface SlowRequest {
  readonly line: readonly string[];
  readonly fields: readonly (readonly [string, string])[];
}

/** A request's lines read, or the status that refuses them. */
export function readSlowRequest(lines: readonly string[]): SlowRequest | number {
  const first = lines[0] ?? "";
  if (new RegExp(`^${TOKEN} [^ ]+$`).test(first)) return 505;
  const line = new RegExp(`^(${TOKEN}) ([^ ]*) HTTP/(\\d\\.\\d)$`).exec(first);
  if (line === null) return 400;
  const fields = lines.slice(1).map((text) => FIELD.exec(text));
  if (fields.includes(null)) return 400;
  return { line: line.slice(1), fields: fields.map((match) => [match![1]!, match![2]!] as const) };
}

const QUOTED = `"(?:[^"\\\\]|\\\\.)*"`;
const PARAMETER = `[ \\t]*(${TOKEN})(?:[ \\t]*=[ \\t]*(${TOKEN}|${QUOTED}))?[ \\t]*`;

/** Extensions as names with their parameters; undefined against the grammar. */
export function readSlowExtensions(text: string): unknown {
  const part = `[ \\t]*(?:${TOKEN}[ \\t]*(?:;${PARAMETER.replaceAll(/\((?!\?)/g, "(?:")})*)?`;
  if (!new RegExp(`^${part}(?:,${part})*$`, "s").test(text)) return undefined;
  const found = [...text.matchAll(new RegExp(`(?:"(?:[^"\\\\]|\\\\.)*"|[^,"])+`, "gs"))]
    .map(([one]) => one)
    .filter((one) => one.trim() !== "");
  const extensions = found.map((one) => {
    const parameters = [...one.matchAll(new RegExp(`;${PARAMETER}`, "gs"))].map(([, name, value]) => ({
      name,
      value: value?.startsWith('"') ? value.slice(1, -1).replaceAll(/\\(.)/gs, "$1") : value,
    }));
    return { name: new RegExp(TOKEN).exec(one)![0], parameters };
  });
  const isToken = (value: string): boolean => new RegExp(`^${TOKEN}$`).test(value);
  const good = extensions.every(({ parameters }) =>
    parameters.every(({ value }) => value === undefined || isToken(value)),
  );
  return good && extensions.length > 0 ? extensions : undefined;
}
