import * as fc from "fast-check";

const name = fc.constantFrom(
  "Host",
  "X",
  "x-a",
  "Upgrade",
  "__proto__",
  "constructor",
  "Sec-WebSocket-Key",
  "!#$%&'*+-.^_`|~",
);
const space = fc.constantFrom("", " ", "\t", "  ", " \t ");
const value = fc.oneof(
  fc.constantFrom("", "a", "websocket", "a, b", "a:b", "\xe9\xff", "\x80", "a b"),
  fc.string({
    maxLength: 6,
    unit: fc
      .integer({ min: 0x20, max: 0xff })
      .filter((c) => c !== 0x7f)
      .map((c) => String.fromCharCode(c)),
  }),
);
const field = fc
  .tuple(
    name,
    fc.oneof({ weight: 40, arbitrary: fc.constant("") }, { weight: 1, arbitrary: space }),
    space,
    value,
    space,
  )
  .map(([n, odd, before, v, behind]) => `${n}${odd}:${before}${v}${behind}`);

const requestLine = fc
  .tuple(
    fc.constantFrom("GET", "POST", "get", "M-SEARCH"),
    fc.constantFrom("/", "/a?b=c", "*", "http://a/", "a:80", "/\xe9"),
    fc.constantFrom("1.1", "1.0", "0.9", "2.0"),
  )
  .map(([method, target, version]) => `${method} ${target} HTTP/${version}`);

/** What is put in, somewhere, to bend a head that followed the grammar. */
const bend = fc.constantFrom(
  "\r",
  "\n",
  "\r\n",
  "\r\n\r\n",
  "\0",
  " ",
  "  ",
  "\t",
  ":",
  "\x7f",
  "\x1f",
  "\r\n ",
  "(",
  "\xe9",
  "H",
);

/** The text of a head, each character an octet: by the grammar, and then bent in some places, or cut short. */
export const headText: fc.Arbitrary<string> = fc
  .tuple(
    requestLine,
    fc.array(field, { maxLength: 5 }),
    fc.array(fc.tuple(fc.nat({ max: 300 }), fc.boolean(), bend), { maxLength: 2 }),
    fc.constantFrom("", "\x81\x00", "\r\n", "GET"),
  )
  .map(([line, fields, bends, behind]) => {
    let text = `${[line, ...fields].join("\r\n")}\r\n\r\n`;
    for (const [place, replaces, what] of bends) {
      const at = place % text.length;
      text = text.slice(0, at) + what + text.slice(at + (replaces ? 1 : 0));
    }
    return text + behind;
  });

/** Lists of extensions by the grammar of RFC 6455 section 9.1, with white space, quotes and escapes, then bent. */
const token = fc.constantFrom(
  "a",
  "foo",
  "permessage-deflate",
  "client_max_window_bits",
  "15",
  "__proto__",
  "!~",
);
const quoted = token.map((text) => `"${text}"`);
const escaped = token.map((text) => `"\\${text.split("").join("\\")}"`);
const parameter = fc
  .tuple(
    space,
    token,
    fc.option(fc.tuple(space, space, fc.oneof(token, quoted, escaped)), { nil: undefined }),
  )
  .map(([before, n, v]) => `${before}${n}${v === undefined ? "" : `${v[0]}=${v[1]}${v[2]}`}`);
const extension = fc
  .tuple(space, token, fc.array(parameter, { maxLength: 3 }), space)
  .map(([before, n, parameters, behind]) => before + [n, ...parameters].join(";") + behind);

export const extensionText: fc.Arbitrary<string> = fc
  .tuple(
    fc.array(fc.oneof({ weight: 5, arbitrary: extension }, { weight: 1, arbitrary: space }), {
      maxLength: 4,
    }),
    fc.array(
      fc.tuple(
        fc.nat({ max: 200 }),
        fc.boolean(),
        fc.constantFrom(",", ";", "=", '"', "\\", " ", "\xe9", "", "("),
      ),
      {
        maxLength: 1,
      },
    ),
  )
  .map(([extensions, bends]) => {
    let text = extensions.join(",");
    for (const [place, replaces, what] of bends) {
      const at = place % (text.length + 1);
      text = text.slice(0, at) + what + text.slice(at + (replaces ? 1 : 0));
    }
    return text;
  });
