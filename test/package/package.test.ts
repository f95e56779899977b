import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { addNodeTypes, install, type Installed, type Outcome, root, run, write } from "./installed.ts";

let installed: Installed;
beforeAll(async () => {
  installed = await install();
});
afterAll(() => rmSync(installed.folder, { recursive: true, force: true }));

const complaints = ({ code, out, err }: Outcome): string => (code === 0 ? "" : `exit ${code}: ${out}${err}`);

describe("the pack", () => {
  it("holds what users need and nothing else", () => {
    const expected = [
      /^LICENSE$/,
      /^README\.md$/,
      /^CHANGELOG\.md$/,
      /^package\.json$/,
      /^dist\/cli\.js$/,
      /^dist\/(index|core)\.(js|cjs|d\.ts|d\.cts)$/,
      /^dist\/[\w-]+-[\w-]{8}\.(js|cjs|d\.ts|d\.cts)$/,
    ];
    const { files } = installed;
    expect(files.filter((file) => !expected.some((pattern) => pattern.test(file)))).toEqual([]);
    expect(files).toEqual(
      expect.arrayContaining([
        "LICENSE",
        "package.json",
        "dist/cli.js",
        ...["index", "core"].flatMap((name) =>
          ["js", "cjs", "d.ts", "d.cts"].map((ending) => `dist/${name}.${ending}`),
        ),
      ]),
    );
  });

  it("passes publint and arethetypeswrong", async () => {
    const bin = (name: string): string => join(root, "node_modules/.bin", name);
    const lint = await run(bin("publint"), ["--strict", installed.tarball], root);
    expect(complaints(lint)).toBe("");
    const types = await run(bin("attw"), ["--profile", "node16", "--no-color", installed.tarball], root);
    expect(complaints(types)).toBe("");
  });
});

const firstLine = async (child: ChildProcess): Promise<string> => {
  const [line] = await once(createInterface(child.stdout!), "line");
  return String(line);
};

async function echoes(url: string, text: string): Promise<WebSocket> {
  const client = new WebSocket(url);
  await once(client, "open");
  client.send(text);
  expect(String((await once(client, "message"))[0])).toBe(text);
  return client;
}

const PROGRAM = `
const server = new WebSocketServer({
  message: (socket, message) => void socket.send(message),
  close: () => void server.close(),
});
server.listen({ port: 0, host: "127.0.0.1" }).then(({ port }) => {
  console.log([port, acceptKey("dGhlIHNhbXBsZSBub25jZQ==")].join(" "));
});
`;

describe("loaded as users load it", () => {
  it.each([
    [
      "ESM",
      "echo.mjs",
      `import { WebSocketServer } from "handfast";\nimport { acceptKey } from "handfast/core";\n`,
    ],
    [
      "CJS",
      "echo.cjs",
      `const { WebSocketServer } = require("handfast");\nconst { acceptKey } = require("handfast/core");\n`,
    ],
  ])("echoes as %s", async (_, name, head) => {
    const child = spawn(process.execPath, [write(installed.folder, name, head + PROGRAM)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const exit = once(child, "exit");
    const [port, key] = (await firstLine(child)).split(" ");
    expect(key).toBe("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    (await echoes(`ws://127.0.0.1:${port}/`, "grüezi")).close();
    expect(await exit).toEqual([0, null]);
  });

  it("type-checks in both kinds of module", async () => {
    const { folder } = installed;
    addNodeTypes(folder);
    const consumer = `
import { MisuseError, type ServerSocket, WebSocketServer } from "handfast";
import { Connection, type ConnectionEvent } from "handfast/core";
const names = new Map<ServerSocket, string>();
export const server: WebSocketServer = new WebSocketServer({
  origin: ["https://example.com"],
  open: (socket, request) => void names.set(socket, request.path),
  message: (socket, message) => {
    if (message.type === "text") socket.send(message.text.toUpperCase());
    else socket.send(message.bytes);
  },
  close: (socket, code: number, reason: string) => void [names.delete(socket), code, reason],
});
// @ts-expect-error a port is a number
server.listen({ port: "80" }).catch((error: unknown) => error instanceof MisuseError);
export const event: ConnectionEvent | undefined = new Connection({ role: "server" }).next();
`;
    write(folder, "esm.mts", consumer);
    write(folder, "cjs.cts", consumer);
    const compilerOptions = {
      module: "nodenext",
      target: "es2023",
      lib: ["es2023"],
      types: ["node"],
      strict: true,
      noEmit: true,
    };
    write(folder, "tsconfig.json", JSON.stringify({ compilerOptions, files: ["esm.mts", "cjs.cts"] }));
    const outcome = await run(join(root, "node_modules/.bin/tsc"), ["-p", "."], folder);
    expect(complaints(outcome)).toBe("");
  });
});

describe("the command", () => {
  const handfast = (...args: string[]): ReturnType<typeof run> =>
    run(join(installed.folder, "node_modules/.bin/handfast"), args, installed.folder);
  const start = (...args: string[]): ChildProcess =>
    spawn(join(installed.folder, "node_modules/.bin/handfast"), ["echo", ...args], {
      stdio: ["ignore", "pipe", "inherit"],
    });

  it("tells its version and its help", async () => {
    expect(await handfast("--version")).toEqual({ code: 0, out: "0.1.0\n", err: "" });
    expect((await handfast("--help")).out).toContain("Usage: handfast <command>");
    expect((await handfast("echo", "--help")).out).toContain("--max-payload SIZE");
  });

  it.each([
    [["fly"], "unknown command fly"],
    [["echo"], "echo needs --port N"],
    [["echo", "--port", "70000"], '--port takes a number from 0 to 65535, not "70000"'],
    [["echo", "--port", "0", "--max-payload", "lots"], "--max-payload takes a size"],
    [["echo", "--port", "0", "--prot", "1"], "unknown option '--prot'"],
  ])("refuses %j in one line", async (args, reason) => {
    const { code, out, err } = await handfast(...args);
    expect({ code, out, lines: err.split("\n").length }).toEqual({ code: 2, out: "", lines: 2 });
    expect(err).toContain(reason);
  });

  it("listens, says where, names a port in use, and closes with 1001 when interrupted", async () => {
    const child = start("--port", "0");
    const exit = once(child, "exit");
    const line = await firstLine(child);
    expect(line).toMatch(/^listening on ws:\/\/127\.0\.0\.1:\d+$/);
    const url = line.slice("listening on ".length);
    const second = await handfast("echo", "--port", new URL(url).port);
    expect(second).toMatchObject({
      code: 2,
      out: "",
      err: expect.stringMatching(/^[^\n]* is in use[^\n]*\n$/),
    });
    const client = await echoes(url, "x".repeat(100_000));
    const closed = once(client, "close");
    child.kill("SIGINT");
    expect((await closed)[0]).toBe(1001);
    expect(await exit).toEqual([0, null]);
  });
});

describe("more than one core", () => {
  let running: ChildProcess | undefined;
  afterAll(() => running?.kill("SIGKILL"));

  it("is what the guide's example uses, but for the port and the number of processes", async () => {
    const page = readFileSync(join(root, "docs/guides/cores.md"), "utf8");
    const code = /^```js\n([\s\S]*?)^```/m.exec(page)![1]!;
    const example = code
      .replace("port: 8090", 'port: 0, host: "127.0.0.1"')
      .replace("availableParallelism();", "2;");
    running = spawn(process.execPath, [write(installed.folder, "cores.mjs", example)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const lines = createInterface(running.stdout!)[Symbol.asyncIterator]();
    const said = [String((await lines.next()).value), String((await lines.next()).value)];
    expect(new Set(said.map((line) => line.split(" ")[0])).size).toBe(2);
    const [port, same] = said.map((line) => line.split(" ").at(-1));
    expect(same).toBe(port);

    // Connections go round: of four, each process has two.
    const clients: WebSocket[] = [];
    for (let i = 0; i < 4; i++) {
      const client = new WebSocket(`ws://127.0.0.1:${port}`);
      clients.push(client);
      await once(client, "open");
    }
    const heard = clients.map(async (client) => String((await once(client, "message"))[0]));
    clients[0]!.send("to everybody");
    expect(await Promise.all(heard)).toEqual(Array(4).fill("to everybody"));

    const codes = clients.map(async (client) => (await once(client, "close"))[0] as number);
    const gone = once(running, "exit");
    running.kill("SIGTERM");
    expect(await Promise.all(codes)).toEqual(Array(4).fill(1001));
    await gone;
  });
});

describe("the benchmark", () => {
  const bench = (...options: string[]): Promise<Outcome> => {
    const short = [
      "--rounds",
      "1",
      "--time",
      "0.2",
      "--warm",
      "0.1",
      "--out",
      join(installed.folder, "results"),
    ];
    return run(process.execPath, [join(root, "bench/run.mjs"), ...short, ...options], root);
  };

  it("measures servers side by side, and writes a table and a picture", async () => {
    const scenarios = "echo-16-d16,echo-utf8-16k,cast-125-n500-d8,deflate-1k";
    const outcome = await bench("--peers", "handfast,ws", "--scenarios", scenarios);
    expect(complaints(outcome)).toBe("");
    const result = (name: string): string => readFileSync(join(installed.folder, "results", name), "utf8");
    const { runs } = JSON.parse(result("results.json")) as { runs: { peer: string; value: number }[] };
    expect(runs.map(({ peer }) => peer)).toEqual(Array.from({ length: 4 }, () => ["handfast", "ws"]).flat());
    expect(runs.every(({ value }) => value > 0)).toBe(true);
    expect(result("results.md")).toContain("| 16 B, 16 in flight | handfast");
    expect(result("results.svg")).toMatch(/^<svg [\s\S]*<\/svg>\n$/);
  });

  it("notices a reply that is not what was sent", async () => {
    const wrong = `import { WebSocketServer as Real } from ${JSON.stringify(join(root, "dist/index.js"))};
export class WebSocketServer extends Real {
  constructor(options) {
    super({ ...options, message: (socket) => void socket.send(new Uint8Array(16)) });
  }
}`;
    const build = `wrong=${write(installed.folder, "wrong.mjs", wrong)}`;
    const { code, err } = await bench("--build", build, "--peers", "wrong", "--scenarios", "echo-16-d1");
    expect(err).toContain("reply 0 of the ring is wrong");
    expect(code).toBe(1);
  });
});
