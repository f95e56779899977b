import { describe, expect, it } from "vitest";
import { type Head, type HeadError, type HeadLimits, HeadReader } from "../../src/handshake/head-reader.ts";
import { checkRequestLine } from "../../src/handshake/head.ts";
import { hex, join, latin1, toHex } from "../octets.ts";

const read = (
  limits: HeadLimits | undefined,
  ...chunks: readonly Uint8Array[]
): Head | HeadError | undefined => {
  const reader = new HeadReader(limits);
  for (const chunk of chunks) {
    const result = reader.receive(chunk);
    if (result !== undefined) return result;
  }
  return undefined;
};
const text = (head: string, limits?: HeadLimits): Head | HeadError | undefined => read(limits, latin1(head));

describe("HeadReader", () => {
  const head = "GET / HTTP/1.1\r\nHost: a\r\nX:\t\xe9 \r\n\r\n";
  const lines = ["GET / HTTP/1.1", "Host: a", "X:\t\xe9 "];

  it("gives the lines and what is behind them", () => {
    const result = text(`${head}\x81\x00\r\n`);
    expect(result).toEqual({ lines, rest: hex("81 00 0d 0a") });
  });

  it("gives the same however the input is cut", () => {
    const octets = join(latin1(head), hex("81"));
    for (let one = 0; one <= octets.length; one++) {
      for (let two = one; two <= octets.length; two++) {
        const result = read(
          undefined,
          octets.subarray(0, one),
          octets.subarray(one, two),
          octets.subarray(two),
        );
        expect(result).toMatchObject({ lines });
      }
    }
    const single = Array.from(latin1(head), (octet) => Uint8Array.of(octet));
    expect(read(undefined, ...single)).toEqual({ lines, rest: hex("") });
  });

  it("gives the rest as a view of the chunk that completed the head", () => {
    const chunk = latin1(`${head}abc`);
    const result = read(undefined, chunk) as Head;
    expect(result.rest.buffer).toBe(chunk.buffer);
    expect(toHex(result.rest)).toBe("61 62 63");
  });

  it("waits for the last octet", () => {
    for (let end = 0; end < head.length; end++) expect(text(head.slice(0, end))).toBeUndefined();
  });

  it("neither changes nor keeps its input", () => {
    const octets = latin1(head);
    const one = octets.slice(0, 20);
    const reader = new HeadReader();
    reader.receive(one);
    expect(one).toEqual(octets.subarray(0, 20));
    one.fill(0);
    expect(reader.receive(octets.subarray(20))).toMatchObject({ lines });
  });

  it("takes the octets before an end alone, and asks the decoder that it is given", () => {
    const decode = (bytes: Uint8Array, start: number, end: number): string =>
      String.fromCharCode(...bytes.subarray(start, end)).toUpperCase();
    const reader = new HeadReader({}, undefined, decode);
    const octets = latin1(`${head}ab`);
    expect(reader.receive(octets, 10)).toBeUndefined();
    expect(reader.receive(octets.subarray(10), head.length - 10 + 1)).toEqual({
      lines: lines.map((line) => line.toUpperCase()),
      rest: latin1("a"),
    });
  });

  it("reads an empty head", () => {
    expect(text("\r\n")).toEqual({ lines: [], rest: hex("") });
  });

  it("reads lines that are longer than an argument list may be", () => {
    const line = "x".repeat(300_000);
    expect(text(`${line}\r\n\r\n`, { maxHeaderBytes: 400_000 })).toMatchObject({ lines: [line] });
    const marked = `${"a".repeat(4095)}bc${"d".repeat(4095)}e`;
    expect(text(`${marked}\r\n\r\n`)).toMatchObject({ lines: [marked] });
  });

  it.each<[string, string]>([
    ["GET / HTTP/1.1\n", "a line ends with LF alone"],
    ["\n", "a line ends with LF alone"],
    ["GET / HTTP/1.1\rH", "a line ends with CR alone"],
    ["GET / HTTP/1.1\r\r", "a line ends with CR alone"],
    ["GET / HTTP/1.1\r\n\r\0", "a line ends with CR alone"],
    ["GET /\0", "a control character in the head"],
  ])("refuses %j at its last octet", (input, reason) => {
    expect(text(input.slice(0, -1))).toBeUndefined();
    expect(text(input)).toEqual({ status: 400, reason });
    expect(read(undefined, ...Array.from(latin1(input), (octet) => Uint8Array.of(octet)))).toEqual({
      status: 400,
      reason,
    });
  });

  it("takes no control character but the tab, and every other octet", () => {
    const refused = Array.from({ length: 256 }, (_, octet) => octet).filter(
      (octet) => read(undefined, Uint8Array.of(0x41, octet)) !== undefined,
    );
    const controls = Array.from({ length: 32 }, (_, i) => i).filter((i) => i !== 9 && i !== 13);
    expect(refused).toEqual([...controls, 127]);
  });

  it("has a limit in octets, the empty line included: 431 at the first octet beyond", () => {
    const limits = { maxHeaderBytes: head.length };
    expect(text(head, limits)).toMatchObject({ lines });
    expect(text(`${head}behind`, limits)).toMatchObject({ rest: latin1("behind") });
    const short = { maxHeaderBytes: head.length - 1 };
    expect(text(head.slice(0, -1), short)).toBeUndefined();
    expect(text(head, short)).toEqual({
      status: 431,
      reason: `the head is larger than ${head.length - 1} bytes`,
    });
    const single = Array.from(latin1(head), (octet) => Uint8Array.of(octet));
    expect(read(short, ...single)).toMatchObject({ status: 431 });
    expect(text("x".repeat(16 * 1024))).toBeUndefined();
    expect(text("x".repeat(16 * 1024 + 1))).toMatchObject({ status: 431 });
  });

  it("has a limit on fields: 431 at the end of the first beyond", () => {
    const fields = (count: number): string => `GET / HTTP/1.1\r\n${"a:b\r\n".repeat(count)}\r\n`;
    expect(text(fields(2), { maxHeaders: 2 })).toMatchObject({ lines: { length: 3 } });
    expect(text(fields(3), { maxHeaders: 2 })).toEqual({ status: 431, reason: "more than 2 header fields" });
    expect(text(fields(0), { maxHeaders: 0 })).toMatchObject({ lines: { length: 1 } });
    expect(text(fields(1000))).toMatchObject({ lines: { length: 1001 } });
    expect(text(fields(1001))).toMatchObject({ status: 431 });
  });

  it("asks about the first line as soon as it is whole, and about no other", () => {
    const asked: string[] = [];
    const ask = (line: string): undefined => void asked.push(line);
    expect(new HeadReader({}, ask).receive(latin1(head))).toMatchObject({ lines });
    expect(asked).toEqual([lines[0]]);
    const reader = new HeadReader({}, checkRequestLine);
    expect(reader.receive(latin1("GET /\r"))).toBeUndefined();
    expect(reader.receive(latin1("\n"))).toEqual({ status: 505, reason: "HTTP/0.9 is not supported" });
    expect(new HeadReader({}, checkRequestLine).receive(latin1(head))).toMatchObject({ lines });
  });
});
