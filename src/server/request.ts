import type { UpgradeOffer } from "../handshake/offer.ts";
import type { HeaderList } from "../handshake/headers.ts";

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
  /** The other end's address; undefined on a unix socket. */
  readonly remoteAddress: string | undefined;
  /** Whether the connection is over TLS. */
  readonly secure: boolean;
}

export function describeRequest(
  offer: UpgradeOffer,
  remoteAddress: string | undefined,
  secure: boolean,
): UpgradeRequest {
  const { path, host, origin, subprotocols } = offer;
  return { path, host, origin, headers: offer.head.headers, subprotocols, remoteAddress, secure };
}
