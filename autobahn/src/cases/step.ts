import { Opcode } from "../wire/opcode.ts";

/** What a case makes the fuzzer do after the opening handshake, in order. The same in both roles. */
export type Step =
  FrameStep | FrameStartStep | FrameBytesStep | CloseStep | WaitStep | KillStep | CloseAfterStep;

/** A raw frame: it goes out whatever the state of the connection. */
export interface FrameStep {
  readonly do: "frame";
  readonly opcode: number;
  readonly payload: Buffer;
  readonly fin: boolean;
  readonly rsv: number;
  /** The whole frame, header included, in pieces of so many bytes, each a write of its own. */
  readonly bytesPerWrite?: number | undefined;
  /** One write of its own, not joined with its neighbours. */
  readonly sync?: boolean | undefined;
}

/** The header of a frame whose payload follows in pieces. */
export interface FrameStartStep {
  readonly do: "frame start";
  readonly opcode: number;
  readonly fin: boolean;
  readonly length: number;
}

export interface FrameBytesStep {
  readonly do: "frame bytes";
  readonly payload: Buffer;
}

/** Starts the closing handshake; does nothing once that is under way. */
export interface CloseStep {
  readonly do: "close";
  readonly payload: Buffer;
}

/** Tagged: the steps after it need an open connection, and a timeout event is noted. Else: one not yet gone. */
export interface WaitStep {
  readonly do: "wait";
  readonly ms: number;
  readonly tag?: string | undefined;
}

/** Fails the connection with 1001 when it is still there then. */
export interface KillStep {
  readonly do: "kill after";
  readonly ms: number;
}

/** Starts the closing handshake, without a code, when the connection is still open then. */
export interface CloseAfterStep {
  readonly do: "close after";
  readonly ms: number;
}

type Bytes = string | Buffer;
export type FrameOptions = Partial<Pick<FrameStep, "fin" | "rsv" | "bytesPerWrite" | "sync">>;

const bytes = (payload: Bytes): Buffer => (typeof payload === "string" ? Buffer.from(payload) : payload);

export function frame(opcode: number, payload: Bytes = "", options: FrameOptions = {}): FrameStep {
  return { do: "frame", opcode, payload: bytes(payload), fin: true, rsv: 0, ...options };
}

export const text = (payload: Bytes = "", options: FrameOptions = {}): FrameStep =>
  frame(Opcode.text, payload, options);

export const ping = (payload: Bytes = "", options: FrameOptions = {}): FrameStep =>
  frame(Opcode.ping, payload, options);

export const pong = (payload: Bytes = "", options: FrameOptions = {}): FrameStep =>
  frame(Opcode.pong, payload, options);

export const continuation = (payload: Bytes, options: FrameOptions = {}): FrameStep =>
  frame(Opcode.continuation, payload, options);

export const close = (payload: Bytes): CloseStep => ({ do: "close", payload: bytes(payload) });

export const wait = (ms: number, tag?: string): WaitStep => ({ do: "wait", ms, tag });

export const killAfter = (ms: number): KillStep => ({ do: "kill after", ms });

export const closeAfter = (ms: number): CloseAfterStep => ({ do: "close after", ms });

/**
 * A message cut into frames of `size` bytes. A length that is a multiple of the size ends with an EMPTY final frame:
 * the original cuts like that, and some implementations were seen to stumble over it.
 */
export function fragments(opcode: number, payload: Buffer, size: number | undefined): FrameStep[] {
  if (size === undefined || payload.length <= size) return [frame(opcode, payload)];
  const count = Math.floor(payload.length / size) + 1;
  return Array.from({ length: count }, (_, i) =>
    frame(i === 0 ? opcode : Opcode.continuation, payload.subarray(i * size, (i + 1) * size), {
      fin: i === count - 1,
    }),
  );
}
