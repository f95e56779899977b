/** How a connection went and ended, in the original's terms; `Me` is the fuzzer. */
export interface Outcome {
  readonly isServer: boolean;
  /** The opening handshake was completed. */
  opened: boolean;
  /** The fuzzer sent the first close frame. */
  closedByMe: boolean;
  failedByMe: boolean;
  /** The fuzzer dropped TCP. */
  droppedByMe: boolean;
  wasClean: boolean;
  notCleanReason: string | null;
  wasOpenHandshakeTimeout: boolean;
  wasCloseHandshakeTimeout: boolean;
  wasServerConnectionDropTimeout: boolean;
  localCloseCode: number | null;
  localCloseReason: string | null;
  remoteCloseCode: number | null;
  remoteCloseReason: string | null;
  /** What the peer's bytes did against the RFC. */
  violation: string | null;
}

export const freshOutcome = (isServer: boolean): Outcome => ({
  isServer,
  opened: false,
  closedByMe: false,
  failedByMe: false,
  droppedByMe: false,
  wasClean: false,
  notCleanReason: null,
  wasOpenHandshakeTimeout: false,
  wasCloseHandshakeTimeout: false,
  wasServerConnectionDropTimeout: false,
  localCloseCode: null,
  localCloseReason: null,
  remoteCloseCode: null,
  remoteCloseReason: null,
  violation: null,
});
