import { Buffer } from "node:buffer";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { checkUpgrade } from "../handshake/decide.ts";
import type { RequestHead } from "../handshake/head.ts";
import type { UpgradeCheck } from "../handshake/offer.ts";
import type { OriginPolicy } from "../handshake/origin.ts";
import { type HttpAnswer, serializeHead } from "../handshake/response.ts";
import type { Context } from "./context.ts";
import { refuseTransport } from "./ending.ts";

/** An opening handshake that has arrived, and how the version of HTTP that carried it is answered. */
export interface Arrival {
  /** It has no listeners left but Node's own. */
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

export function overHttp1(transport: Duplex, head: RequestHead, rest: Uint8Array): Arrival {
  const { remoteAddress, encrypted } = transport as { remoteAddress?: string; encrypted?: boolean };
  return {
    transport,
    rest,
    remoteAddress,
    secure: encrypted === true,
    check: (origin) => checkUpgrade(head, origin),
    accept: (answer) => {
      // A time-out that an HTTP server set for requests is not for connections.
      (transport as Partial<Socket>).setTimeout?.(0);
      transport.write(Buffer.from(serializeHead(answer), "latin1"));
    },
    refuse: (context, answer) => refuseTransport(context, transport, answer),
  };
}
