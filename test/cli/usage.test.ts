import { describe, expect, it } from "vitest";
import { readEchoOptions } from "../../src/cli/echo-options.ts";
import { readArguments, readNumber, readPort, readSize, UsageError } from "../../src/cli/usage.ts";

describe("sizes", () => {
  it.each([
    ["0", 0],
    ["65536", 65_536],
    ["64kb", 65_536],
    ["16mb", 16 * 1024 * 1024],
    ["1GB", 1024 ** 3],
  ])("%s is %i bytes", (text, size) => {
    expect(readSize("max-payload", text)).toBe(size);
  });

  it.each(["", "-1", "1.5mb", "mb", "16 mb", "16mib", "1e6", "9999999999gb"])("%o is refused", (text) => {
    expect(() => readSize("max-payload", text)).toThrow(UsageError);
    expect(() => readSize("max-payload", text)).toThrow("--max-payload takes a size");
  });
});

describe("numbers", () => {
  it.each([
    ["0", 0],
    ["30000", 30_000],
    ["0.5", 0.5],
  ])("%s is one", (text, number) => {
    expect(readNumber("spread", text)).toBe(number);
  });

  it.each(["", "-1", "1e3", ".5", "5.", "Infinity", "1 "])("%o is refused", (text) => {
    expect(() => readNumber("spread", text)).toThrow("--spread takes a number from 0");
  });
});

describe("echo", () => {
  it("asks the server for what was given, and for nothing else", () => {
    const { options } = readEchoOptions(["--port", "0"]);
    expect(options).toEqual({
      maxPayload: 1024 ** 2,
      heartbeat: {},
      perMessageDeflate: false,
      origin: "same-origin",
    });
  });

  it("takes limits, rates and the heartbeat", () => {
    const line =
      "--port 0 --max-connections 5 --max-buffered 2mb --idle-timeout 700 --heartbeat 1000 --heartbeat-timeout 500 " +
      "--rate-messages 0.5 --rate-bytes 64kb --rate-burst 4 --rate-close --consume stream";
    expect(readEchoOptions(line.split(" "))).toMatchObject({
      consume: "stream",
      options: {
        maxConnections: 5,
        maxBuffered: 2 * 1024 ** 2,
        idleTimeout: 700,
        heartbeat: { interval: 1000, timeout: 500 },
        rateLimit: { messages: 0.5, bytes: 65_536, burst: 4, onExceeded: "close" },
      },
    });
    expect(readEchoOptions(["--port", "0", "--heartbeat", "0"]).options.heartbeat).toBe(false);
  });

  it.each([
    [["--port", "0", "--consume", "all"], "--consume takes handlers, iterate or stream"],
    [["--port", "0", "--rate-close"], "need --rate-messages or --rate-bytes"],
    [["--port", "0", "--heartbeat", "soon"], "--heartbeat takes a whole number"],
    [["--port", "0", "--deadline", "5", "--spread", "6"], "--deadline must not come before"],
    [["--port", "0", "--stats", "0"], "--stats takes a number of seconds above 0"],
  ])("%j is refused", (args, reason) => {
    expect(() => readEchoOptions(args)).toThrow(reason);
    expect(() => readEchoOptions(args)).toThrow(UsageError);
  });
});

describe("ports", () => {
  it.each(["0", "80", "65535"])("%s is one", (text) => {
    expect(readPort(text)).toBe(Number(text));
  });

  it.each(["", "-1", "65536", "99999", "1e3", "80 ", "http"])("%o is refused", (text) => {
    expect(() => readPort(text)).toThrow("--port takes a number from 0 to 65535");
  });
});

describe("options", () => {
  const options = { port: { type: "string" }, json: { type: "boolean" } } as const;

  it("are read", () => {
    expect({ ...readArguments(["--port", "1", "--json"], options) }).toEqual({ port: "1", json: true });
  });

  it.each([
    ["an unknown option", ["--nope"], /unknown option '--nope'/],
    ["a missing value", ["--port"], /'--port <value>' argument missing/],
    ["a value for a switch", ["--json=1"], /'--json' does not take an argument/],
    ["a word that is no option", ["x"], /unexpected argument 'x'/],
  ])("%s is told in one line", (_, args, message) => {
    expect(() => readArguments(args, options)).toThrow(UsageError);
    expect(() => readArguments(args, options)).toThrow(message);
    expect(() => readArguments(args, options)).toThrow(/^[^\n]*$/);
  });
});
