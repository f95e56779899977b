import { isToken } from "./token.ts";

/** A complete answer to a request. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: string;
}

/** Thrown where an application's own answer could not be sent without breaking HTTP. */
export class InvalidAnswerError extends Error {
  readonly code = "ERR_INVALID_ANSWER";

  constructor(message: string) {
    super(message);
    this.name = "InvalidAnswerError";
  }
}

/** Phrases for the statuses that this library gives, and those that hooks usually give; others go without. */
const REASONS: Readonly<Record<number, string>> = {
  101: "Switching Protocols",
  400: "Bad Request",
  401: "Unauthorized",
  403: "Forbidden",
  404: "Not Found",
  405: "Method Not Allowed",
  408: "Request Timeout",
  426: "Upgrade Required",
  429: "Too Many Requests",
  431: "Request Header Fields Too Large",
  500: "Internal Server Error",
  503: "Service Unavailable",
  505: "HTTP Version Not Supported",
};

/**
 * The answer that refuses a request: it closes the connection, so that no proxy takes it for a tunnel, and its body
 * names the reason.
 */
export function refuse(
  status: number,
  reason: string,
  headers: readonly (readonly [string, string])[] = [],
): HttpAnswer {
  const body = `${reason}\n`;
  const length = utf8Size(body);
  return {
    status,
    headers: [
      ...headers,
      ["Connection", "close"],
      ...(headers.some(([name]) => name.toLowerCase() === "content-type") ? [] : [PLAIN_TEXT]),
      ["Content-Length", String(length)],
    ],
    body,
  };
}

const PLAIN_TEXT: readonly [string, string] = ["Content-Type", "text/plain; charset=utf-8"];

const utf8Size = (text: string): number => {
  let size = 0;
  for (const character of text) {
    const point = character.codePointAt(0)!;
    size += point < 0x80 ? 1 : point < 0x800 ? 2 : point < 0x1_0000 ? 3 : 4;
  }
  return size;
};

/** Throws {@link InvalidAnswerError} where a field would break out of its line (RFC 9110 section 5.5). */
export function checkField(name: string, value: string): void {
  if (!isToken(name)) throw new InvalidAnswerError(`${JSON.stringify(name)} is not a header name`);
  // eslint-disable-next-line no-control-regex -- control characters are what it looks for
  if (/[^\t\x20-\x7e\x80-\xff]/.test(value)) {
    throw new InvalidAnswerError(`the value of ${name} has a character that a header cannot carry`);
  }
}

/** The head of an answer, its empty line included; each character is an octet. The body follows as UTF-8. */
export function serializeHead({ status, headers }: HttpAnswer): string {
  let text = `HTTP/1.1 ${status} ${REASONS[status] ?? ""}\r\n`;
  for (const [name, value] of headers) {
    checkField(name, value);
    text += `${name}: ${value}\r\n`;
  }
  return `${text}\r\n`;
}
