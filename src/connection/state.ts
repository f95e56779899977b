/*
 * The closing handshake (RFC 6455 section 7) as a table. The picture in docs/architecture.md is drawn from it.
 *
 *   open     both directions carry messages
 *   closing  our Close frame is out, the peer's is not in: messages still arrive, none may be sent
 *   closed   both Close frames are exchanged; what still arrives is discarded unparsed
 *   failed   the peer broke a rule and was told so by a Close frame; what still arrives is discarded unparsed
 *   ended    the transport is over
 */

export type State = "open" | "closing" | "closed" | "failed" | "ended";

/** What moves a connection on. An event that a state's row does not have leaves it where it is. */
export type Trigger = "close sent" | "close received" | "violation" | "transport ended";

export type Role = "server" | "client";

/** What is owed to the transport once the output is written: keep it, end it, or expect the peer to end it. */
export type Transport = "keep" | "end" | "await";

interface Row {
  readonly next: Partial<Record<Trigger, State>>;
  /** Section 7.1.1: the server ends TCP first, so that the client's port is not held in TIME_WAIT. */
  readonly transport: Record<Role, Transport>;
}

const both = (transport: Transport): Record<Role, Transport> => ({ server: transport, client: transport });

export const STATES: Record<State, Row> = {
  open: {
    next: {
      "close sent": "closing",
      "close received": "closed",
      violation: "failed",
      "transport ended": "ended",
    },
    transport: both("keep"),
  },
  closing: {
    next: { "close received": "closed", violation: "failed", "transport ended": "ended" },
    transport: both("await"),
  },
  closed: {
    next: { "transport ended": "ended" },
    transport: { server: "end", client: "await" },
  },
  failed: {
    next: { "transport ended": "ended" },
    transport: both("end"),
  },
  ended: { next: {}, transport: both("end") },
};
