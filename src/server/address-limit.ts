import type { Duplex } from "node:stream";

/** How many transports one address may hold at a time, handshakes included. */
export class AddressLimit {
  readonly #limit: number;
  readonly #counts: Map<string, number> = new Map();
  /** What counts, for whom, and what ends that. */
  readonly #admitted: WeakMap<Duplex, { readonly holder: string; readonly onClose: () => void }> =
    new WeakMap();

  constructor(limit: number) {
    this.#limit = limit;
  }

  /**
   * Counts a transport, once, until it is released or closed; false where its address has as many as it may. Without an
   * address (a unix socket) there is no limit.
   */
  admits(transport: Duplex, address: string | undefined): boolean {
    if (address === undefined || this.#admitted.has(transport)) return true;
    const holder = holderOf(address);
    const count = this.#counts.get(holder) ?? 0;
    if (count >= this.#limit) return false;
    this.#counts.set(holder, count + 1);
    const onClose = (): void => this.release(transport);
    this.#admitted.set(transport, { holder, onClose });
    transport.on("close", onClose);
    return true;
  }

  /** The transport does not count any more. */
  release(transport: Duplex): void {
    const entry = this.#admitted.get(transport);
    if (entry === undefined) return;
    this.#admitted.delete(transport);
    transport.off("close", entry.onClose);
    const count = this.#counts.get(entry.holder)! - 1;
    if (count === 0) this.#counts.delete(entry.holder);
    else this.#counts.set(entry.holder, count);
  }
}

/**
 * Who holds an address: IPv4 addresses are held one by one, of IPv6 the first 64 bits, since the rest is the holder's own
 * to choose (RFC 4291 section 2.5.4).
 */
export function holderOf(address: string): string {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address);
  if (mapped !== null) return mapped[1]!;
  if (!address.includes(":")) return address;
  const [before = "", after] = address.split("%")[0]!.split("::");
  const groups = before.split(":").filter((group) => group !== "");
  const last = (after ?? "").split(":").filter((group) => group !== "");
  while (groups.length + last.length < 8) groups.push("0");
  const network = [...groups, ...last].slice(0, 4).map((group) => Number.parseInt(group, 16).toString(16));
  return `${network.join(":")}::/64`;
}
