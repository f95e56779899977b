import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import ts from "typescript";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

/*
 * Every snippet of the docs compiles against the public surface, as a reader's own file would. They are written to a
 * folder inside the project for that, where the types of Node are found.
 */

const root = resolve(import.meta.dirname, "../..");
const folder = mkdtempSync(join(root, "node_modules/.snippets-"));
afterAll(() => rmSync(folder, { recursive: true }));

const pages = [
  "README.md",
  "CONTRIBUTING.md",
  "examples/chat/README.md",
  ...readdirSync(join(root, "docs"), { recursive: true }).map((name) => `docs/${String(name)}`),
];
const snippets = pages
  .filter((page) => page.endsWith(".md"))
  .flatMap((page) => {
    const blocks = readFileSync(join(root, page), "utf8").matchAll(/^```(js|ts)\n([\s\S]*?)^```/gm);
    return [...blocks].map((block, i) => ({ name: `${page}, snippet ${i + 1}`, code: block[2]! }));
  });

const wrong = {
  name: "a snippet with a name that does not exist",
  code: 'import { WebSocketServer } from "handfast";\nnew WebSocketServer({ messages() {} });',
};

/** The errors of each snippet, by its name. */
function compile(): Map<string, string[]> {
  const files = new Map<string, string>();
  for (const [i, { name, code }] of [...snippets, wrong].entries()) {
    const file = join(folder, `snippet-${i}.ts`);
    writeFileSync(file, code);
    files.set(file, name);
  }
  const program = ts.createProgram([...files.keys()], {
    target: ts.ScriptTarget.ES2023,
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    strict: true,
    noEmit: true,
    skipLibCheck: true,
    allowImportingTsExtensions: true,
    moduleDetection: ts.ModuleDetectionKind.Force,
    types: ["node"],
    typeRoots: [join(root, "node_modules/@types")],
    paths: { handfast: [join(root, "src/index.ts")], "handfast/core": [join(root, "src/core.ts")] },
  });
  const errors = new Map([...files.values()].map((name): [string, string[]] => [name, []]));
  for (const { file, messageText } of ts.getPreEmitDiagnostics(program)) {
    const name = files.get(file?.fileName ?? "") ?? "elsewhere";
    errors.set(name, [...(errors.get(name) ?? []), ts.flattenDiagnosticMessageText(messageText, " ")]);
  }
  return errors;
}

describe("snippets of the docs", () => {
  let errors: Map<string, string[]>;
  beforeAll(() => {
    errors = compile();
  }, 60_000);

  it("are there", () => {
    expect(snippets.length).toBeGreaterThan(2);
    expect(errors.get("elsewhere")).toBeUndefined();
  });

  it.each(snippets)("$name compiles", ({ name }) => {
    expect(errors.get(name)).toEqual([]);
  });

  it("would not compile with a name that does not exist", () => {
    expect(errors.get(wrong.name)).toEqual([expect.stringContaining("'messages' does not exist")]);
  });
});
