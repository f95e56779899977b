import { existsSync, readFileSync } from "node:fs";

/*
 * How large the attacks are. `npm test` takes some seconds for each; `npm run soak` takes the whole, for which the limits
 * are the same: what grows without end is seen in both.
 */

const whole = process.env["HANDFAST_SOAK"] !== undefined;

/** One number for `npm test`, another for `npm run soak`. */
export const scale = (short: number, long: number): number => (whole ? long : short);

export const MIB: number = 1024 * 1024;

/** Prints the figures of an attack: octets as MiB. */
export function tell(attack: string, figures: Readonly<Record<string, number | string>>): void {
  const told = Object.entries(figures).map(([name, value]) => `${name} ${value}`);
  console.log(`${attack}: ${told.join(", ")}`);
}

export const mib = (octets: number): string => `${(octets / MIB).toFixed(1)} MiB`;

/** How many of so many connections a process may hold here. */
export function connectionsWithin(wanted: number): number {
  const file = "/proc/self/limits";
  if (!existsSync(file)) return Math.min(wanted, 1000);
  // Node raises its limit to the hard one when it starts.
  const limit = Number(/Max open files\s+\S+\s+(\d+)/.exec(readFileSync(file, "utf8"))?.[1] ?? Infinity);
  const possible = Math.min(wanted, limit - 200);
  if (possible < wanted)
    console.log(`${possible} connections instead of ${wanted}: ${limit} files may be open`);
  return possible;
}
