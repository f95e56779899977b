import { execFile } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

/*
 * The package as its users get it: built, packed, and installed offline in a folder of its own.
 */

export const root: string = join(import.meta.dirname, "../..");
const execute = promisify(execFile);

export interface Outcome {
  readonly code: number;
  readonly out: string;
  readonly err: string;
}

/** Runs a program to its end, whatever that is. */
export async function run(command: string, args: readonly string[], cwd: string): Promise<Outcome> {
  const env = { ...process.env, NO_COLOR: "1", npm_config_loglevel: "error" };
  try {
    const { stdout, stderr } = await execute(command, args, { cwd, env });
    return { code: 0, out: stdout, err: stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, out: stdout, err: stderr };
  }
}

export interface Installed {
  /** A folder with the package in its node_modules. */
  readonly folder: string;
  readonly tarball: string;
  /** Paths in the tarball. */
  readonly files: readonly string[];
}

const must = ({ code, out, err }: Outcome): string => {
  if (code === 0) return out;
  throw new Error(`exit ${code}: ${out}${err}`);
};

export async function install(): Promise<Installed> {
  const folder = mkdtempSync(join(tmpdir(), "handfast-package-"));
  must(await run("npm", ["run", "build", "--silent"], root));
  const packed = must(await run("npm", ["pack", "--json", "--silent", "--pack-destination", folder], root));
  const [{ filename, files }] = JSON.parse(packed.slice(packed.indexOf("["))) as [
    { filename: string; files: { path: string }[] },
  ];
  const tarball = join(folder, filename);
  writeFileSync(join(folder, "package.json"), `{ "private": true }\n`);
  must(await run("npm", ["install", "--offline", "--no-audit", "--no-fund", tarball], folder));
  return { folder, tarball, files: files.map(({ path }) => path).toSorted() };
}

/** Puts a file into the folder, where programs find the package by its name. */
export function write(folder: string, path: string, text: string): string {
  const target = join(folder, path);
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, text);
  return target;
}

/** Lets the folder's TypeScript see Node's types, as a user's project would. */
export function addNodeTypes(folder: string): void {
  for (const name of ["@types/node", "undici-types"]) {
    cpSync(join(root, "node_modules", name), join(folder, "node_modules", name), { recursive: true });
  }
}
