import { readdirSync, readFileSync, statSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import ts from "typescript";
import { describe, expect, it } from "vitest";

/*
 * The walls of the house. tsconfig.core.json takes Buffer, node:* and the timers out of the pure rooms' sight;
 * what types cannot see (which room imports which, clocks and chance that belong to the language itself, the
 * sizes) is checked here.
 */

const root = resolve(import.meta.dirname, "..");
const sources = (folder: string): string[] =>
  readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return entry.name === "node_modules" ? [] : sources(path);
    return /\.(ts|js)$/.test(entry.name) ? [path] : [];
  });

/** Which other rooms of src/ a room may import. What is not listed, it may not. */
const mayImport: Record<string, readonly string[]> = {
  frame: [],
  handshake: [],
  deflate: [],
  connection: ["frame"],
  server: ["frame", "handshake", "deflate", "connection"],
  cli: ["server", "index.ts"],
  "core.ts": ["frame", "handshake", "connection", "deflate"],
  "index.ts": ["frame", "handshake", "connection", "deflate", "server"],
};
const seesNode = (file: string): boolean => /^src\/(server|cli)\//.test(file);

const imports = (file: string): string[] =>
  ts.preProcessFile(readFileSync(join(root, file), "utf8"), true, true).importedFiles.map((f) => f.fileName);

/** A complaint for each import of `file` that goes through a wall. */
export function trespasses(file: string, specifiers: readonly string[]): string[] {
  const room = file.split("/")[1]!;
  return specifiers.flatMap((specifier) => {
    if (specifier.startsWith("node:")) return seesNode(file) ? [] : [`${file} sees ${specifier}`];
    if (!specifier.startsWith(".")) return [`${file} imports the package ${specifier}`];
    const target = relative(root, resolve(root, dirname(file), specifier)).split("/");
    if (target[0] !== "src") return [`${file} leaves src/: ${specifier}`];
    if (target[1] === room || mayImport[room]?.includes(target[1]!)) return [];
    return [`${file} imports ${target[1]}`];
  });
}

describe("fences", () => {
  const files = sources("src");

  it("keeps each room to the rooms it may import", () => {
    expect(files.flatMap((file) => trespasses(file, imports(file)))).toEqual([]);
  });

  it("would notice a trespass", () => {
    expect(trespasses("src/frame/mask.ts", ["../handshake/token.ts"])).toEqual([
      "src/frame/mask.ts imports handshake",
    ]);
    expect(trespasses("src/connection/x.ts", ["node:net"])).toEqual(["src/connection/x.ts sees node:net"]);
    expect(trespasses("src/server/x.ts", ["ws"])).toEqual(["src/server/x.ts imports the package ws"]);
    expect(trespasses("src/server/x.ts", ["../frame/mask.ts", "node:net"])).toEqual([]);
  });

  it("keeps clocks and chance out of the pure rooms", () => {
    const words = /\b(Date|Math\.random|performance|setTimeout|setInterval|crypto)\b/;
    const pure = files.filter((file) => !seesNode(file));
    const code = (file: string): string =>
      readFileSync(join(root, file), "utf8").replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*/g, "");
    expect(pure.filter((file) => words.test(code(file)))).toEqual([]);
  });

  it("lets examples and the suite import the package by name only", () => {
    const outside = ["examples", "autobahn"].filter((d) =>
      statSync(join(root, d), { throwIfNoEntry: false }),
    );
    const wrong = outside
      .flatMap(sources)
      .flatMap((file) => imports(file).map((specifier) => ({ file, specifier })))
      .filter(({ file, specifier }) => {
        if (!specifier.startsWith(".")) return false;
        return relative(root, resolve(root, dirname(file), specifier)).startsWith("src");
      });
    expect(wrong).toEqual([]);
  });
});

describe("sizes", () => {
  const lines = (file: string): number => readFileSync(join(root, file), "utf8").split("\n").length - 1;

  const total = (files: readonly string[]): number => files.map(lines).reduce((a, b) => a + b, 0);
  const files = sources("src");

  it("keeps every file of src/ under 300 lines", () => {
    expect(files.filter((file) => lines(file) > 300)).toEqual([]);
  });

  it("keeps the protocol under 3,300 lines, its compression under 1,800 and the server under 5,000", () => {
    const room = (file: string): string => file.split("/")[1]!;
    const linesOf = (...rooms: string[]): number => total(files.filter((file) => rooms.includes(room(file))));
    expect(linesOf("frame", "handshake", "connection")).toBeLessThan(3300);
    expect(linesOf("deflate")).toBeLessThan(1800);
    expect(linesOf("server", "cli")).toBeLessThan(5000);
  });
});

describe("faults", () => {
  it("lets no deliberate fault lose its place in the sources", () => {
    const faults = JSON.parse(readFileSync(join(root, "fuzz/faults.json"), "utf8")) as string[][];
    const lost = faults.filter(([, file, from]) => {
      const source = readFileSync(join(root, "src", `${file!}.ts`), "utf8");
      return source.split(from!).length !== 2;
    });
    expect(lost).toEqual([]);
  });
});
