import { spawn, spawnSync } from "node:child_process";
import { image } from "./spec.ts";

/** Is there an engine behind the client? `docker version` fails without one. */
export function hasDocker(): boolean {
  return (
    spawnSync("docker", ["version", "--format", "{{.Server.Version}}"], { stdio: "ignore" }).status === 0
  );
}

/** The original as client; `folder` holds its spec and gets its reports. Resolves to its exit status. */
export function runFuzzingClient(folder: { spec: string; reports: string }): Promise<number> {
  const mounts = ["-v", `${folder.spec}:/spec.json:ro`, "-v", `${folder.reports}:/reports`];
  const client = ["wstest", "--mode", "fuzzingclient", "--spec", "/spec.json"];
  const args = ["run", "--rm", "--network", "host", ...mounts, image, ...client];
  const child = spawn("docker", args, { stdio: ["ignore", "inherit", "inherit"] });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("exit", (code) => resolve(code ?? 1));
  });
}
