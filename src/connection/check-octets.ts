import { MisuseError } from "./misuse.ts";

/**
 * Throws {@link MisuseError} ERR_INVALID_DATA for what is not a view of octets. A number or an object with a length would
 * be sent as that many octets which are nobody's.
 */
export function checkOctets(octets: unknown): void {
  // Arrays of another realm are as good as ours, so `instanceof` is not the question.
  if (ArrayBuffer.isView(octets) && (octets as Uint8Array).BYTES_PER_ELEMENT === 1) return;
  throw new MisuseError("ERR_INVALID_DATA", "octets are sent from a Uint8Array");
}
