import { Buffer } from "node:buffer";
import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from "node:child_process";
import { createInterface } from "node:readline";
import { join } from "node:path";
import { Peer, type PeerKind } from "./peer.ts";

const SCRIPT = join(import.meta.dirname, "python_peer.py");

/** An interpreter that has the package: the first in the path, or the system's own. */
const python = ["python3", "/usr/bin/python3"].find(
  (command) => spawnSync(command, ["-c", "import websockets"]).status === 0,
);

interface Told {
  readonly type: string;
  readonly subprotocol?: string;
  readonly text?: string;
  readonly base64?: string;
  readonly payload?: string;
  readonly code?: number;
  readonly reason?: string;
}

class PythonPeer extends Peer {
  readonly #process: ChildProcessWithoutNullStreams;
  subprotocol = "";

  constructor(process: ChildProcessWithoutNullStreams) {
    super();
    this.#process = process;
  }

  hear({ type, text = "", base64 = "", payload = "", code = 0, reason = "" }: Told): void {
    if (type === "text") this.events.push({ type, text });
    else if (type === "binary") this.events.push({ type, bytes: Buffer.from(base64, "base64") });
    else if (type === "pong") this.events.push({ type, payload });
    else if (type === "close") this.events.push({ type, code, reason });
  }

  #tell(command: object): void {
    this.#process.stdin.write(`${JSON.stringify(command)}\n`);
  }
  sendText(text: string): void {
    this.#tell({ do: "text", text });
  }
  sendBinary(bytes: Uint8Array): void {
    this.#tell({ do: "binary", base64: Buffer.from(bytes).toString("base64") });
  }
  override sendFragments(pieces: readonly string[]): void {
    this.#tell({ do: "fragments", pieces });
  }
  override ping(payload: string): void {
    this.#tell({ do: "ping", payload });
  }
  close(code?: number, reason?: string): void {
    this.#tell({ do: "close", code, reason });
  }
}

function connect(url: string, subprotocols: readonly string[] = []): Promise<Peer> {
  const process = spawn(python ?? "python3", [SCRIPT, url, ...subprotocols], {
    env: { PATH: globalThis.process.env["PATH"], PYTHONUNBUFFERED: "1" },
  });
  const peer = new PythonPeer(process);
  process.stdin.on("error", () => {});
  return new Promise((resolve, reject) => {
    const complaints: string[] = [];
    process.stderr.on("data", (text: Buffer) => complaints.push(text.toString()));
    process.on("error", reject);
    process.on("close", () => reject(new Error(`the client has ended: ${complaints.join("")}`)));
    createInterface(process.stdout).on("line", (line) => {
      const told = JSON.parse(line) as Told;
      if (told.type === "refused") reject(new Error(told.reason));
      else if (told.type === "open") {
        peer.subprotocol = told.subprotocol ?? "";
        resolve(peer);
      } else peer.hear(told);
    });
  });
}

export const pythonClient: PeerKind = {
  name: "Python's websockets",
  abilities: ["empty texts", "fragments", "ping"],
  bareClose: { code: 1000, reason: "" },
  missing: python === undefined ? "no Python with the package websockets here" : undefined,
  connect,
};
