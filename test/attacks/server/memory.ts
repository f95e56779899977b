import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";

/* What this process holds. */

const STATUS = "/proc/self/status";

function status(field: string): number {
  return Number(new RegExp(`${field}:\\s+(\\d+) kB`).exec(readFileSync(STATUS, "utf8"))![1]) * 1024;
}

/** The most memory that was resident; where the system forgets nothing, since the start of the process. */
function residentPeak(): number {
  return existsSync(STATUS) ? status("VmHWM") : process.resourceUsage().maxRSS * 1024;
}

/** Octets of the heap and outside of it that are in use. */
function held(): number {
  for (let i = 0; i < 3; i++) globalThis.gc!();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

const openFiles = (): number => (existsSync("/proc/self/fd") ? readdirSync("/proc/self/fd").length : 0);

const active = (kind: string): number =>
  process.getActiveResourcesInfo().filter((name) => name === kind).length;

export interface Figures {
  /** Octets that were resident at the most, more than at the mark. */
  readonly peak: number;
  /** The same, more than at the most before the mark: garbage that waits to be collected is in both. */
  readonly peakGrowth: number;
  /** Octets in use, more than at the mark, when garbage is collected. */
  readonly held: number;
  /** What the event loop holds, and open files; more than at the mark. */
  readonly sockets: number;
  readonly timers: number;
  readonly files: number;
  /** Of the objects that were watched, those that are held by something. */
  readonly alive: number;
}

let watched: WeakRef<object>[] = [];

/** An object that should be garbage in the end. */
export function watch(object: object): void {
  watched.push(new WeakRef(object));
}

function alive(): number {
  watched = watched.filter((reference) => reference.deref() !== undefined);
  return watched.length;
}

const now = (): { held: number; sockets: number; timers: number; files: number } => ({
  held: held(),
  sockets: active("TCPSocketWrap"),
  timers: active("Timeout"),
  files: openFiles(),
});

let marked = { resident: 0, peak: 0, ...now() };

/** Measures from now on. */
export function mark(): void {
  watched = [];
  const peak = residentPeak();
  const before = now();
  // Linux lets a process forget its peak.
  if (existsSync("/proc/self/clear_refs")) writeFileSync("/proc/self/clear_refs", "5");
  marked = { resident: process.memoryUsage.rss(), peak, ...before };
}

export function figures(): Figures {
  const most = residentPeak();
  held();
  const stillAlive = alive();
  const after = now();
  return {
    peak: most - marked.resident,
    peakGrowth: most - marked.peak,
    held: after.held - marked.held,
    sockets: after.sockets - marked.sockets,
    timers: after.timers - marked.timers,
    files: after.files - marked.files,
    alive: stillAlive,
  };
}
