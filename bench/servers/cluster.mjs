import cluster from "node:cluster";
import process from "node:process";
import { control, options } from "./control.mjs";

/* An echo on several cores: `cores` processes that share a port, as docs/guides/cores.md has it. */

if (cluster.isPrimary) {
  const workers = Array.from({ length: Number(options.cores) }, () => cluster.fork());
  let ready = 0;
  cluster.on("exit", () => process.exit(1));
  cluster.on("listening", (_, { port }) => {
    if (++ready === workers.length) control(port, usage);
  });
  const usage = async () => {
    const used = await Promise.all(workers.map(ask));
    return { cpu: used.reduce((sum, { cpu }) => sum + cpu, 0), at: performance.now() * 1000 };
  };
  const ask = (worker) =>
    new Promise((resolve) => {
      worker.once("message", resolve);
      worker.send("usage");
    });
} else {
  const { WebSocketServer } = await import("handfast");
  const server = new WebSocketServer({
    origin: "any",
    perMessageDeflate: options.deflate === "1" ? { threshold: 0 } : false,
    message: (socket, message) => void socket.send(message),
  });
  process.on("message", () => {
    const { user, system } = process.cpuUsage();
    process.send({ cpu: user + system });
  });
  await server.listen({ port: 0, host: "127.0.0.1", backlog: 4096 });
}
