/** Octets that a fragment may take more than what it holds. */
const FLUSH_SIZE = 64;

/**
 * The most octets that a compressed message of `fragments` frames may declare before it is inflated. What does not compress
 * grows: with zlib by up to a seventh, and by a flush for each fragment. The limit itself holds for what is inflated.
 */
export function compressedLimit(maxPayload: number, fragments: number): number {
  const growth = Math.ceil(maxPayload / 7) + FLUSH_SIZE * fragments;
  return Math.min(maxPayload + growth, Number.MAX_SAFE_INTEGER);
}
