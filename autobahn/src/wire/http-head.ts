/** The head of an HTTP message: its first line and its fields, names in lower case, values in order of coming. */
export interface HttpHead {
  readonly firstLine: string;
  readonly fields: ReadonlyMap<string, readonly string[]>;
  /** As it came, with its empty line: for the report. */
  readonly text: string;
}

const maxHead = 65_536;

/** Gathers bytes until the empty line; what follows it already belongs to the WebSocket. */
export class HttpHeadReader {
  #gathered: Buffer = Buffer.alloc(0);

  push(chunk: Buffer): { head: HttpHead; rest: Buffer } | undefined {
    this.#gathered = Buffer.concat([this.#gathered, chunk]);
    const end = this.#gathered.indexOf("\r\n\r\n");
    if (end < 0) {
      if (this.#gathered.length > maxHead) throw new Error("HTTP head of more than 64 KiB");
      return undefined;
    }
    const text = this.#gathered.toString("latin1", 0, end + 4);
    return { head: parseHead(text), rest: this.#gathered.subarray(end + 4) };
  }
}

function parseHead(text: string): HttpHead {
  const [firstLine = "", ...lines] = text.slice(0, -4).split("\r\n");
  const fields = new Map<string, string[]>();
  for (const line of lines) {
    const colon = line.indexOf(":");
    if (colon < 1) throw new Error(`"${line.slice(0, 60)}" is no header field`);
    const name = line.slice(0, colon).toLowerCase();
    fields.set(name, [...(fields.get(name) ?? []), line.slice(colon + 1).trim()]);
  }
  return { firstLine, fields, text };
}

export const field = (head: HttpHead, name: string): string | undefined => head.fields.get(name)?.join(", ");

/** Is `token` one of the comma-separated values of the field? Tokens compare without case. */
export function hasToken(head: HttpHead, name: string, token: string): boolean {
  const value = field(head, name) ?? "";
  return value.split(",").some((part) => part.trim().toLowerCase() === token);
}
