import { describe, expect, it } from "vitest";
import {
  parseRequestHead,
  parseResponseHead,
  type RequestHead,
  type ResponseHead,
} from "../../src/handshake/head.ts";

const bad = (status: number, reason: string): object => ({ status, reason });

describe("parseRequestHead (RFC 9112 section 3)", () => {
  it("reads the request line and the fields", () => {
    const head = parseRequestHead([
      "GET /chat?x=1 HTTP/1.1",
      "Host: a",
      "X:",
      "x:\t 1 2 \t",
      "Y:a:b",
      "__proto__: p",
    ]);
    expect(head).toMatchObject({ method: "GET", target: "/chat?x=1", httpVersion: "1.1" });
    expect([...(head as RequestHead).headers]).toEqual([
      ["Host", "a"],
      ["X", ""],
      ["x", "1 2"],
      ["Y", "a:b"],
      ["__proto__", "p"],
    ]);
  });

  it.each(["M-SEARCH * HTTP/2.0", "get http://a/ HTTP/0.9", "G  HTTP/1.0".replace("  ", " / ")])(
    "reads %j",
    (line) => {
      const [method, target, version] = line.split(" ");
      expect(parseRequestHead([line])).toMatchObject({ method, target, httpVersion: version!.slice(5) });
    },
  );

  const noMethod = "the request line does not begin with a method";
  const spaces = "the request line is not method, target and version with one space between";
  const noVersion = "the request line does not end with an HTTP version";
  it.each<[string, number, string]>([
    ["", 400, noMethod],
    [" GET / HTTP/1.1", 400, noMethod],
    ["GE(T / HTTP/1.1", 400, noMethod],
    ["GET\t/ HTTP/1.1", 400, noMethod],
    ["GET/", 400, noMethod],
    ["GET", 400, spaces],
    ["GET ", 400, spaces],
    ["GET /", 505, "HTTP/0.9 is not supported"],
    ["GET  / HTTP/1.1", 400, spaces],
    ["GET /  HTTP/1.1", 400, spaces],
    ["GET / HTTP/1.1 ", 400, spaces],
    ["GET /a b HTTP/1.1", 400, spaces],
    ["GET / http/1.1", 400, noVersion],
    ["GET / HTTP/1", 400, noVersion],
    ["GET / HTTP/1.10", 400, noVersion],
    ["GET / HTTP/11.1", 400, noVersion],
    ["GET / HTTPS/1.1", 400, noVersion],
    ["GET / XHTTP/1.1", 400, noVersion],
    ["GET / HTTP/1x1", 400, noVersion],
  ])("refuses %j", (line, status, reason) => {
    expect(parseRequestHead([line, "Host: a"])).toEqual(bad(status, reason));
  });

  it("refuses no lines", () => {
    expect(parseRequestHead([])).toEqual(bad(400, noMethod));
  });

  const noField = "a header line is not a name, a colon and a value";
  it.each<[string, string]>([
    [" folded", "a header field is folded over lines"],
    ["\tfolded: x", "a header field is folded over lines"],
    ["Host : a", noField],
    ["Host\t: a", noField],
    ["Host", noField],
    [": a", noField],
    ["", noField],
    ["Ho st: a", noField],
    ["H\xe9: a", noField],
    ["H(: a", noField],
  ])("refuses the field %j", (line, reason) => {
    expect(parseRequestHead(["GET / HTTP/1.1", "A: b", line])).toEqual(bad(400, reason));
  });
});

describe("parseResponseHead (RFC 9112 section 4)", () => {
  it.each<[string, object]>([
    ["HTTP/1.1 101 Switching Protocols", { httpVersion: "1.1", status: 101, reason: "Switching Protocols" }],
    ["HTTP/1.0 200 ", { httpVersion: "1.0", status: 200, reason: "" }],
    ["HTTP/1.1 404", { status: 404, reason: "" }],
    ["HTTP/1.1 500 a  b", { status: 500, reason: "a  b" }],
  ])("reads %j", (line, expected) => {
    const head = parseResponseHead([line, "A: b"]);
    expect(head).toMatchObject(expected);
    expect([...(head as ResponseHead).headers]).toEqual([["A", "b"]]);
  });

  it.each([
    "",
    "HTTP/1.1",
    "HTTP/1.1 10",
    "HTTP/1.1 1010 x",
    "HTTP/1.1  101 x",
    " HTTP/1.1 101 x",
    "HTTP/11 101 x",
    "HTTP/1.1 101\tx",
  ])("refuses %j", (line) => {
    expect(parseResponseHead([line])).toEqual(bad(400, "the status line is not version, status and reason"));
  });

  it("refuses bad fields and no lines", () => {
    expect(parseResponseHead(["HTTP/1.1 101 x", "A"])).toEqual(
      bad(400, "a header line is not a name, a colon and a value"),
    );
    expect(parseResponseHead([])).toMatchObject({ status: 400 });
  });
});
