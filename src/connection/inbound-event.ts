import type { Violation } from "../frame/violation.ts";
import type { AssemblyOptions } from "./assembly.ts";
import type { MessageCodec } from "./codec.ts";
import type { Delivery, MessageEvent, PieceEvent } from "./event.ts";
import type { Inbound } from "./inbound.ts";

export interface InboundOptions extends AssemblyOptions {
  readonly delivery: Delivery;
  readonly fromClient: boolean;
  readonly maxFragments: number;
  readonly tolerateLongLengths: boolean;
  /** Where compression was agreed on. */
  readonly codec: MessageCodec | undefined;
  /** One that is at rest, for who gets input. */
  spare?: Inbound | undefined;
}

/** A control frame as it came; what it asks for is the connection's business. */
export interface ControlFrame {
  readonly type: "control";
  readonly opcode: number;
  readonly payload: Uint8Array;
}
export interface Failure {
  readonly type: "violation";
  readonly violation: Violation;
}
export type InboundEvent = MessageEvent | PieceEvent | ControlFrame | Failure;

/** What an assembly gives, as an event. */
export const asEvent = (
  taken: MessageEvent | PieceEvent | Violation | undefined,
): InboundEvent | undefined => (typeof taken === "string" ? { type: "violation", violation: taken } : taken);
