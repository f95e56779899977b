import { Buffer } from "node:buffer";
import { MisuseError } from "../connection/misuse.ts";
import { CloseCode } from "../frame/close-code.ts";
import type { Driver } from "./driver.ts";
import { BinaryMessage, TextMessage } from "./message.ts";
import type { Overflow } from "./options.ts";
import { octetsOf, PreparedMessage, type SendData } from "./prepared-message.ts";

/** Puts a message into a connection's output. */
export function output(driver: Driver, data: SendData): void {
  const { connection, compression } = driver;
  if (data instanceof PreparedMessage) {
    const { type, bytes } = data;
    if (compression === undefined) return connection.sendPrepared(type, bytes, undefined);
    const { shareable } = connection;
    const deflate = (): Uint8Array | undefined => connection.deflateMessage(bytes);
    // Under takeover no two connections deflate alike.
    const deflated = shareable === undefined ? deflate() : data.deflated(shareable, deflate);
    connection.sendPrepared(type, bytes, deflated);
  } else if (typeof data === "string") {
    if (compression === undefined) connection.sendText(data);
    else compression.send(connection, "text", data, Buffer.from(data));
  } else if (data instanceof TextMessage) {
    if (compression === undefined) connection.sendText(data.bytes);
    else compression.send(connection, "text", data, data.bytes);
  } else if (data instanceof BinaryMessage && compression !== undefined) {
    compression.send(connection, "binary", data, data.bytes);
  } else {
    connection.sendBinary(octetsOf(data));
  }
}

/** As much waits for the peer as may: does what the policy says, instead of sending. */
export function refuseOverflow(driver: Driver, policy: Overflow): void {
  if (policy === "wait") {
    throw new MisuseError(
      "ERR_BUFFER_FULL",
      "more waits for the peer than maxBuffered: wait for the promise that send returns",
    );
  }
  if (policy === "close") driver.close(CloseCode.TRY_AGAIN_LATER, "Messages are not taken fast enough");
}
