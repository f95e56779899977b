import net from "node:net";
import { control, options } from "./control.mjs";

/*
 * What node:net itself costs: chunks are counted and not read, each is answered with one write of replies that lie
 * ready. The replies have the right length and not the right content.
 */

const size = Number(options.size ?? 0);
const headerSize = size < 126 ? 2 : size < 65_536 ? 4 : 10;
const frameSize = headerSize + 4 + size;
const replySize = headerSize + size;
const many = Math.max(1, Math.min(4096, Math.floor((4 * 1024 * 1024) / replySize)));
const replies = Buffer.alloc(many * replySize);
for (let at = 0; at < replies.length; at += replySize) {
  replies[at] = options.text === "1" ? 0x81 : 0x82;
  if (size < 126) replies[at + 1] = size;
  else if (size < 65_536) replies.set([126, size >> 8, size & 0xff], at + 1);
  else {
    replies[at + 1] = 127;
    replies.writeUInt32BE(size, at + 6);
  }
}
const receivers = new Set();

function answer(transport, broadcast) {
  let received = 0;
  transport.on("data", (chunk) => {
    received += chunk.length;
    let due = Math.floor(received / frameSize);
    received -= due * frameSize;
    for (; due > 0; due -= many) {
      const reply = replies.subarray(0, Math.min(due, many) * replySize);
      if (broadcast) for (const receiver of receivers) receiver.write(reply);
      else transport.write(reply);
    }
  });
}

const server = net.createServer({ noDelay: true }, (transport) => {
  transport.on("error", () => {});
  transport.once("data", (head) => {
    const path = /^GET (\S+)/.exec(head.latin1Slice(0, 20))[1];
    transport.write(
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n" +
        "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n",
    );
    if (path !== "/recv") return answer(transport, path === "/send");
    receivers.add(transport);
    transport.on("close", () => receivers.delete(transport));
    transport.resume();
  });
});
server.listen({ port: 0, host: "127.0.0.1", backlog: 4096 }, () => control(server.address().port));
