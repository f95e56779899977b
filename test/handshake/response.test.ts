import { describe, expect, it } from "vitest";
import { checkField, InvalidAnswerError, refuse, serializeHead } from "../../src/handshake/response.ts";

describe("refuse", () => {
  it("is a complete answer that closes the connection", () => {
    expect(refuse(426, "Version 13", [["Upgrade", "websocket"]])).toEqual({
      status: 426,
      headers: [
        ["Upgrade", "websocket"],
        ["Connection", "close"],
        ["Content-Type", "text/plain; charset=utf-8"],
        ["Content-Length", "11"],
      ],
      body: "Version 13\n",
    });
  });

  it("leaves the type of the body to a header of that name", () => {
    for (const name of ["content-type", "Content-Type"]) {
      expect(refuse(403, "{}", [[name, "application/json"]]).headers).toEqual([
        [name, "application/json"],
        ["Connection", "close"],
        ["Content-Length", "3"],
      ]);
    }
  });

  it.each(["", "\u007f", "é", "\u0080\u07ff\u0800\uffff", "€𝄞", "\u{10000}\u{10ffff}"])(
    "counts its body in octets: %j",
    (reason) => {
      const { headers, body } = refuse(400, reason);
      expect(headers).toContainEqual(["Content-Length", String(Buffer.byteLength(body))]);
    },
  );
});

describe("serializeHead", () => {
  it("writes lines", () => {
    expect(serializeHead(refuse(400, "No"))).toBe(
      "HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 3\r\n\r\n",
    );
    expect(serializeHead({ status: 299, headers: [], body: "" })).toBe("HTTP/1.1 299 \r\n\r\n");
  });

  it.each([
    [101, "Switching Protocols"],
    [401, "Unauthorized"],
    [403, "Forbidden"],
    [404, "Not Found"],
    [405, "Method Not Allowed"],
    [408, "Request Timeout"],
    [426, "Upgrade Required"],
    [429, "Too Many Requests"],
    [431, "Request Header Fields Too Large"],
    [500, "Internal Server Error"],
    [503, "Service Unavailable"],
    [505, "HTTP Version Not Supported"],
  ])("%i is %s", (status, reason) => {
    expect(serializeHead({ status, headers: [], body: "" })).toBe(`HTTP/1.1 ${status} ${reason}\r\n\r\n`);
  });

  it("throws before a line is broken", () => {
    for (const field of [
      ["X", "a\r\nY: b"],
      ["X\r\n", "a"],
      ["X", "\0"],
    ] as [string, string][])
      expect(() => serializeHead({ status: 101, headers: [field], body: "" })).toThrow(InvalidAnswerError);
  });
});

describe("checkField (RFC 9110 section 5.5)", () => {
  it("takes tabs, visible characters and the upper half of latin-1", () => {
    const bad = Array.from({ length: 0x200 }, (_, i) => i).filter((point) => {
      try {
        checkField("X", String.fromCharCode(point));
        return false;
      } catch {
        return true;
      }
    });
    const controls = Array.from({ length: 32 }, (_, i) => i).filter((i) => i !== 9);
    const beyond = Array.from({ length: 0x100 }, (_, i) => 0x100 + i);
    expect(bad).toEqual([...controls, 127, ...beyond]);
  });

  it.each(["", "a b", "a:", "é", "a\n"])("refuses the name %j", (name) => {
    expect(() => checkField(name, "v")).toThrow("is not a header name");
  });

  it("says what is wrong, with a stable code", () => {
    const error = new InvalidAnswerError("why");
    expect([error.code, error.name, error.message]).toEqual([
      "ERR_INVALID_ANSWER",
      "InvalidAnswerError",
      "why",
    ]);
    expect(() => checkField("X-A", "\n")).toThrow(
      "the value of X-A has a character that a header cannot carry",
    );
  });
});
