import type { Event, ScriptCase } from "../cases/case.ts";
import type { Step } from "../cases/step.ts";
import type { Seen } from "../judge/judge.ts";
import type { Connection } from "./connection.ts";
import type { Driver } from "./driver.ts";

/** Sections 1 to 7 and 10. */
export class ScriptDriver implements Driver {
  readonly received: Event[] = [];
  readonly #case: ScriptCase;
  #connection: Connection | undefined;

  constructor(kase: ScriptCase) {
    this.#case = kase;
  }

  start(connection: Connection): void {
    this.#connection = connection;
    this.#play(connection, this.#case.steps(), 0);
  }

  onMessage(payload: Buffer, binary: boolean): void {
    this.#note({ event: "message", binary, payload });
  }

  onPong(payload: Buffer): void {
    this.#note({ event: "pong", payload });
  }

  seen(): Seen {
    const { expected, informational, nonStrict = "" } = this.#case;
    const came = describe(this.received);
    if (informational) return { behavior: "INFORMATIONAL", result: `Only noted: the peer sent ${came}.` };
    if (sameEvents(expected.OK, this.received))
      return { behavior: "OK", result: `As expected, ${came} came.` };
    if (sameEvents(expected["NON-STRICT"], this.received))
      return { behavior: "NON-STRICT", result: nonStrict };
    return { behavior: "FAILED", result: `Expected ${describe(expected.OK ?? [])}, received ${came}.` };
  }

  #note(event: Event): void {
    this.received.push(event);
    const { expected, closesWhenMatched } = this.#case;
    if (closesWhenMatched === undefined || !sameEvents(expected.OK, this.received)) return;
    this.#connection?.close(closesWhenMatched);
  }

  #play(connection: Connection, steps: readonly Step[], from: number): void {
    for (let i = from; i < steps.length; i++) {
      const step = steps[i]!;
      if (step.do === "wait") {
        this.#wait(connection, step.ms, step.tag, () => this.#play(connection, steps, i + 1));
        return;
      }
      perform(connection, step);
    }
  }

  #wait(connection: Connection, ms: number, tag: string | undefined, then: () => void): void {
    connection.log.add({ kind: "wait", ms, tag });
    connection.after(ms, () => {
      if (connection.state === "closed") return;
      connection.log.add({ kind: "wait over", tag });
      if (tag !== undefined) {
        if (connection.state !== "open") return;
        this.received.push({ event: "timeout", tag });
      }
      then();
    });
  }
}

function perform(connection: Connection, step: Exclude<Step, { do: "wait" }>): void {
  if (step.do === "frame") connection.sendFrame(step, step);
  else if (step.do === "frame start") connection.startFrame(step);
  else if (step.do === "frame bytes") connection.sendFrameBytes(step.payload);
  else if (step.do === "close") connection.closeWith(step.payload);
  else if (step.do === "kill after") {
    connection.log.add({ kind: "kill after", ms: step.ms });
    connection.after(step.ms, () => {
      if (connection.state === "closed") return;
      connection.log.add({ kind: "kill" });
      connection.fail(1001, "Going Away");
    });
  } else closeAfter(connection, step.ms);
}

/** Also the patience of sections 9, 12 and 13. */
export function closeAfter(connection: Connection, ms: number): void {
  connection.log.add({ kind: "close after", ms });
  connection.after(ms, () => {
    if (connection.state === "closed") return;
    connection.log.add({ kind: "close on timer" });
    connection.close();
  });
}

function sameEvents(expected: readonly Event[] | undefined, received: readonly Event[]): boolean {
  return expected?.length === received.length && expected.every((event, i) => same(event, received[i]!));
}

function same(a: Event, b: Event): boolean {
  if (a.event === "timeout") return b.event === "timeout" && a.tag === b.tag;
  if (b.event === "timeout" || a.event !== b.event) return false;
  if (a.event === "message" && b.event === "message" && a.binary !== b.binary) return false;
  return a.payload.equals(b.payload);
}

function describe(events: readonly Event[]): string {
  if (events.length === 0) return "nothing";
  const shown = events.slice(0, 12).map((event) => {
    if (event.event === "timeout") return `no refusal during wait ${event.tag}`;
    const kind = event.event === "pong" ? "pong" : event.binary ? "binary" : "text";
    return `${kind} of ${event.payload.length} bytes`;
  });
  return shown.join(", ") + (events.length > 12 ? ` and ${events.length - 12} more` : "");
}
