import { once } from "node:events";
import { WebSocket, WebSocketServer } from "ws";

/* `ws` as server and as client, with the options under which the original judged it. */

const options = { perMessageDeflate: { threshold: 0 }, maxPayload: 64 * 1024 * 1024 };

export interface RunningServer {
  readonly port: number;
  close(): Promise<void>;
}

export async function startWsServer(compression = true): Promise<RunningServer> {
  const settings = compression ? options : { ...options, perMessageDeflate: false };
  const server = new WebSocketServer({ ...settings, port: 0, host: "127.0.0.1" });
  server.on("connection", (socket) => {
    socket.on("error", () => {});
    socket.on("message", (data, binary) => socket.send(data, { binary }));
  });
  await once(server, "listening");
  const address = server.address();
  if (typeof address !== "object" || !address) throw new Error("no port");
  return {
    port: address.port,
    async close() {
      for (const client of server.clients) client.terminate();
      server.close();
      await once(server, "close");
    },
  };
}

/** Echoes until the connection is closed; resolves to the last text that came. */
export function visit(url: string): Promise<string | undefined> {
  const socket = new WebSocket(url, options);
  let last: string | undefined;
  socket.on("error", () => {});
  socket.on("message", (data, binary) => {
    if (!binary && Buffer.isBuffer(data)) last = data.toString();
    socket.send(data, { binary });
  });
  // Not once(): that would reject on the errors that half of the cases are there to provoke.
  return new Promise((resolve) => {
    socket.on("close", () => resolve(last));
  });
}
