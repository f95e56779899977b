import { LENGTH_TOP_BIT, RSV1 } from "./header.ts";
import { isControl, isReserved, Opcode } from "./opcode.ts";
import type { Violation } from "./violation.ts";

/*
 * The law of frame headers: may this header come now? A rule is asked as soon as the octet that decides it is
 * there, so a peer gets its answer without our waiting for the rest of the header.
 */

/** Octets of payload that a control frame may have (RFC 6455 section 5.5). */
export const MAX_CONTROL_SIZE = 125;

/** RFC 6455 sections 5.2, 5.4 and 5.5: reserved bits, opcodes, and the order of fragments. */
export function checkFirstOctet(
  first: number,
  messageOpen: boolean,
  rsv1Agreed: boolean,
): Violation | undefined {
  const rsv = (first >> 4) & 0x7;
  const opcode = first & 0xf;
  // An extension that uses RSV1 marks the first frame of a message with it, and no other (RFC 7692 section 6.1).
  const allowed = rsv1Agreed && (opcode === Opcode.TEXT || opcode === Opcode.BINARY) ? RSV1 : 0;
  if ((rsv & ~allowed) !== 0) return "reserved-bit";
  if (isReserved(opcode)) return "reserved-opcode";
  if (isControl(opcode)) return (first & 0x80) === 0 ? "fragmented-control" : undefined;
  if (opcode === Opcode.CONTINUATION) return messageOpen ? undefined : "unexpected-continuation";
  return messageOpen ? "interleaved-message" : undefined;
}

/** Section 5.1: clients mask, servers do not. Section 5.5: control frames are short. */
export function checkSecondOctet(first: number, second: number, fromClient: boolean): Violation | undefined {
  if (((second & 0x80) !== 0) !== fromClient) return fromClient ? "not-masked" : "masked";
  return isControl(first) && (second & 0x7f) > MAX_CONTROL_SIZE ? "long-control" : undefined;
}

/** Section 5.2: the shortest encoding, the top bit; and the limit, before anything is allocated. */
export function checkLength(
  second: number,
  length: number,
  limit: number,
  longLengthsTolerated: boolean,
): Violation | undefined {
  const short = second & 0x7f;
  if (short > 125 && !longLengthsTolerated && length < (short === 126 ? 126 : 65536))
    return "length-not-minimal";
  if (length === LENGTH_TOP_BIT) return "length-top-bit";
  return length > limit ? "message-too-big" : undefined;
}
