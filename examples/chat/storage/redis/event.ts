import * as v from "valibot";
import type { HallEvents } from "../hall.ts";

/* The entries of the stream of events: flat fields of text. */

const number = v.pipe(v.string(), v.regex(/^\d+$/), v.transform(Number));
const whose = { room: v.string(), person: v.string(), name: v.string() };

const Event = v.variant("kind", [
  v.object({
    kind: v.literal("said"),
    ...whose,
    seq: number,
    ref: v.string(),
    text: v.string(),
    at: number,
  }),
  v.object({ kind: v.picklist(["came", "went", "typing"]), ...whose }),
]);
export type Event = v.InferOutput<typeof Event>;

/** What is stored of a message. */
const SaidEntry = v.object({
  person: v.string(),
  name: v.string(),
  ref: v.string(),
  text: v.string(),
  at: number,
});
export type SaidEntry = v.InferOutput<typeof SaidEntry>;

/** Throws for an entry that is none of ours. */
export const parseEvent = (fields: unknown): Event => v.parse(Event, { ...(fields as object) });
export const parseSaid = (fields: unknown): SaidEntry => v.parse(SaidEntry, { ...(fields as object) });

export function tellEvent(event: Event, events: HallEvents): void {
  const who = { id: event.person, name: event.name };
  if (event.kind !== "said") return events[event.kind](event.room, who);
  const { seq, ref, text, at } = event;
  events.said(event.room, { seq, by: who, ref, text, at });
}
