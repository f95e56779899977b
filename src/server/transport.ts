import { Buffer } from "node:buffer";
import type { Duplex } from "node:stream";
import { readNext, readShared } from "./shared-read.ts";

/*
 * What is heard from a transport: by its handshake first, then by the driver that takes its place. The same few functions
 * serve all transports, and stay where they are when the owner changes: a closure for each would be memory that idle
 * connections hold, and listeners that come and go are work for each handshake.
 */

/** Who hears of a transport. */
export interface Owner {
  /** Whether what the peer sends is read now. */
  readonly listening: boolean;
  /** The first `size` octets of `memory`, which stay as they are. */
  receive(memory: Uint8Array, size: number): void;
  /** ... of memory that is written anew after the call. Returns how many octets of what comes next have a place to go. */
  receiveBorrowed(memory: Uint8Array, size: number): number;
  /** The peer has ended its half of the transport. */
  receiveEnd(): void;
  transportDrained(): void;
  /** The transport is closed, for whatever reason. */
  gone(): void;
}

const OWNER: unique symbol = Symbol("handfast owner");
type Owned = Duplex & { [OWNER]?: Owner | undefined };

/** From now on `owner` hears of the transport, alone. `sharedRead`: read into memory that all share, where that can be. */
export function listenTo(transport: Owned, owner: Owner, sharedRead: boolean): void {
  const newcomer = transport[OWNER] === undefined;
  transport[OWNER] = owner;
  if (newcomer) transport.on("end", onEnd).on("drain", onDrain).on("close", onClose).on("error", onError);
  const shared = sharedRead && readShared(transport, onRead);
  if (shared && !newcomer) transport.off("data", onData);
  if (!shared && newcomer) transport.on("data", onData);
}

/** From now on the transport is an ordinary stream that nobody listens to. */
export function letGo(transport: Owned): void {
  if (transport[OWNER] === undefined) return;
  transport[OWNER] = undefined;
  transport.off("data", onData).off("end", onEnd).off("drain", onDrain);
  transport.off("close", onClose).off("error", onError);
}

function onRead(this: Owned, size: number, memory: Uint8Array): boolean {
  const owner = this[OWNER];
  if (owner?.listening === true) {
    readNext(memory, owner.receiveBorrowed(memory, size));
    return true;
  }
  readNext(memory, 0);
  // A paused stream may still read on up to its high-water mark. What comes is kept and handed out in the stream's way.
  if (owner !== undefined && this.listenerCount("data") === 0) this.on("data", onData);
  const more = this.push(Buffer.from(memory.subarray(0, size)));
  return more && owner === undefined;
}
function onData(this: Owned, chunk: Uint8Array): void {
  // One that is destroyed still hands out what it has, and from Node 26 on it does not stop for a pause.
  if (!this.destroyed) this[OWNER]!.receive(chunk, chunk.length);
}
function onEnd(this: Owned): void {
  this[OWNER]!.receiveEnd();
}
function onDrain(this: Owned): void {
  this[OWNER]!.transportDrained();
}
function onClose(this: Owned): void {
  this[OWNER]!.gone();
}
/** An error is followed by the transport's end, and that tells: a Close frame is missing. */
function onError(): void {}
