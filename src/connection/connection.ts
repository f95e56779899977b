import { CloseCode } from "../frame/close-code.ts";
import { parseClosePayload, serializeClosePayload } from "../frame/close-payload.ts";
import { Opcode } from "../frame/opcode.ts";
import { MAX_CONTROL_SIZE } from "../frame/rules.ts";
import { VIOLATIONS, type Violation } from "../frame/violation.ts";
import { checkClose } from "./check-close.ts";
import { checkOctets } from "./check-octets.ts";
import { type ConnectionOptions, inboundOptions } from "./connection-options.ts";
import type { CloseEvent, ConnectionEvent, Delivery, MessageKind } from "./event.ts";
import type { ControlFrame, Failure, InboundOptions } from "./inbound-event.ts";
import { type Inbound, lentInbound } from "./inbound.ts";
import { MisuseError } from "./misuse.ts";
import { Slab } from "./outbox.ts";
import { Outgoing } from "./outgoing.ts";
import { plainPlatform } from "./platform.ts";
import { type Role, type State, STATES, type Transport, type Trigger } from "./state.ts";

const FIN = 0x80;
const NO_OCTETS = new Uint8Array(0);

/**
 * One end of a WebSocket connection after the opening handshake, as a machine without a transport: octets in
 * ({@link receive}), events out ({@link next}); calls in ({@link sendText} and the like), octets out
 * ({@link takeOutput}). It knows no clock, no chance and no I/O, so the same calls always give the same results.
 *
 * After each `receive`, pull events until there is none, write what `takeOutput` gives, and do with the transport
 * what {@link transport} says.
 */
export class Connection {
  readonly role: Role;
  #state: State = "open";
  readonly #options: InboundOptions;
  /** Only while input is under way: between two messages any connection's will do. */
  #inbound: Inbound | undefined;
  readonly #outgoing: Outgoing;
  /** What ends the conversation, read already and left for later. */
  #held: ControlFrame | Failure | undefined;
  /** The close event, from the moment that nothing more is read until it is told. */
  #farewell: CloseEvent | undefined;

  constructor(options: ConnectionOptions) {
    const { role, maskingKey, platform = plainPlatform } = options;
    if ((role === "client") !== (maskingKey !== undefined)) {
      const why = "maskingKey belongs to the client's role, and is needed there";
      throw new MisuseError("ERR_NO_MASKING_KEY", why);
    }
    this.role = role;
    this.#options = inboundOptions(options, platform);
    const slab = options.slab ?? new Slab(platform.allocate, 1024);
    this.#outgoing = new Outgoing(platform, slab, maskingKey, options.codec);
  }

  get state(): State {
    return this.#state;
  }

  /** What is owed to the transport once the output is written (RFC 6455 section 7.1.1). */
  get transport(): Transport {
    return STATES[this.#state].transport[this.role];
  }

  /** Octets that {@link takeOutput} would give. */
  get outputSize(): number {
    return this.#outgoing.size;
  }

  /**
   * Takes octets from the transport: all, or those before `end`. They are read only until {@link next} has nothing more
   * to tell, never changed, and not kept. Throws ERR_INPUT_PENDING where the chunk before has not been used up.
   */
  receive(bytes: Uint8Array, end: number = bytes.length): void {
    this.#checkUsedUp();
    if (this.#state !== "open" && this.#state !== "closing") return;
    (this.#inbound ??= lentInbound(this.#options)).receive(bytes, end);
  }

  /** Copies what of the input is not used up yet: the memory it came in may be written anew. */
  keepInput(): void {
    this.#inbound?.keep();
  }

  /** The transport has ended, in whatever way. The event that tells of it comes behind those of the input. */
  receiveEnd(): void {
    this.#checkUsedUp();
    this.abandon();
  }

  /** The transport is gone, and nobody wants what was received and not yet told. */
  abandon(): void {
    if (this.#held?.type === "control") this.#receiveClose(this.#held.payload);
    this.#leave("transport ended", CloseCode.ABNORMAL_CLOSURE, "");
  }

  /**
   * Whether {@link next} has more to tell without further octets: after it gave undefined, where it let others have a
   * turn (call it again later), and for what `until` has left.
   */
  get inputPending(): boolean {
    return this.#held !== undefined || this.#inbound?.pending === true;
  }

  /** Whether the end of the conversation has been read, and left by `next("end")`. */
  get endHeld(): boolean {
    return this.#held !== undefined;
  }

  /** Whether a message has begun to arrive, and not ended. */
  get messageOpen(): boolean {
    return this.#inbound?.messageOpen === true;
  }

  /** Octets that are sure to go into the message that is open: so many may be read at a time, though others are busy. */
  get awaited(): number {
    return this.#inbound?.awaited ?? 0;
  }

  /** How messages are handed out from now on. Throws ERR_MESSAGE_OPEN where one has begun to arrive. */
  set delivery(delivery: Delivery) {
    if (this.messageOpen) throw new MisuseError("ERR_MESSAGE_OPEN", "a message has begun to arrive");
    (this.#inbound ??= lentInbound(this.#options)).delivery = delivery;
  }

  /**
   * The next event; undefined when more octets are needed, or when it is the turn of others. With `until` it stops, and
   * leaves what comes for later: at the `"end"` of the conversation (a Close frame or a violation), so that messages can
   * be read ahead and still be answered; or at the first `"data"` frame.
   */
  next(until?: "end" | "data"): ConnectionEvent | undefined {
    for (;;) {
      if (this.#state !== "open" && this.#state !== "closing") {
        const farewell = this.#farewell;
        this.#farewell = undefined;
        return farewell;
      }
      if (this.#held !== undefined && until === "end") return undefined;
      const event = this.#held ?? this.#inbound?.next(until === "data");
      this.#held = undefined;
      if (event === undefined) {
        if (this.#inbound?.leave() === true) this.#inbound = undefined;
        return undefined;
      }
      if (event.type === "message" || event.type === "piece") return event;
      if (until === "end" && (event.type === "violation" || event.opcode === Opcode.CLOSE))
        this.#held = event;
      else if (event.type === "violation") this.#fail(event.violation);
      else if (event.opcode === Opcode.CLOSE) this.#receiveClose(event.payload);
      else return this.#receiveControl(event);
    }
  }

  /** Octets to be written to the transport, in order. Large payloads are the very ones that were sent. */
  takeOutput(): readonly Uint8Array[] {
    return this.#outgoing.take();
  }

  /**
   * Says that what {@link takeOutput} gave last is written and will not be looked at again, so that its memory may be
   * used for the next output. Optional.
   */
  giveBackOutput(): void {
    this.#outgoing.giveBack();
  }

  /**
   * Sends a text message. Octets must be valid UTF-8; `room` octets in front of them are overwritten with the header.
   * Throws ERR_NOT_OPEN, ERR_MESSAGE_OPEN, ERR_INVALID_DATA.
   */
  sendText(text: string | Uint8Array, room?: number): void {
    this.#checkOpen();
    this.#outgoing.message("text", text, room);
  }

  /** Sends a binary message; `room` as above. Throws ERR_NOT_OPEN, ERR_MESSAGE_OPEN, ERR_INVALID_DATA. */
  sendBinary(bytes: Uint8Array, room?: number): void {
    this.#checkOpen();
    this.#outgoing.message("binary", bytes, room);
  }

  /**
   * Sends a fragment of a message; all fragments of one must be of the same kind. A text may be cut anywhere.
   * Throws ERR_NOT_OPEN, and ERR_MESSAGE_OPEN where a message of the other kind is open.
   */
  sendFragment(kind: MessageKind, bytes: Uint8Array, last: boolean): void {
    this.#checkOpen();
    this.#outgoing.fragment(kind, bytes, last);
  }

  /**
   * Sends a message together with what {@link deflateMessage} made of it, on this connection or on one with the same
   * {@link shareable} number. Throws ERR_NOT_OPEN, ERR_MESSAGE_OPEN.
   */
  sendPrepared(kind: MessageKind, bytes: Uint8Array, deflated: Uint8Array | undefined, room?: number): void {
    this.#checkOpen();
    this.#outgoing.prepared(kind, bytes, deflated, room);
  }

  /** Sends a whole message of up to 4 KiB that was laid out as a frame before. Throws ERR_NOT_OPEN, ERR_MESSAGE_OPEN. */
  sendLaidOut(frame: Uint8Array): void {
    this.#checkOpen();
    this.#outgoing.laidOut(frame);
  }

  /** What a message is compressed to; undefined where it goes out as it is. Throws ERR_NOT_OPEN, ERR_MESSAGE_OPEN. */
  deflateMessage(bytes: Uint8Array): Uint8Array | undefined {
    this.#checkOpen();
    return this.#outgoing.deflate(bytes);
  }

  /** Connections with the same number deflate a whole message to the same octets; undefined where none is alike. */
  get shareable(): number | undefined {
    return this.#outgoing.shareable;
  }

  /** Sends a Ping with up to 125 octets. Throws ERR_NOT_OPEN, ERR_CONTROL_TOO_LONG, ERR_INVALID_DATA. */
  ping(payload: Uint8Array = NO_OCTETS): void {
    this.#control(Opcode.PING, payload);
  }

  /** Sends a Pong that nobody asked for (section 5.5.3). Throws ERR_NOT_OPEN, ERR_CONTROL_TOO_LONG. */
  pong(payload: Uint8Array = NO_OCTETS): void {
    this.#control(Opcode.PONG, payload);
  }

  /**
   * Starts the closing handshake; where it has begun already, nothing happens. Without a code the Close frame is
   * empty. Throws ERR_INVALID_CLOSE_CODE, ERR_CLOSE_REASON_TOO_LONG (over 123 octets).
   */
  close(code: number = CloseCode.NO_STATUS_RECEIVED, reason = ""): void {
    checkClose(code, reason);
    if (this.#state !== "open") return;
    this.#sendClose(code, reason);
    this.#move("close sent");
  }

  #checkUsedUp(): void {
    if (!this.inputPending) return;
    throw new MisuseError("ERR_INPUT_PENDING", "call next() until it gives undefined");
  }

  #checkOpen(): void {
    if (this.#state === "open") return;
    throw new MisuseError("ERR_NOT_OPEN", `nothing can be sent: the connection is ${this.#state}`);
  }

  #control(opcode: number, payload: Uint8Array): void {
    this.#checkOpen();
    checkOctets(payload);
    if (payload.length > MAX_CONTROL_SIZE) {
      const why = `a control frame has at most ${MAX_CONTROL_SIZE} octets, not ${payload.length}`;
      throw new MisuseError("ERR_CONTROL_TOO_LONG", why);
    }
    this.#outgoing.frame(FIN | opcode, payload);
  }

  #receiveControl(frame: ControlFrame): ConnectionEvent {
    const { payload } = frame;
    if (frame.opcode === Opcode.PONG) return { type: "pong", bytes: payload };
    if (this.#state === "open") this.#outgoing.pong(payload);
    return { type: "ping", bytes: payload };
  }

  #receiveClose(payload: Uint8Array): void {
    const parsed = parseClosePayload(payload);
    if (typeof parsed === "string") return this.#fail(parsed);
    // Section 5.5.1: the answer echoes the code, and only the code.
    if (this.#state === "open") this.#sendClose(parsed.code, "");
    this.#leave("close received", parsed.code, parsed.reason);
  }

  /** The one place where a violation becomes a close code (section 7.1.7). */
  #fail(violation: Violation): void {
    const { code, message } = VIOLATIONS[violation];
    if (this.#state === "open") this.#sendClose(code, message);
    this.#leave("violation", code, message, violation);
  }

  #sendClose(code: number, reason: string): void {
    this.#outgoing.flushPong();
    this.#outgoing.frame(FIN | Opcode.CLOSE, serializeClosePayload(code, reason));
  }

  /** Ends the reading. Only the first reason for it is told. */
  #leave(trigger: Trigger, code: number, reason: string, violation?: Violation): void {
    const reading = this.#state === "open" || this.#state === "closing";
    this.#move(trigger);
    if (!reading) return;
    const clean = trigger === "close received";
    const { messageOpen: messageCut } = this;
    this.#farewell = { type: "close", code, reason, clean, messageCut, violation };
    this.#inbound?.discard();
    this.#inbound = this.#held = undefined;
    this.#outgoing.release();
  }

  #move(trigger: Trigger): void {
    this.#state = STATES[this.#state].next[trigger] ?? this.#state;
  }
}
