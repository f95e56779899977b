import { isUtf8 } from "node:buffer";
import { fragments } from "../cases/step.ts";
import { checkClose, parseClose, serializeClose } from "../wire/close-payload.ts";
import type { AgreedDeflate } from "../wire/deflate.ts";
import { type Frame, serializeFrame, serializeHeader } from "../wire/frame.ts";
import { FrameReader } from "../wire/frame-reader.ts";
import { freshMaskingKey, mask } from "../wire/mask.ts";
import { isControl, Opcode } from "../wire/opcode.ts";
import { invalidPayload, protocolViolation, Violation } from "../wire/violation.ts";
import type { Clock } from "./clock.ts";
import { freshOutcome, type Outcome } from "./outcome.ts";
import type { Transport } from "./transport.ts";
import { type WireLog, type Writing } from "./wire-log.ts";
import { Writer } from "./writer.ts";

/*
 * The fuzzer's side of an open WebSocket. It deliberately does what no good endpoint does: sends any frame in any
 * state, goes on listening after its own close, always answers a close with 1000, and notes how everything ended.
 */

export interface Listener {
  onMessage(payload: Buffer, binary: boolean): void;
  onPong(payload: Buffer): void;
}

export interface ConnectionOptions {
  readonly role: "client" | "server";
  readonly transport: Transport;
  readonly clock: Clock;
  readonly log: WireLog;
  readonly deflate?: AgreedDeflate | undefined;
}

interface MessageOptions extends Writing {
  readonly fragmentSize?: number | undefined;
  readonly compressed?: boolean;
}

/** How long the peer has to answer a close, and as server to drop TCP after the closing handshake. */
const closingTime = 1000;

/** For a server that closes and then keeps TCP open: longer than any case takes to fail it. */
const lastPatience = 15_000;

type RawFrame = Pick<Frame, "opcode" | "payload" | "fin" | "rsv">;

export class Connection {
  state: "open" | "closing" | "closed" = "open";
  readonly outcome: Outcome;
  readonly log: WireLog;
  readonly deflate: AgreedDeflate | undefined;
  readonly #isServer: boolean;
  readonly #clock: Clock;
  readonly #writer: Writer;
  readonly #reader: FrameReader;
  readonly #timers = new Set<() => void>();
  #listener: Listener | undefined;
  #closeTimer: (() => void) | undefined;
  #awaitsDrop = false;
  #message: { opcode: number; compressed: boolean; parts: Buffer[] } | undefined;
  #violated = false;
  #maskingKey: Buffer | undefined;
  #maskPhase = 0;

  constructor({ role, transport, clock, log, deflate }: ConnectionOptions) {
    this.#isServer = role === "server";
    this.outcome = freshOutcome(this.#isServer);
    this.log = log;
    this.deflate = deflate;
    this.#clock = clock;
    this.#writer = new Writer(transport, clock, log);
    this.#reader = new FrameReader({ masked: this.#isServer, rsv1: () => deflate !== undefined });
  }

  open(listener: Listener): void {
    this.outcome.opened = true;
    this.#listener = listener;
  }

  /** A timer that ends with the connection. */
  after(ms: number, action: () => void): () => void {
    const cancel = this.#clock.after(ms, () => {
      this.#timers.delete(cancel);
      action();
    });
    this.#timers.add(cancel);
    return () => {
      this.#timers.delete(cancel);
      cancel();
    };
  }

  sendFrame(raw: RawFrame, writing: Writing = {}): void {
    const frame = { ...raw, maskingKey: this.#key() };
    this.log.frameSent(frame, writing);
    this.#writer.write(serializeFrame(frame), writing);
  }

  /** The payload has to follow by sendFrameBytes. */
  startFrame(start: { opcode: number; fin: boolean; length: number }): void {
    this.#maskingKey = this.#key();
    this.#maskPhase = 0;
    this.#writer.write(serializeHeader({ ...start, rsv: 0, maskingKey: this.#maskingKey }));
  }

  sendFrameBytes(payload: Buffer): void {
    const bytes = Buffer.from(payload);
    if (this.#maskingKey) mask(bytes, this.#maskingKey, this.#maskPhase);
    this.#maskPhase += bytes.length;
    this.#writer.write(bytes);
  }

  /** Unlike raw frames, a message is sent by an open connection only. Compressed, it has to come so. */
  sendMessage(
    opcode: number,
    payload: Buffer,
    { fragmentSize, compressed, ...writing }: MessageOptions = {},
  ): void {
    if (this.state !== "open") return;
    for (const [i, frame] of fragments(opcode, payload, fragmentSize).entries()) {
      this.sendFrame({ ...frame, rsv: compressed && i === 0 ? 4 : 0 }, writing);
    }
  }

  /** Starts the closing handshake. */
  close(code?: number, reason?: string): void {
    this.closeWith(serializeClose(code, reason));
  }

  closeWith(payload: Buffer): void {
    if (this.state !== "open") return;
    this.#sendClose(payload);
    this.outcome.closedByMe = true;
    this.#closeTimer = this.after(closingTime, () => {
      this.#unclean("the peer did not answer the close in time");
      this.outcome.wasCloseHandshakeTimeout = true;
      this.#drop("reset");
    });
  }

  /** Closes with `code`; where a close is under way already, drops TCP. */
  fail(code: number, reason: string): void {
    if (this.state === "closed") return;
    this.outcome.failedByMe = true;
    if (this.state === "closing") this.#drop("end");
    else this.close(code, reason);
  }

  receive(chunk: Buffer): void {
    if (this.state === "closed") return;
    this.log.received(chunk);
    // After a violation the bytes have no meaning any more: whatever else comes ends the connection.
    if (this.#violated) return this.#drop("end");
    this.#reader.push(chunk);
    try {
      this.#readFrames();
    } catch (error) {
      if (!(error instanceof Violation)) throw error;
      this.#violated = true;
      this.outcome.violation = error.message;
      this.#unclean(error.message);
      this.fail(error.code, error.message);
    }
  }

  /** TCP is gone, whoever did it. */
  lost(): void {
    this.state = "closed";
    for (const cancel of this.#timers) cancel();
    this.#timers.clear();
    this.deflate?.decompressor.close();
    if (!this.outcome.wasClean) this.#unclean("the peer dropped TCP without a closing handshake");
  }

  // A method, since the state changes under the loop in ways that narrowing does not see.
  #gone(): boolean {
    return this.state === "closed";
  }

  #readFrames(): void {
    while (!this.#gone()) {
      const frame = this.#reader.next();
      if (!frame) return;
      this.log.frameReceived(frame);
      if (isControl(frame.opcode)) this.#onControl(frame);
      else this.#onData(frame);
    }
  }

  #onControl({ opcode, payload }: Frame): void {
    if (opcode === Opcode.close) this.#onClose(payload);
    else if (opcode === Opcode.pong) this.#listener?.onPong(payload);
    else if (this.state === "open") this.sendFrame({ opcode: Opcode.pong, payload, fin: true, rsv: 0 });
  }

  #onData({ opcode, fin, rsv, payload }: Frame): void {
    if (opcode === Opcode.continuation) {
      if (!this.#message) throw protocolViolation("continuation of no message");
      this.#message.parts.push(payload);
    } else {
      if (this.#message) throw protocolViolation("new message inside a fragmented one");
      this.#message = { opcode, compressed: rsv === 4, parts: [payload] };
    }
    if (!fin) return;
    const { parts, compressed, opcode: type } = this.#message;
    this.#message = undefined;
    const joined = parts.length === 1 ? parts[0]! : Buffer.concat(parts);
    const whole = compressed ? this.#decompress(joined) : joined;
    if (whole) this.#onMessage(whole, type === Opcode.binary);
  }

  #onMessage(payload: Buffer, binary: boolean): void {
    if (!binary && !isUtf8(payload)) throw invalidPayload("text message that is not UTF-8");
    this.#listener?.onMessage(payload, binary);
  }

  /** Garbage instead of DEFLATE breaks the original's protocol stack, which drops TCP without a close frame. */
  #decompress(payload: Buffer): Buffer | undefined {
    try {
      return this.deflate!.decompressor.decompress(payload);
    } catch (error) {
      this.outcome.violation = `the compressed message cannot be decompressed (${String(error)})`;
      this.state = "closed";
      this.#writer.end();
      return undefined;
    }
  }

  #onClose(payload: Buffer): void {
    const parsed = parseClose(payload);
    this.outcome.remoteCloseCode = parsed.code;
    this.outcome.remoteCloseReason = parsed.reason?.toString("latin1") ?? null;
    checkClose(parsed);
    this.outcome.wasClean = true;
    this.outcome.notCleanReason = null;
    if (this.state === "closing") this.#onCloseAnswered();
    else this.#answerClose();
  }

  #onCloseAnswered(): void {
    this.#closeTimer?.();
    if (this.#isServer) return this.#drop("reset");
    if (this.#awaitsDrop) return;
    this.#awaitsDrop = true;
    this.after(closingTime, () => {
      this.#unclean("the server did not drop TCP after the closing handshake");
      this.outcome.wasServerConnectionDropTimeout = true;
      this.#drop("reset");
    });
  }

  #answerClose(): void {
    this.#sendClose(serializeClose(1000));
    if (this.#isServer) this.#drop("end");
    // The original leaves this to the case's own timer, and waits for ever where there is none.
    else this.after(lastPatience, () => this.#drop("reset"));
  }

  #sendClose(payload: Buffer): void {
    this.sendFrame({ opcode: Opcode.close, payload, fin: true, rsv: 0 });
    this.state = "closing";
    this.outcome.localCloseCode = payload.length > 1 ? payload.readUInt16BE() : null;
    this.outcome.localCloseReason = payload.length > 2 ? payload.toString("latin1", 2) : null;
  }

  #drop(how: "end" | "reset"): void {
    if (this.state === "closed") return;
    this.outcome.droppedByMe = true;
    this.state = "closed";
    this.log.add({ kind: how === "end" ? "tcp closed" : "tcp reset" });
    if (how === "end") this.#writer.end();
    else this.#writer.reset();
  }

  #unclean(reason: string): void {
    this.outcome.wasClean = false;
    this.outcome.notCleanReason ??= reason;
  }

  #key(): Buffer | undefined {
    return this.#isServer ? undefined : freshMaskingKey();
  }
}
