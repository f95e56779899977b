import type { Buffer } from "node:buffer";
import { Queue } from "./queue.ts";

/*
 * A client of somebody else's making, behind one face, so that one suite holds for all. What a client cannot do, its
 * adapter lacks, and the suite leaves out.
 */

export type PeerEvent =
  | { readonly type: "text"; readonly text: string }
  | { readonly type: "binary"; readonly bytes: Buffer }
  | { readonly type: "ping"; readonly payload: string }
  | { readonly type: "pong"; readonly payload: string }
  | { readonly type: "close"; readonly code: number; readonly reason: string };

export abstract class Peer {
  readonly events: Queue<PeerEvent> = new Queue();
  abstract readonly subprotocol: string;
  abstract sendText(text: string): void;
  abstract sendBinary(bytes: Uint8Array): void;
  /** Sends one text message in fragments. */
  sendFragments?(pieces: readonly string[]): void;
  ping?(payload: string): void;
  abstract close(code?: number, reason?: string): void;
}

/** What a client can do that not all can. "crowd": two hundred of it cost little. */
export type Ability = "empty texts" | "fragments" | "ping" | "hears pings" | "crowd";

export interface PeerKind {
  readonly name: string;
  readonly abilities: readonly Ability[];
  /** What a close without a code says on the wire. */
  readonly bareClose: { readonly code: number; readonly reason: string };
  /** With which code a close of ours is answered; default the same. */
  readonly closeAnswer?: number;
  /** Why this client cannot be tried here. */
  readonly missing?: string | undefined;
  /** Resolves when the connection is open; rejects where it is refused. */
  connect(url: string, subprotocols?: readonly string[]): Promise<Peer>;
}
