import type { Case } from "../cases/case.ts";
import { Connection } from "../fuzzer/connection.ts";
import { createDriver } from "../fuzzer/driver.ts";
import { type Clock, realClock } from "../fuzzer/clock.ts";
import { freshOutcome, type Outcome } from "../fuzzer/outcome.ts";
import type { Transport } from "../fuzzer/transport.ts";
import { WireLog } from "../fuzzer/wire-log.ts";
import { judge } from "../judge/judge.ts";
import { agreedDeflate } from "../wire/deflate.ts";
import type { DeflateParams } from "../wire/deflate-params.ts";
import type { CaseRun } from "./case-run.ts";

export interface SessionOptions {
  readonly case: Case;
  readonly agent: string;
  readonly role: "client" | "server";
  readonly transport: Transport;
}

/** What both roles have in common: a case, its connection as soon as there is one, and the verdict at the end. */
export class Session {
  httpRequest = "";
  httpResponse = "";
  readonly #options: SessionOptions;
  readonly #clock: Clock = realClock;
  readonly #started = new Date();
  readonly #log: WireLog;
  readonly #unopened: Outcome;
  readonly #driver;
  #from = this.#clock.now();
  #connection: Connection | undefined;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#log = new WireLog(() => this.#clock.now() - this.#from);
    this.#unopened = freshOutcome(options.role === "server");
    this.#driver = createDriver(options.case);
  }

  get opened(): boolean {
    return this.#connection !== undefined;
  }

  /** The opening handshake is done. */
  open(agreed: DeflateParams | undefined): void {
    const { role, transport } = this.#options;
    this.#from = this.#clock.now();
    this.#connection = new Connection({
      role,
      transport,
      clock: this.#clock,
      log: this.#log,
      deflate: agreed && agreedDeflate(agreed, role),
    });
    this.#connection.open(this.#driver);
    this.#driver.start(this.#connection);
  }

  /** Bytes after the opening handshake. */
  receive(chunk: Buffer): void {
    if (chunk.length > 0) this.#connection?.receive(chunk);
  }

  /** Why there was no connection, as far as known. */
  failToOpen(reason: string, timeout = false): void {
    this.#unopened.notCleanReason ??= reason;
    this.#unopened.wasOpenHandshakeTimeout ||= timeout;
  }

  /** TCP is gone. */
  finish(): CaseRun {
    this.#connection?.lost();
    const outcome = this.#connection?.outcome ?? this.#unopened;
    const { case: kase, agent } = this.#options;
    return {
      case: kase,
      agent,
      started: this.#started,
      duration: this.#clock.now() - this.#from,
      verdict: judge(kase, outcome, this.#driver.seen()),
      outcome,
      log: this.#log,
      received: this.#driver.received,
      httpRequest: this.httpRequest,
      httpResponse: this.httpResponse,
    };
  }
}
