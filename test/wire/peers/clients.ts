import { Buffer } from "node:buffer";
import { WebSocket as UndiciWebSocket } from "undici";
import websocket from "websocket";
import { type ClientOptions, WebSocket } from "ws";
import { Peer, type PeerKind } from "./peer.ts";

/** The client of `ws`. */
class WsPeer extends Peer {
  readonly socket: WebSocket;

  constructor(socket: WebSocket) {
    super();
    this.socket = socket;
    socket.on("message", (data: Buffer, isBinary) =>
      this.events.push(isBinary ? { type: "binary", bytes: data } : { type: "text", text: data.toString() }),
    );
    socket.on("ping", (data) => this.events.push({ type: "ping", payload: data.toString() }));
    socket.on("pong", (data) => this.events.push({ type: "pong", payload: data.toString() }));
    socket.on("close", (code, reason) =>
      this.events.push({ type: "close", code, reason: reason.toString() }),
    );
    socket.on("error", () => {});
  }

  get subprotocol(): string {
    return this.socket.protocol;
  }
  sendText(text: string): void {
    this.socket.send(text);
  }
  sendBinary(bytes: Uint8Array): void {
    this.socket.send(bytes);
  }
  override sendFragments(pieces: readonly string[]): void {
    pieces.forEach((piece, i) => this.socket.send(piece, { fin: i === pieces.length - 1 }));
  }
  override ping(payload: string): void {
    this.socket.ping(payload);
  }
  close(code?: number, reason?: string): void {
    this.socket.close(code, reason);
  }
}

export function connectWs(
  url: string,
  subprotocols?: readonly string[],
  options?: ClientOptions,
): Promise<WsPeer> {
  const peer = new WsPeer(new WebSocket(url, [...(subprotocols ?? [])], options));
  return new Promise((resolve, reject) => {
    peer.socket.once("open", () => resolve(peer)).once("error", reject);
  });
}

/** What undici's class and the W3C class of `websocket` have in common with a browser's. */
interface StandardWebSocket {
  readonly protocol?: string | undefined;
  send(data: string | Uint8Array<ArrayBuffer>): void;
  close(code?: number, reason?: string): void;
}

class StandardPeer extends Peer {
  readonly socket: StandardWebSocket;

  constructor(socket: StandardWebSocket) {
    super();
    this.socket = socket;
    const onmessage = ({ data }: { data: string | ArrayBuffer }): void =>
      this.events.push(
        typeof data === "string"
          ? { type: "text", text: data }
          : { type: "binary", bytes: Buffer.from(data) },
      );
    const onclose = ({ code, reason }: { code: number; reason: string }): void =>
      this.events.push({ type: "close", code, reason });
    Object.assign(socket, { binaryType: "arraybuffer", onmessage, onclose });
  }

  get subprotocol(): string {
    return this.socket.protocol ?? "";
  }
  sendText(text: string): void {
    this.socket.send(text);
  }
  sendBinary(bytes: Uint8Array): void {
    this.socket.send(new Uint8Array(bytes));
  }
  close(code?: number, reason?: string): void {
    if (code === undefined) this.socket.close();
    else this.socket.close(code, reason);
  }
}

function connectStandard(socket: StandardWebSocket): Promise<StandardPeer> {
  return new Promise((resolve, reject) => {
    const peer = new StandardPeer(socket);
    const onerror = (): void => reject(new Error("the connection was refused"));
    Object.assign(socket, { onopen: () => resolve(peer), onerror });
  });
}

/** The Node client of `websocket`. */
class ConnectionPeer extends Peer {
  readonly connection: websocket.connection;

  constructor(connection: websocket.connection) {
    super();
    this.connection = connection;
    connection.on("message", (message) =>
      this.events.push(
        message.type === "utf8"
          ? { type: "text", text: message.utf8Data }
          : { type: "binary", bytes: message.binaryData },
      ),
    );
    connection.on("ping", (_, data) => this.events.push({ type: "ping", payload: data.toString() }));
    connection.on("pong", (data) => this.events.push({ type: "pong", payload: data.toString() }));
    connection.on("close", (code, reason) => this.events.push({ type: "close", code, reason }));
    connection.on("error", () => {});
  }

  get subprotocol(): string {
    return this.connection.protocol ?? "";
  }
  sendText(text: string): void {
    this.connection.sendUTF(text);
  }
  sendBinary(bytes: Uint8Array): void {
    this.connection.sendBytes(Buffer.from(bytes));
  }
  override ping(payload: string): void {
    this.connection.ping(payload);
  }
  close(code?: number, reason?: string): void {
    this.connection.close(code, reason);
  }
}

function connectConnection(url: string, subprotocols: readonly string[] = []): Promise<ConnectionPeer> {
  const client = new websocket.client();
  return new Promise((resolve, reject) => {
    client.on("connect", (connection) => resolve(new ConnectionPeer(connection))).on("connectFailed", reject);
    client.connect(url, [...subprotocols]);
  });
}

const NOTHING_SAID = { code: 1005, reason: "" };
const NORMAL = { code: 1000, reason: "Normal connection closure" };

export const clients: readonly PeerKind[] = [
  {
    name: "ws",
    abilities: ["empty texts", "fragments", "ping", "hears pings", "crowd"],
    bareClose: NOTHING_SAID,
    connect: connectWs,
  },
  {
    name: "undici's WebSocket",
    abilities: ["empty texts", "crowd"],
    bareClose: NOTHING_SAID,
    connect: (url, subprotocols = []) => connectStandard(new UndiciWebSocket(url, [...subprotocols])),
  },
  {
    name: "websocket's W3C class",
    abilities: ["crowd"],
    bareClose: NORMAL,
    closeAnswer: 1000,
    connect: (url, subprotocols = []) => connectStandard(new websocket.w3cwebsocket(url, [...subprotocols])),
  },
  {
    name: "websocket's client",
    abilities: ["empty texts", "ping", "hears pings", "crowd"],
    bareClose: NORMAL,
    closeAnswer: 1000,
    connect: connectConnection,
  },
];
