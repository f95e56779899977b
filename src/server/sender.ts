import { Buffer } from "node:buffer";
import { MisuseError } from "../connection/misuse.ts";
import { CloseCode } from "../frame/close-code.ts";
import type { Compression } from "./compression.ts";
import { tell } from "./diagnostics.ts";
import type { Driver } from "./driver.ts";
import { BinaryMessage, TextMessage } from "./message.ts";
import type { Overflow } from "./options.ts";
import { octetsOf, PreparedMessage, type SendData } from "./prepared-message.ts";

/** Puts a message into a connection's output. */
export function output(driver: Driver, data: SendData): void {
  const { connection, vitals } = driver;
  if (driver.compression !== undefined)
    vitals.payloadSent += outputCompressed(driver, driver.compression, data);
  else if (data instanceof PreparedMessage) outputPrepared(driver, data);
  else if (typeof data === "string") connection.sendText(data);
  else if (data instanceof TextMessage) connection.sendText(data.bytes, data.room);
  else if (data instanceof BinaryMessage) connection.sendBinary(data.bytes, data.room);
  else connection.sendBinary(octetsOf(data));
  vitals.messagesSent++;
}

function outputPrepared({ connection }: Driver, data: PreparedMessage): void {
  const { frame } = data;
  if (frame !== undefined) connection.sendLaidOut(frame);
  else connection.sendPrepared(data.type, data.bytes, undefined, data.room);
}

/** ... that is compressed; returns the size that it has without. */
function outputCompressed({ connection }: Driver, compression: Compression, data: SendData): number {
  if (data instanceof PreparedMessage) {
    const { type, bytes } = data;
    const { shareable } = connection;
    const deflate = (): Uint8Array | undefined => connection.deflateMessage(bytes);
    // Under takeover no two connections deflate alike.
    const deflated = shareable === undefined ? deflate() : data.deflated(shareable, deflate);
    connection.sendPrepared(type, bytes, deflated);
    return bytes.length;
  }
  const text = typeof data === "string" || data instanceof TextMessage;
  const bytes = typeof data === "string" ? Buffer.from(data) : text ? data.bytes : octetsOf(data);
  if (text || data instanceof BinaryMessage) {
    compression.send(connection, text ? "text" : "binary", data, bytes);
  } else {
    connection.sendBinary(bytes);
  }
  return bytes.length;
}

/** As much waits for the peer as may: does what the policy says, instead of sending. */
export function refuseOverflow(driver: Driver, policy: Overflow): void {
  const { context, socket } = driver;
  context.tally.overflows++;
  tell(context, "handfast:overflow", () => ({ socket, buffered: socket.bufferedAmount, whenFull: policy }));
  if (policy === "wait") {
    throw new MisuseError(
      "ERR_BUFFER_FULL",
      "more waits for the peer than maxBuffered: wait for the promise that send returns",
    );
  }
  driver.vitals.messagesDropped++;
  if (policy === "close") driver.close(CloseCode.TRY_AGAIN_LATER, "Messages are not taken fast enough");
}
