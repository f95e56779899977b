import { isUtf8 } from "node:buffer";
import { invalidPayload, protocolViolation } from "./violation.ts";

export function serializeClose(code: number | undefined, reason = ""): Buffer {
  if (code === undefined) return Buffer.alloc(0);
  const out = Buffer.alloc(2 + Buffer.byteLength(reason));
  out.writeUInt16BE(code);
  out.write(reason, 2);
  return out;
}

export interface ClosePayload {
  readonly code: number | null;
  readonly reason: Buffer | null;
}

export function parseClose(payload: Buffer): ClosePayload {
  if (payload.length === 0) return { code: null, reason: null };
  if (payload.length === 1) throw protocolViolation("close payload of one byte");
  return { code: payload.readUInt16BE(), reason: payload.length > 2 ? payload.subarray(2) : null };
}

/** RFC 6455, 7.4, with the codes registered since: may this be sent on the wire? */
export function checkClose({ code, reason }: ClosePayload): void {
  if (code !== null && !mayBeSent(code)) throw protocolViolation(`close code ${code} may not be sent`);
  if (reason !== null && !isUtf8(reason)) throw invalidPayload("close reason is not UTF-8");
}

function mayBeSent(code: number): boolean {
  return (code >= 1000 && code <= 1003) || (code >= 1007 && code <= 1014) || (code >= 3000 && code <= 4999);
}
