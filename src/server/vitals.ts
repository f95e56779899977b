import type { MessageEvent, PieceEvent } from "../connection/event.ts";

/**
 * What is known of a connection's traffic: whole numbers that are counted where the octets go by anyway. Time is counted
 * in the heartbeat's ticks.
 */
export class Vitals {
  bytesReceived = 0;
  bytesSent = 0;
  messagesReceived = 0;
  messagesSent = 0;
  messagesDropped = 0;
  /** Bytes of messages, as the application has them. */
  payloadReceived = 0;
  /** ... counted where the connection is compressed. */
  payloadSent = 0;
  /** When octets came last. */
  heard = 0;
  /** When data came or was sent last. */
  active = 0;
  /** When a Ping was sent last; -1 for never. */
  pinged = -1;
  /** ... by the clock, in milliseconds. */
  pingedAt = 0;
  /** The number in the Ping that waits for its Pong; -1 where none does. */
  ping = -1;
  /** Which of the heartbeat's slots it is in; -1 for none. */
  slot = -1;
  /** Microseconds from a Ping to its Pong; -1 where none has come. */
  latency = -1;

  /** A message, or a piece of one, has come. */
  received(event: MessageEvent | PieceEvent): void {
    if (event.type === "message" || event.last) this.messagesReceived++;
    this.payloadReceived += event.bytes.length;
    this.active = this.heard;
  }
}
