import { describe, expect, it } from "vitest";
import { parseExtensions, serializeExtensions } from "../../src/handshake/extension-header.ts";

const x = (name: string, ...parameters: [string, string?][]): object => ({
  name,
  parameters: parameters.map(([parameter, value]) => ({ name: parameter, value })),
});

describe("Sec-WebSocket-Extensions (RFC 6455 section 9.1)", () => {
  it.each<[string, object[]]>([
    ["foo", [x("foo")]],
    ["foo, bar; baz=2", [x("foo"), x("bar", ["baz", "2"])]],
    ["foo; a; b=1; a", [x("foo", ["a"], ["b", "1"], ["a"])]],
    ["permessage-deflate; client_max_window_bits", [x("permessage-deflate", ["client_max_window_bits"])]],
    ["__proto__; constructor=__proto__", [x("__proto__", ["constructor", "__proto__"])]],
  ])("%s, both directions", (text, extensions) => {
    expect(parseExtensions(text)).toEqual(extensions);
    expect(serializeExtensions(parseExtensions(text)!)).toBe(text);
  });

  it.each<[string, object[]]>([
    ["  foo\t", [x("foo")]],
    ["foo;a=1;b", [x("foo", ["a", "1"], ["b"])]],
    ["foo ; a = 1 ,\tbar", [x("foo", ["a", "1"]), x("bar")]],
    [",foo,,bar,", [x("foo"), x("bar")]],
    [" , foo", [x("foo")]],
    ['foo; a="1"', [x("foo", ["a", "1"])]],
    ['foo; a="1\\0" ; b', [x("foo", ["a", "10"], ["b"])]],
    ['foo; a="b", bar', [x("foo", ["a", "b"]), x("bar")]],
  ])("reads %j", (text, extensions) => {
    expect(parseExtensions(text)).toEqual(extensions);
  });

  it.each([
    "",
    " ",
    ",",
    " , ,",
    ";",
    "foo;",
    "foo; ",
    "foo;;a",
    "foo;a=",
    "foo;a= ,bar",
    "foo;=1",
    "foo bar",
    "foo; a b",
    "foo; a=1 2",
    "foo=1",
    "foo/1",
    "foo, ;a",
    'foo; a="',
    'foo; a="1',
    'foo; a="1\\',
    'foo; a="1\\"',
    'foo; a=""',
    'foo; a="1 2"',
    'foo; a="1,2"',
    'foo; a="1"2',
    'foo; "a"=1',
    '"foo"',
    "foo; a='é",
    "é",
  ])("refuses %j", (text) => {
    expect(parseExtensions(text)).toBeUndefined();
  });
});
