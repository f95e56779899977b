/** What the peer did against RFC 6455, and the close code (7.4.1) it earns. */
export class Violation extends Error {
  override readonly name = "Violation";
  readonly code: number;

  constructor(code: 1002 | 1007, message: string) {
    super(message);
    this.code = code;
  }
}

export const protocolViolation = (message: string): Violation => new Violation(1002, message);

export const invalidPayload = (message: string): Violation => new Violation(1007, message);
