import type { Case } from "../cases/case.ts";
import type { Event } from "../cases/case.ts";
import type { Seen } from "../judge/judge.ts";
import type { Connection, Listener } from "./connection.ts";
import { DeflateDriver } from "./deflate-driver.ts";
import { EchoDriver } from "./echo-driver.ts";
import { ScriptDriver } from "./script-driver.ts";

/** Plays one case over one connection. */
export interface Driver extends Listener {
  /** The connection is open. */
  start(connection: Connection): void;
  /** Called at the end of the connection. */
  seen(): Seen;
  /** For the report; the long runs of sections 9, 12 and 13 keep none. */
  readonly received: readonly Event[];
}

export function createDriver(kase: Case): Driver {
  if (kase.kind === "script") return new ScriptDriver(kase);
  return kase.kind === "echo" ? new EchoDriver(kase) : new DeflateDriver(kase);
}
