/*
 * Opening handshakes as text. Rows bend one line of a good request and leave the others alone.
 */

/** The sample of RFC 6455 section 1.2. */
export const REQUEST: readonly string[] = [
  "GET /chat HTTP/1.1",
  "Host: server.example.com",
  "Upgrade: websocket",
  "Connection: Upgrade",
  "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==",
  "Sec-WebSocket-Version: 13",
];

/** Its answer, to the octet. */
export const ACCEPTED: string =
  "HTTP/1.1 101 Switching Protocols\r\n" +
  "Upgrade: websocket\r\n" +
  "Connection: Upgrade\r\n" +
  "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n" +
  "\r\n";

export const text = (lines: readonly string[]): string => `${lines.join("\r\n")}\r\n\r\n`;

export const GOOD: string = text(REQUEST);

/** The good request with other lines in place of the one that begins with `start`. */
export function bend(start: string, ...lines: readonly string[]): string {
  const at = REQUEST.findIndex((line) => line.startsWith(start));
  if (at < 0) throw new Error(`no line begins with ${start}`);
  return text([...REQUEST.slice(0, at), ...lines, ...REQUEST.slice(at + 1)]);
}

/** The good request with further lines. */
export const plus = (...lines: readonly string[]): string => text([...REQUEST, ...lines]);
