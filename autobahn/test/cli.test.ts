import { execFile, execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RunningServer, startWsServer } from "./ws-peers.ts";

/* The command as its users have it: built, and run as a program. */

const root = resolve(import.meta.dirname, "..");

interface Ended {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

function command(...args: string[]): Promise<Ended> {
  return new Promise((done) => {
    execFile(
      process.execPath,
      [join(root, "dist/cli.js"), ...args],
      { cwd: folder },
      (error, stdout, stderr) => {
        done({ status: typeof error?.code === "number" ? error.code : 0, stdout, stderr });
      },
    );
  });
}

/** Says that it listens as an echo server does, but knows no WebSocket. */
const webServer = `
const server = require("node:http").createServer((request, response) => response.writeHead(426).end());
server.listen(0, "127.0.0.1", () => console.log("listening on ws://127.0.0.1:" + server.address().port));
`;

let folder: string;
let server: RunningServer;
let url: string;
let http: Server;
let httpUrl: string;

beforeAll(async () => {
  execFileSync(process.execPath, [resolve(root, "../node_modules/tsup/dist/cli-default.js"), "--silent"], {
    cwd: root,
  });
  folder = mkdtempSync(join(tmpdir(), "handfast-autobahn-"));
  server = await startWsServer();
  url = `ws://127.0.0.1:${server.port}`;
  http = createServer((_, response) => response.writeHead(404).end());
  await new Promise<void>((ready) => {
    http.listen(0, "127.0.0.1", ready);
  });
  const address = http.address();
  httpUrl = `ws://127.0.0.1:${typeof address === "object" && address ? address.port : 0}`;
  writeFileSync(join(folder, "file"), "");
  writeFileSync(join(folder, "web.cjs"), webServer);
}, 60_000);

afterAll(async () => {
  http.close();
  await server.close();
  rmSync(folder, { recursive: true });
});

describe("what its user can mend", () => {
  const cases: [string, () => string[], RegExp][] = [
    ["no URL", () => ["test"], /give a URL, or --start/],
    ["another URL", () => ["test", "http://127.0.0.1"], /is no WebSocket URL/],
    ["nobody there", () => ["test", "ws://127.0.0.1:1"], /cannot be reached: connect ECONNREFUSED/],
    ["no WebSocket server", () => ["test", httpUrl], /is no WebSocket server: .* status 404/],
    ["a bad pattern", () => ["test", url, "--cases", "1.x"], /"1\.x" is no case pattern/],
    ["no such case", () => ["serve", "--cases", "99.*"], /no case matches "99\.\*"/],
    ["a bad number", () => ["test", url, "--parallel", "0"], /"0" is not a whole number from 1 to 256/],
    ["an unknown option", () => ["test", url, "--frob"], /unknown option '--frob'/],
    ["an unwritable folder", () => ["test", url, "--outdir", "file/x"], /cannot write reports to file\/x/],
    [
      "no expectation",
      () => ["test", url, "--expect", "nowhere.json"],
      /cannot use nowhere\.json as expectation/,
    ],
    ["a port in use", () => ["serve", "--port", String(server.port)], /cannot listen on 127\.0\.0\.1/],
    [
      "a server of its own that is none",
      () => ["test", "--start", "node web.cjs"],
      /no WebSocket server: .* 426/,
    ],
    ["a command that is none", () => ["test", "--start", "./nowhere"], /cannot start \.\/nowhere/],
  ];

  it.each(cases)("%s: one line, exit 2", async (_, args, message) => {
    const { status, stdout, stderr } = await command(...args());
    expect(stderr).toMatch(message);
    expect(stderr.trim().split("\n").length).toBe(1);
    expect(stderr).toMatch(/^handfast-autobahn: /);
    expect(stdout).toBe("");
    expect(status).toBe(2);
  });

  it("leaves nothing half-written when the server is not there", async () => {
    await command("test", "ws://127.0.0.1:1", "--outdir", "never");
    expect(existsSync(join(folder, "never"))).toBe(false);
  });
});

describe("judging a server", () => {
  it("prints a table, plain lines and where the reports are, and exits with 0", async () => {
    const { status, stdout, stderr } = await command(
      "test",
      url,
      "--cases",
      "1.1.*",
      "--outdir",
      "out",
      "--agent",
      "me",
    );
    expect(status).toBe(0);
    expect(stdout).toContain("1 Framing      8   8");
    expect(stdout).toContain("Reports are in out (open index.html).");
    expect(stderr.trim().split("\n").at(-1)).toBe("8 of 8 cases, 0 not OK");
    expect(readdirSync(join(folder, "out")).length).toBe(10);
  });

  it("exits with 1 when a case failed, and not for a late one", async () => {
    expect((await command("test", url, "--cases", "6.4.1", "--outdir", "late")).status).toBe(0);
    const { status, stdout } = await command("test", url, "--cases", "9.3.2", "--outdir", "failed");
    expect(stdout).toMatch(/^9\.3\.2 +FAILED: 0 of 1 echoes came\./m);
    expect(status).toBe(1);
  });

  it("prints JSON and nothing else on stdout", async () => {
    const { stdout } = await command(
      "test",
      url,
      "--cases",
      "2.1",
      "--json",
      "--agent",
      "me",
      "--outdir",
      "json",
    );
    expect(JSON.parse(stdout)).toMatchObject({ me: { "2.1": { behavior: "OK", remoteCloseCode: 1000 } } });
  });

  it("compares with an expectation", async () => {
    writeFileSync(join(folder, "expected.json"), '{"2.1":{"behavior":"OK","behaviorClose":"OK"}}');
    const same = await command("test", url, "--cases", "2.1", "--expect", "expected.json");
    expect(same).toMatchObject({
      status: 0,
      stdout: expect.stringContaining("All verdicts are as expected."),
    });
    const other = await command("test", url, "--cases", "2.1,2.2", "--expect", "expected.json");
    expect(other.stdout).toContain("DIFFERENT 2.2: not in the expectation, got OK / OK");
    expect(other.status).toBe(1);
  });
});
