import { describe, expect, it } from "vitest";
import { isAllowedOrigin, isAuthority, isSameOrigin } from "../../src/handshake/origin.ts";

describe("isAuthority (RFC 3986 section 3.2)", () => {
  it.each([
    "a",
    "example.com",
    "example.com:8080",
    "example.com:",
    "127.0.0.1:1",
    "[::1]",
    "[2001:DB8::1]:65535",
    "a_b~c!$&'()*+,;=%41",
    "__proto__",
  ])("takes %s", (text) => {
    expect(isAuthority(text)).toBe(true);
  });

  it.each([
    "",
    ":80",
    "a:b",
    "a:65536",
    "a:123456",
    "a:1:2",
    "a b",
    "a/b",
    "u@a",
    "[::1",
    "::1",
    "[g]",
    "é",
    "a\n",
    "a?",
  ])("refuses %j", (text) => {
    expect(isAuthority(text)).toBe(false);
  });
});

describe("isSameOrigin (RFC 6454)", () => {
  it.each<[string, string, boolean]>([
    ["http://a.example", "a.example", true],
    ["http://a.example", "a.example:80", true],
    ["http://a.example:80", "a.example", true],
    ["https://a.example", "a.example:443", true],
    ["https://a.example:443", "a.example", true],
    ["HTTP://A.example", "a.EXAMPLE", true],
    ["http://a.example:8080", "a.example:8080", true],
    ["http://a.example:", "a.example", true],
    ["http://[::1]:3000", "[::1]:3000", true],
    ["http://a.example", "a.example:8080", false],
    ["http://a.example:8080", "a.example", false],
    ["https://a.example", "a.example:80", false],
    ["http://a.example", "a.example:443", false],
    ["http://b.example", "a.example", false],
    ["http://a.example.evil", "a.example", false],
    ["http://xa.example", "a.example", false],
    ["http://a.example/", "a.example", false],
    ["http://a.example@b", "a.example", false],
    ["ftp://a.example", "a.example", false],
    ["xhttp://a.example", "a.example", false],
    ["http:a.example", "a.example", false],
    ["http://a.example\n.evil", "a.example", false],
    ["http://", "a.example", false],
    ["null", "null", false],
    ["", "", false],
    ["http://a", "not a host", false],
    ["http://not a host", "not a host", false],
  ])("%j of %j: %s", (origin, host, same) => {
    expect(isSameOrigin(origin, host)).toBe(same);
  });
});

describe("isAllowedOrigin", () => {
  it("asks the policy", () => {
    const origin = "https://a.example";
    expect(isAllowedOrigin(origin, "b", "any")).toBe(true);
    expect(isAllowedOrigin(origin, "a.example", "same-origin")).toBe(true);
    expect(isAllowedOrigin(origin, "b.example", "same-origin")).toBe(false);
    expect(isAllowedOrigin(origin, "b", ["https://x", "HTTPS://A.example"])).toBe(true);
    expect(isAllowedOrigin("HTTPS://A.example", "b", [origin])).toBe(true);
    expect(isAllowedOrigin(origin, "b", ["https://a.example:1", "a.example"])).toBe(false);
    expect(isAllowedOrigin(origin, "a.example", [])).toBe(false);
    expect(isAllowedOrigin(origin, "b", (asked) => asked === origin)).toBe(true);
    expect(isAllowedOrigin(origin, "a.example", () => false)).toBe(false);
  });
});
