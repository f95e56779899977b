import type { RequestHead } from "../../src/handshake/head.ts";
import { HeaderList } from "../../src/handshake/headers.ts";

export const KEY = "dGhlIHNhbXBsZSBub25jZQ==";
export const ACCEPT = "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=";

/** A correct request but for `changes`: undefined takes a field out, a list gives it several times. */
export function request(
  changes: Readonly<Record<string, string | readonly string[] | undefined>> = {},
  line: Partial<Omit<RequestHead, "headers">> = {},
): RequestHead {
  const fields = {
    Host: "a.example",
    Upgrade: "websocket",
    Connection: "Upgrade",
    "Sec-WebSocket-Key": KEY,
    "Sec-WebSocket-Version": "13",
    ...changes,
  };
  const list = Object.entries(fields).flatMap(([name, value]) =>
    (value === undefined ? [] : [value].flat()).map((one) => [name, one] as const),
  );
  return { method: "GET", target: "/chat", httpVersion: "1.1", ...line, headers: new HeaderList(list) };
}
