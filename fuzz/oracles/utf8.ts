/* UTF-8 by the platform's decoder, from definitions that nobody would use for speed. */

const decoder = new TextDecoder("utf-8", { fatal: true });

export function isText(octets: Uint8Array): boolean {
  try {
    decoder.decode(octets);
    return true;
  } catch {
    return false;
  }
}

/** Ends of which one completes every character that can be begun. */
const ENDS = ["", "80", "a0", "90", "8080", "a080", "9080", "808080", "908080"].map((digits) =>
  Buffer.from(digits, "hex"),
);

/** Whether some valid text begins with these octets. */
export const isReachable = (octets: Uint8Array): boolean =>
  ENDS.some((end) => isText(Buffer.concat([octets, end])));
