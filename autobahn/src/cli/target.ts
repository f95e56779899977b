import { randomBytes } from "node:crypto";
import { dial, messageOf } from "../run/run-case.ts";
import { serializeClose } from "../wire/close-payload.ts";
import { serializeFrame } from "../wire/frame.ts";
import { readResponse, serializeRequest, type Target } from "../wire/handshake.ts";
import { HttpHeadReader } from "../wire/http-head.ts";
import { freshMaskingKey } from "../wire/mask.ts";
import { Opcode } from "../wire/opcode.ts";
import { UserError } from "./user-error.ts";

export function parseTarget(text: string): Target {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || (url.protocol !== "ws:" && url.protocol !== "wss:")) {
    throw new UserError(`"${text}" is no WebSocket URL: expected ws://host:port or wss://host:port`);
  }
  const secure = url.protocol === "wss:";
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, "$1"),
    port: Number(url.port) || (secure ? 443 : 80),
    path: url.pathname + url.search,
    secure,
  };
}

const patience = 5000;

/** One opening handshake before 517: is there a WebSocket server at all? */
export function probe(target: Target, shown: string): Promise<void> {
  const socket = dial(target);
  const key = randomBytes(16).toString("base64");
  const reader = new HttpHeadReader();
  return new Promise((resolve, reject) => {
    const fail = (text: string): void => {
      socket.destroy();
      reject(new UserError(text));
    };
    const timer = setTimeout(
      () => fail(`${shown} did not answer the opening handshake within 5 s`),
      patience,
    );
    socket.once(target.secure ? "secureConnect" : "connect", () => {
      socket.write(serializeRequest(target, key, undefined));
    });
    socket.on("data", (chunk) => {
      try {
        const read = reader.push(chunk);
        if (!read) return;
        readResponse(read.head, key, false);
        const payload = serializeClose(1000);
        const frame = { opcode: Opcode.close, payload, fin: true, rsv: 0, maskingKey: freshMaskingKey() };
        socket.removeAllListeners("data");
        socket.end(serializeFrame(frame));
        resolve();
      } catch (error) {
        fail(`${shown} is no WebSocket server: ${messageOf(error)}`);
      }
    });
    socket.on("error", (error) => fail(`${shown} cannot be reached: ${reasonOf(error)}`));
    socket.on("close", () => {
      clearTimeout(timer);
      fail(`${shown} is no WebSocket server: it dropped the connection instead of answering the handshake`);
    });
  });
}

/** A host with several addresses fails with one error for each of them, and no message of its own. */
function reasonOf(error: Error): string {
  if (error instanceof AggregateError) return error.errors.map(messageOf).join(", ");
  return error.message;
}
