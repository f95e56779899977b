import { describe, expect, it } from "vitest";
import { readArguments, readPort, readSize, UsageError } from "../../src/cli/usage.ts";

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
