import { HeaderList } from "./headers.ts";
import type { HeadError } from "./head-reader.ts";
import { tokenEnd, trimFrom } from "./token.ts";

/** The head of a request, however it was read: by this library, by node:http, or by hand. */
export interface RequestHead {
  readonly method: string;
  /** As it was sent: origin-form or absolute-form. */
  readonly target: string;
  /** Such as `1.1`. */
  readonly httpVersion: string;
  readonly headers: HeaderList;
}

export interface ResponseHead {
  readonly status: number;
  readonly reason: string;
  readonly httpVersion: string;
  readonly headers: HeaderList;
}

const bad = (reason: string): HeadError => ({ status: 400, reason });

/** What is wrong with a request line, if anything: it is known before the rest of the head has come. */
export function checkRequestLine(line: string): HeadError | undefined {
  const result = parseRequestLine(line);
  return "status" in result ? result : undefined;
}

function parseRequestLine(line: string): Omit<RequestHead, "headers"> | HeadError {
  const first = tokenEnd(line, 0);
  if (first === 0 || (first < line.length && line[first] !== " "))
    return bad("the request line does not begin with a method");
  const second = line.indexOf(" ", first + 1);
  if (second === -1 && first + 1 < line.length) return { status: 505, reason: "HTTP/0.9 is not supported" };
  if (second === -1 || line.includes(" ", second + 1))
    return bad("the request line is not method, target and version with one space between");
  const version = line.slice(second + 1);
  if (!/^HTTP\/\d\.\d$/.test(version)) return bad("the request line does not end with an HTTP version");
  return {
    method: line.slice(0, first),
    target: line.slice(first + 1, second),
    httpVersion: version.slice(5),
  };
}

/** Reads the lines of a request's head (RFC 9112 sections 3 and 5). */
export function parseRequestHead(lines: readonly string[]): RequestHead | HeadError {
  const start = parseRequestLine(lines[0] ?? "");
  if ("status" in start) return start;
  const headers = parseFields(lines);
  if (!(headers instanceof HeaderList)) return headers;
  const { method, target, httpVersion } = start;
  return { method, target, httpVersion, headers };
}

/** Reads the lines of a response's head (RFC 9112 sections 4 and 5). */
export function parseResponseHead(lines: readonly string[]): ResponseHead | HeadError {
  const match = /^HTTP\/(\d\.\d) (\d{3})(?: (.*))?$/.exec(lines[0] ?? "");
  if (match === null) return bad("the status line is not version, status and reason");
  const headers = parseFields(lines);
  if (!(headers instanceof HeaderList)) return headers;
  return { httpVersion: match[1]!, status: Number(match[2]), reason: match[3] ?? "", headers };
}

/** All lines but the first. */
function parseFields(lines: readonly string[]): HeaderList | HeadError {
  const pairs: string[] = [];
  for (let i = 1; i < lines.length; i++) {
    const line = lines[i]!;
    const colon = tokenEnd(line, 0);
    if (line[0] === " " || line[0] === "\t") return bad("a header field is folded over lines");
    if (colon === 0 || line[colon] !== ":") return bad("a header line is not a name, a colon and a value");
    pairs.push(line.slice(0, colon), trimFrom(line, colon + 1));
  }
  return HeaderList.fromPairs(pairs);
}
