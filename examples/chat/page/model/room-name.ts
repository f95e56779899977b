/** What people write becomes a room's name: small letters, digits and hyphens; empty where nothing is left of it. */
export function roomName(text: string): string {
  return text
    .normalize("NFKD")
    .toLowerCase()
    .replaceAll(/\p{M}/gu, "")
    .replaceAll(/[^a-z0-9]+/g, "-")
    .replaceAll(/^-+/g, "")
    .slice(0, 32)
    .replaceAll(/-+$/g, "");
}

/** The room in the part of an address behind the #. */
export function roomInAddress(hash: string): string {
  try {
    return roomName(decodeURIComponent(hash.slice(1)));
  } catch {
    return "";
  }
}
