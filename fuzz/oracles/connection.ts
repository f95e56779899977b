import type { Violation } from "../../src/frame/violation.ts";
import { readSlowFrame, type SlowFrame } from "./frame.ts";
import { isReachable, isText } from "./utf8.ts";

/*
 * A connection as a function of everything that it ever received: sections 5 and 7 of RFC 6455 read aloud. It has
 * the whole octets at once, so it knows nothing of chunks; it shares only the names of the violations with src/.
 */

export interface Rules {
  readonly fromClient: boolean;
  readonly maxPayload: number;
  readonly maxFragments: number;
  readonly tolerateLongLengths: boolean;
}

export interface Told {
  readonly what: string;
  readonly octets: string;
}

export interface Session {
  readonly told: Told[];
  /** The message that is open at the end, as far as it is there. */
  readonly partial: string | undefined;
  /** The frames of the answer: first octet and payload. */
  readonly answers: string[];
  readonly state: "open" | "closed" | "failed";
}

export const digits = (octets: Uint8Array): string => Buffer.from(octets).toString("hex");

/** Section 7.4, and the codes that the registry has added since. */
export const mayBeSent = (code: number): boolean =>
  [1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014].includes(code) ||
  (code >= 3000 && code <= 4999);

const CODES: Partial<Record<Violation, number>> = {
  "message-too-big": 1009,
  "too-many-fragments": 1009,
  "invalid-utf8": 1007,
  "invalid-close-reason": 1007,
};

interface Open {
  readonly text: boolean;
  bytes: Uint8Array;
  size: bigint;
  fragments: number;
}

function headerFault(frame: SlowFrame, open: Open | undefined, rules: Rules): Violation | undefined {
  const { first, masked, shortLength, length } = frame;
  const opcode = first % 16;
  const control = opcode >= 8;
  if (Math.floor(first / 16) % 8 !== 0) return "reserved-bit";
  if (![0, 1, 2, 8, 9, 10].includes(opcode)) return "reserved-opcode";
  if (control && first < 128) return "fragmented-control";
  if (opcode === 0 && open === undefined) return "unexpected-continuation";
  if ((opcode === 1 || opcode === 2) && open !== undefined) return "interleaved-message";
  if (masked === undefined) return undefined;
  if (masked !== rules.fromClient) return masked ? "masked" : "not-masked";
  if (control && shortLength! > 125) return "long-control";
  if (length === undefined) return undefined;
  const shortest = length <= 125n ? length : length <= 65535n ? 126n : 127n;
  if (!rules.tolerateLongLengths && BigInt(shortLength!) !== shortest) return "length-not-minimal";
  if (length >= 2n ** 63n) return "length-top-bit";
  if (control) return undefined;
  if ((open?.size ?? 0n) + length > BigInt(rules.maxPayload)) return "message-too-big";
  return frame.whole && (open?.fragments ?? 0) >= rules.maxFragments ? "too-many-fragments" : undefined;
}

function closeFault(payload: Uint8Array): Violation | undefined {
  if (payload.length === 0) return undefined;
  if (payload.length === 1) return "short-close";
  if (!mayBeSent(payload[0]! * 256 + payload[1]!)) return "invalid-close-code";
  return isText(payload.subarray(2)) ? undefined : "invalid-close-reason";
}

/** What an end of a connection tells and answers after receiving `octets`, however they were cut. */
export function runModel(octets: Uint8Array, rules: Rules): Session {
  const told: Told[] = [];
  const answers: string[] = [];
  let open: Open | undefined;
  const fail = (fault: Violation): Session => {
    const code = CODES[fault] ?? 1002;
    told.push({ what: `close ${code} ${fault} cut:${open !== undefined}`, octets: "" });
    answers.push(`88 ${code.toString(16).padStart(4, "0")}`);
    return { told, partial: undefined, answers, state: "failed" };
  };
  for (let rest = octets; rest.length > 0;) {
    const frame = readSlowFrame(rest);
    const { first, payload } = frame;
    const opcode = first % 16;
    const fault = headerFault(frame, open, rules);
    const begins = opcode === 1 || opcode === 2;
    // A frame that is one too many has begun its message all the same.
    if (frame.whole && begins && (fault === undefined || fault === "too-many-fragments"))
      open = { text: opcode === 1, bytes: new Uint8Array(0), size: 0n, fragments: 0 };
    if (fault !== undefined) return fail(fault);
    if (!frame.whole) break;
    if (opcode < 8) {
      const message = open!;
      message.bytes = Buffer.concat([message.bytes, payload]);
      message.size += frame.length!;
      message.fragments++;
      if (message.text && !isReachable(message.bytes)) return fail("invalid-utf8");
      if (!frame.complete) break;
      if (first >= 128) {
        if (message.text && !isText(message.bytes)) return fail("invalid-utf8");
        told.push({ what: message.text ? "text" : "binary", octets: digits(message.bytes) });
        open = undefined;
      }
    } else if (!frame.complete) {
      break;
    } else if (opcode === 8) {
      const wrongClose = closeFault(payload);
      if (wrongClose !== undefined) return fail(wrongClose);
      const code = payload.length === 0 ? 1005 : payload[0]! * 256 + payload[1]!;
      told.push({
        what: `close ${code} clean cut:${open !== undefined}`,
        octets: digits(payload.subarray(2)),
      });
      answers.push(`88 ${digits(payload.subarray(0, 2))}`);
      return { told, partial: undefined, answers, state: "closed" };
    } else {
      told.push({ what: opcode === 9 ? "ping" : "pong", octets: digits(payload) });
      if (opcode === 9) answers.push(`8a ${digits(payload)}`);
    }
    rest = frame.rest;
  }
  return { told, partial: open === undefined ? undefined : digits(open.bytes), answers, state: "open" };
}
