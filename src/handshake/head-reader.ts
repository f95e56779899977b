/*
 * From octets to the text of an HTTP head: everything up to the empty line (RFC 9112 section 2). This is a security
 * border, so it is nowhere more lenient than node's own parser: lines end with CR LF and nothing else, and no other
 * control character but the tab is allowed anywhere. An octet is looked at once, however the input is cut, and what
 * cannot become a head is refused at the octet that decides it.
 */

export interface HeadLimits {
  /** Octets of the whole head, the empty line included; default 16,384. */
  readonly maxHeaderBytes?: number | undefined;
  /** Header fields; default 1,000. */
  readonly maxHeaders?: number | undefined;
}

export const DEFAULT_MAX_HEADER_BYTES: number = 16 * 1024;
export const DEFAULT_MAX_HEADERS: number = 1000;

/** What is wrong with a head, as the status that answers it and a reason in words. */
export interface HeadError {
  readonly status: 400 | 405 | 431 | 505;
  readonly reason: string;
}

export interface Head {
  /** The lines, each octet a character, without their ends and without the empty line. */
  readonly lines: readonly string[];
  /** The octets behind the head: a view of the chunk that completed it. */
  readonly rest: Uint8Array;
}

const CR = 0x0d;
const LF = 0x0a;
const TAB = 0x09;

const NOTHING = new Uint8Array(0);

const isControlCharacter = (octet: number): boolean => (octet < 0x20 && octet !== TAB) || octet === 0x7f;

/** Some octets as text, each a character. */
export type Latin1Decoder = (bytes: Uint8Array, start: number, end: number) => string;

export class HeadReader {
  readonly #maxBytes: number;
  readonly #maxHeaders: number;
  readonly #checkStart: ((line: string) => HeadError | undefined) | undefined;
  readonly #decode: Latin1Decoder;
  #lines: string[] = [];
  /** The line that is not whole yet; only what earlier chunks had of it. */
  #partial = "";
  #afterCr = false;
  #size = 0;

  /** `checkStart` may refuse the first line as soon as it is whole; a runtime's own `decode` is faster. */
  constructor(
    limits: HeadLimits = {},
    checkStart?: (line: string) => HeadError | undefined,
    decode: Latin1Decoder = latin1,
  ) {
    this.#maxBytes = limits.maxHeaderBytes ?? DEFAULT_MAX_HEADER_BYTES;
    this.#maxHeaders = limits.maxHeaders ?? DEFAULT_MAX_HEADERS;
    this.#checkStart = checkStart;
    this.#decode = decode;
  }

  /** Takes octets, all or those before `end`; undefined while the head is not whole. After a head or an error, take another reader. */
  receive(bytes: Uint8Array, end: number = bytes.length): Head | HeadError | undefined {
    let lineStart = 0;
    const within = Math.min(end, this.#maxBytes - this.#size);
    this.#size += within;
    for (let i = 0; i < within; i++) {
      const octet = bytes[i]!;
      if (this.#afterCr) {
        if (octet !== LF) return { status: 400, reason: "a line ends with CR alone" };
        this.#afterCr = false;
        const line = this.#endLine(bytes, lineStart, i - 1);
        lineStart = i + 1;
        if (line === "") {
          return {
            lines: this.#lines,
            rest: lineStart === end ? NOTHING : bytes.subarray(lineStart, end),
          };
        }
        const error = this.#lines.length === 0 ? this.#checkStart?.(line) : undefined;
        if (error !== undefined) return error;
        this.#lines.push(line);
        // The first line is not a field.
        if (this.#lines.length - 1 > this.#maxHeaders)
          return tooLarge(`more than ${this.#maxHeaders} header fields`);
      } else if (octet === CR) {
        this.#afterCr = true;
      } else if (isControlCharacter(octet)) {
        return {
          status: 400,
          reason: octet === LF ? "a line ends with LF alone" : "a control character in the head",
        };
      }
    }
    if (within < end) return tooLarge(`the head is larger than ${this.#maxBytes} bytes`);
    this.#partial += this.#decode(bytes, lineStart, end - (this.#afterCr ? 1 : 0));
    return undefined;
  }

  #endLine(bytes: Uint8Array, start: number, end: number): string {
    const line = this.#partial + this.#decode(bytes, start, end);
    this.#partial = "";
    return line;
  }
}

const tooLarge = (reason: string): HeadError => ({ status: 431, reason });

/** Each octet a character. The pieces are as long as an argument list may safely be. */
function latin1(bytes: Uint8Array, start: number, end: number): string {
  let text = "";
  for (let at = start; at < end; at += 4096) {
    // Spreading the octets costs four times as much.
    text += Reflect.apply(String.fromCharCode, null, bytes.subarray(at, Math.min(end, at + 4096)));
  }
  return text;
}
