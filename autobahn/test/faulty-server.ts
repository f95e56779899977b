import { createHash } from "node:crypto";
import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { FaultyConnection, type Fault } from "./faulty-connection.ts";

/*
 * An echo server that is right, but for one fault. Written apart from the suite's own wire code, so that a mistake
 * there cannot agree with itself here.
 */

export interface FaultyServer {
  readonly port: number;
  close(): Promise<void>;
}

export async function startFaultyServer(fault: Fault): Promise<FaultyServer> {
  const sockets = new Set<Socket>();
  const server: Server = createServer((socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => {});
    socket.setNoDelay(true);
    greet(socket, fault);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (typeof address !== "object" || !address) throw new Error("no port");
  return {
    port: address.port,
    async close() {
      server.close();
      for (const socket of sockets) socket.destroy();
      await once(server, "close");
    },
  };
}

function greet(socket: Socket, fault: Fault): void {
  let head = Buffer.alloc(0);
  let connection: FaultyConnection | undefined;
  socket.on("data", (chunk) => {
    if (connection) return connection.receive(chunk);
    head = Buffer.concat([head, chunk]);
    const end = head.indexOf("\r\n\r\n");
    if (end < 0) return;
    const request = head.toString("latin1", 0, end);
    const key = /^sec-websocket-key: *(\S+)/im.exec(request)?.[1] ?? "";
    const offer = /^sec-websocket-extensions: *(.*)/im.exec(request)?.[1]?.split(",")[0];
    const agreed = offer && fault !== "no compression" ? agree(offer) : undefined;
    const accept = createHash("sha1").update(`${key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`).digest("base64");
    const extension = agreed ? `Sec-WebSocket-Extensions: ${agreed}\r\n` : "";
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\n${extension}\r\n`,
    );
    connection = new FaultyConnection(socket, agreed, fault);
    if (head.length > end + 4) connection.receive(head.subarray(end + 4));
  });
}

/** What was asked of the server, and no context of the client's. */
function agree(offer: string): string {
  const params = offer
    .split(";")
    .map((param) => param.trim())
    .filter((param) => !param.startsWith("client_max_window_bits"));
  return params.join("; ");
}
