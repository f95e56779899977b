import { Buffer } from "node:buffer";
import type { Duplex } from "node:stream";
import type { Driver } from "./driver.ts";
import { readShared } from "./shared-read.ts";

/*
 * What a driver hears from its transport. One function serves all transports, where a closure for each would be memory
 * that idle connections hold.
 */

const DRIVER: unique symbol = Symbol("handfast driver");
type Driven = Duplex & { [DRIVER]?: Driver };

/** `sharedRead`: read into memory that all transports share, where that can be. */
export function listenTo(transport: Driven, driver: Driver, sharedRead: boolean): void {
  transport[DRIVER] = driver;
  if (!sharedRead || !readShared(transport, onRead)) transport.on("data", onData);
  transport.on("end", onEnd).on("drain", onDrain).on("close", onClose).on("error", onError);
}

function onRead(this: Driven, size: number, memory: Uint8Array): boolean {
  const driver = this[DRIVER]!;
  if (driver.listening) {
    driver.receiveBorrowed(memory, size);
    return true;
  }
  // A paused stream may still read on up to its high-water mark. What comes is kept and handed out in the stream's way.
  if (this.listenerCount("data") === 0) this.on("data", onData);
  this.push(Buffer.from(memory.subarray(0, size)));
  return false;
}
function onData(this: Driven, chunk: Uint8Array): void {
  // One that is destroyed still hands out what it has, and from Node 26 on it does not stop for a pause.
  if (!this.destroyed) this[DRIVER]!.receive(chunk, chunk.length);
}
function onEnd(this: Driven): void {
  this[DRIVER]!.receiveEnd();
}
function onDrain(this: Driven): void {
  this[DRIVER]!.transportDrained();
}
function onClose(this: Driven): void {
  this[DRIVER]!.gone();
}
/** An error is followed by the transport's end, and that tells: a Close frame is missing. */
function onError(): void {}
