import type { Duplex } from "node:stream";
import type { Driver } from "./driver.ts";

/*
 * What a driver hears from its transport. One function serves all transports, where a closure for each would be memory
 * that idle connections hold.
 */

const DRIVER: unique symbol = Symbol("handfast driver");
type Driven = Duplex & { [DRIVER]?: Driver };

export function listenTo(transport: Driven, driver: Driver): void {
  transport[DRIVER] = driver;
  transport
    .on("data", onData)
    .on("end", onEnd)
    .on("drain", onDrain)
    .on("close", onClose)
    .on("error", onError);
}

function onData(this: Driven, chunk: Uint8Array): void {
  this[DRIVER]!.receive(chunk);
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
