/*
 * The opening handshake as a table (RFC 6455 section 4.2.1): what may stand in each place of a request, and the status
 * that answers it. The first row that refuses decides.
 */

export interface Choice {
  /** What the place holds: for a field its values, one for each line; none where it is absent. */
  readonly values: readonly string[];
  /** The status that refuses it; undefined where it is good. */
  readonly refusal?: number;
}

const good = (...values: string[]): Choice => ({ values });
const bad = (refusal: number, ...values: string[]): Choice => ({ values, refusal });
const KEY = "dGhlIHNhbXBsZSBub25jZQ==";

/** In the order in which they are looked at. */
export const TABLE: Readonly<Record<string, readonly Choice[]>> = {
  version: [good("1.1"), bad(505, "1.0"), bad(505, "0.9"), bad(505, "2.0")],
  Upgrade: [
    good("websocket"),
    good("WebSocket"),
    good("h2c", "websocket"),
    good("foo/1, websocket"),
    bad(426),
    bad(426, ""),
    bad(426, "websocket/13"),
    bad(426, "h2c"),
    bad(426, "websockets"),
  ],
  method: [good("GET"), bad(405, "POST"), bad(405, "get"), bad(405, "HEAD")],
  Host: [
    good("a.example"),
    good("A.example:80"),
    bad(400),
    bad(400, ""),
    bad(400, "a.example", "a.example"),
    bad(400, "a b"),
    bad(400, "a.example:99999"),
    bad(400, "u@a.example"),
  ],
  target: [
    good("/"),
    good("/a?b"),
    good("ws://a.example/x"),
    good("http://a.example"),
    bad(400, ""),
    bad(400, "*"),
    bad(400, "a.example:80"),
    bad(400, "/#"),
    bad(400, "/\x7f"),
    bad(400, "http://"),
  ],
  Connection: [
    good("Upgrade"),
    good("keep-alive, upgrade"),
    good("keep-alive", "UPGRADE"),
    bad(400),
    bad(400, "keep-alive"),
    bad(400, "upgrade-insecure"),
    bad(400, "Upgrade, ="),
  ],
  "Content-Length": [good(), good("0"), bad(400, "1"), bad(400, "0", "0"), bad(400, "x"), bad(400, "")],
  "Transfer-Encoding": [good(), bad(400, "chunked"), bad(400, "identity"), bad(400, "")],
  "Sec-WebSocket-Version": [
    good("13"),
    bad(400),
    bad(400, "013"),
    bad(400, "+13"),
    bad(400, "13, 13"),
    bad(400, "13", "13"),
    bad(400, "256"),
    bad(426, "8"),
    bad(426, "14"),
    bad(426, "255"),
    bad(426, "0"),
  ],
  "Sec-WebSocket-Key": [
    good(KEY),
    bad(400),
    bad(400, ""),
    bad(400, KEY, KEY),
    bad(400, KEY.slice(1)),
    bad(400, KEY.replace("Q", "-")),
  ],
  Origin: [
    good(),
    good("http://a.example"),
    good("HTTP://A.EXAMPLE:80"),
    bad(403, "http://b.example"),
    bad(403, "http://a.example:81"),
    bad(403, "null"),
    bad(403, ""),
    bad(400, "http://a.example", "http://a.example"),
  ],
  "Sec-WebSocket-Protocol": [
    good(),
    good("a"),
    good("b, a"),
    good("__proto__", "a"),
    bad(400, ""),
    bad(400, "a, a"),
    bad(400, "a", "a"),
    bad(400, "a b"),
  ],
  "Sec-WebSocket-Extensions": [
    good(),
    good("x"),
    good("x; a=1", "y"),
    good('x; a="b"'),
    bad(400, ""),
    bad(400, "x;"),
    bad(400, "x y"),
  ],
};
