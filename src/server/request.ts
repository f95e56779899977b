import type { HeaderList } from "../handshake/headers.ts";
import type { UpgradeOffer } from "../handshake/offer.ts";
import type { Arrival } from "./arrival.ts";

/** The opening handshake, as hooks see it. */
export interface UpgradeRequest {
  /** Path and query, as they were sent, such as `/chat?room=1`. */
  readonly path: string;
  /** Host and port that the client meant. */
  readonly host: string;
  /** The browser's origin; undefined for other clients. */
  readonly origin: string | undefined;
  readonly headers: HeaderList;
  /** The subprotocols on offer, the client's favourite first. */
  readonly subprotocols: readonly string[];
  /**
   * The other end's address. The system is asked when you look: undefined on a unix socket, and for who looks first when the
   * connection is gone.
   */
  readonly remoteAddress: string | undefined;
  /** Whether the connection is over TLS. */
  readonly secure: boolean;
  /** `"1.1"`, or `"2.0"` where the connection is a stream of HTTP/2. */
  readonly httpVersion: string;
  /**
   * Aborted where the answer of the upgrade hook comes too late: the client is gone, `handshakeTimeout` is over
   * (`reason` is a TimeoutError then), or the server closes.
   */
  readonly signal: AbortSignal;
}

export class ArrivedRequest implements UpgradeRequest {
  readonly path: string;
  readonly host: string;
  readonly origin: string | undefined;
  readonly headers: HeaderList;
  readonly subprotocols: readonly string[];
  readonly secure: boolean;
  readonly httpVersion: string;
  readonly #arrival: Arrival;
  #controller: AbortController | undefined;
  #reason: DOMException | undefined;

  constructor(offer: UpgradeOffer, arrival: Arrival) {
    this.path = offer.path;
    this.host = offer.host;
    this.origin = offer.origin;
    this.headers = offer.head.headers;
    this.subprotocols = offer.subprotocols;
    this.secure = arrival.secure;
    this.#arrival = arrival;
    this.httpVersion = offer.head.httpVersion;
  }

  get remoteAddress(): string | undefined {
    return this.#arrival.remoteAddress;
  }

  /** Made for those only who look at it. */
  get signal(): AbortSignal {
    this.#controller ??= new AbortController();
    if (this.#reason !== undefined) this.#controller.abort(this.#reason);
    return this.#controller.signal;
  }

  /** The hook's answer is not needed any more. */
  abort(message: string, name: "AbortError" | "TimeoutError" = "AbortError"): void {
    this.#reason = new DOMException(message, name);
    this.#controller?.abort(this.#reason);
  }

  /** Whether a hook failed because of the signal: it has done what it was asked to do. */
  causes(error: unknown): boolean {
    if (this.#reason === undefined) return false;
    return error === this.#reason || (error as Partial<Error> | undefined)?.name === "AbortError";
  }
}
