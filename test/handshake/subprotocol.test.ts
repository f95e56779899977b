import { expect, it } from "vitest";
import { parseSubprotocols } from "../../src/handshake/subprotocol.ts";

it.each<[string, string[] | undefined]>([
  ["chat", ["chat"]],
  ["chat, superchat", ["chat", "superchat"]],
  ["b,a,B", ["b", "a", "B"]],
  ["__proto__, constructor", ["__proto__", "constructor"]],
  [",chat,", ["chat"]],
  ["", undefined],
  [" , ", undefined],
  ["a, a", undefined],
  ["a b", undefined],
  ["a, b/1", undefined],
  ["a, é", undefined],
])("Sec-WebSocket-Protocol (RFC 6455 section 4.1): %j", (text, names) => {
  expect(parseSubprotocols(text)).toEqual(names);
});
