import type { DeflateParams } from "../wire/deflate-params.ts";
import type { Step } from "./step.ts";

/** What the fuzzer takes note of. Pings are answered and are no events. */
export type Event =
  | { readonly event: "message"; readonly binary: boolean; readonly payload: Buffer }
  | { readonly event: "pong"; readonly payload: Buffer }
  | { readonly event: "timeout"; readonly tag: string };

export interface ClosingRule {
  /** Who has to send the first close frame. */
  readonly startedBy: "fuzzer" | "peer";
  /** What the peer's close frame may carry; none at all is always accepted. */
  readonly codes: readonly number[];
  /** The closing handshake has to be completed in both directions. */
  readonly clean: boolean;
}

interface CaseBase {
  /** The original's number, "6.4.1". */
  readonly id: string;
  readonly title: string;
  readonly expectation: string;
  readonly closing: ClosingRule;
}

/** Sections 1 to 7 and 10: fixed steps, and the events that have to follow. */
export interface ScriptCase extends CaseBase {
  readonly kind: "script";
  /** Made when the case runs: some hold large payloads. */
  readonly steps: () => Step[];
  readonly expected: Readonly<Partial<Record<"OK" | "NON-STRICT", readonly Event[]>>>;
  /** What NON-STRICT means here, in one sentence. */
  readonly nonStrict?: string | undefined;
  /** The code that the fuzzer closes with as soon as the events are the expected ones. */
  readonly closesWhenMatched?: number | undefined;
  /** The peer has to refuse: when the fuzzer had to start the close, behavior fails too. */
  readonly wrongCloserFails?: boolean | undefined;
  /** A wrong close code fails the behavior too. */
  readonly wrongCodeFails?: boolean | undefined;
  readonly informational?: boolean | undefined;
}

/** Section 9: big messages, and many of them. Echoes are compared by type and length. */
export interface EchoCase extends CaseBase {
  readonly kind: "echo";
  readonly binary: boolean;
  /** The payload repeats these bytes. */
  readonly pattern: string;
  readonly length: number;
  readonly count: number;
  readonly fragmentSize?: number | undefined;
  readonly bytesPerWrite?: number | undefined;
  readonly timeout: number;
}

/** Sections 12 and 13: compressed messages; type, length and content of the echoes are compared. */
export interface DeflateCase extends CaseBase {
  readonly kind: "deflate";
  readonly data: "json" | "bitmap" | "prose" | "html" | "pdf";
  readonly binary: boolean;
  /** In bytes, of text in characters. */
  readonly size: number;
  readonly count: number;
  /** Cuts the compressed bytes. */
  readonly fragmentSize?: number | undefined;
  readonly timeout: number;
  /** What the fuzzer offers as client. */
  readonly offers: readonly DeflateParams[];
  /** What it asks of a client, best first. */
  readonly answers: readonly ClientLimits[];
}

/** The client_* parameters that the fuzzer answers with as server. */
export interface ClientLimits {
  readonly noContextTakeover: boolean;
  readonly windowBits: number | undefined;
}

export type Case = ScriptCase | EchoCase | DeflateCase;

export const closedByFuzzer: ClosingRule = { startedBy: "fuzzer", codes: [1000], clean: true };

/** The peer has to fail the connection; how it does that is left to it, but for the code. */
export const refused = (code: number): ClosingRule => ({ startedBy: "peer", codes: [code], clean: false });

export const message = (payload: string | Buffer, binary = false): Event => ({
  event: "message",
  binary,
  payload: Buffer.from(payload),
});

export const ponged = (payload: string | Buffer): Event => ({ event: "pong", payload: Buffer.from(payload) });

export const timedOut = (tag: string): Event => ({ event: "timeout", tag });

/** `length` bytes that repeat `pattern`, given in hex. */
export const repeated = (pattern: string, length: number): Buffer =>
  length === 0 ? Buffer.alloc(0) : Buffer.alloc(length, Buffer.from(pattern, "hex"));
