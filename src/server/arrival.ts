import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import type { TLSSocket } from "node:tls";
import { checkUpgrade } from "../handshake/decide.ts";
import type { RequestHead } from "../handshake/head.ts";
import type { UpgradeCheck } from "../handshake/offer.ts";
import type { OriginPolicy } from "../handshake/origin.ts";
import { type HttpAnswer, serializeHead } from "../handshake/response.ts";
import type { Context } from "./context.ts";
import { refuseTransport } from "./ending.ts";

/** An opening handshake that has arrived, and how the version of HTTP that carried it is answered. */
export interface Arrival {
  /** Nobody listens to it but Node, and who may be told to let go of it (`letGo`). */
  readonly transport: Duplex;
  /** What came behind the head. */
  readonly rest: Uint8Array;
  readonly remoteAddress: string | undefined;
  readonly secure: boolean;
  check(origin: OriginPolicy): UpgradeCheck;
  /** From here on the transport carries frames. */
  accept(answer: HttpAnswer): void;
  /** Answers and ends the transport. */
  refuse(context: Context, answer: HttpAnswer): void;
}

export class Http1Arrival implements Arrival {
  readonly transport: Duplex;
  readonly rest: Uint8Array;
  readonly #head: RequestHead;

  constructor(transport: Duplex, head: RequestHead, rest: Uint8Array) {
    this.transport = transport;
    this.rest = rest;
    this.#head = head;
  }

  /** To know it the system has to be asked. */
  get remoteAddress(): string | undefined {
    return (this.transport as Partial<Socket>).remoteAddress;
  }

  get secure(): boolean {
    return (this.transport as Partial<TLSSocket>).encrypted === true;
  }

  check(origin: OriginPolicy): UpgradeCheck {
    return checkUpgrade(this.#head, origin);
  }

  accept(answer: HttpAnswer): void {
    // A time-out that an HTTP server set for requests is not for connections.
    (this.transport as Partial<Socket>).setTimeout?.(0);
    this.transport.write(serializeHead(answer), "latin1");
  }

  refuse(context: Context, answer: HttpAnswer): void {
    refuseTransport(context, this.transport, answer);
  }
}
