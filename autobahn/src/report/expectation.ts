import { type Index, isRecord } from "./index-json.ts";

/** What a run has to give, case by case. */
export type Expectation = ReadonlyMap<string, Expected>;

export interface Expected {
  readonly behavior: string;
  readonly behaviorClose: string;
}

const isExpected = (value: unknown): value is Expected =>
  isRecord(value) && typeof value.behavior === "string" && typeof value.behaviorClose === "string";

/** A map of case numbers, or an index.json of one agent. Throws when it is neither. */
export function parseExpectation(text: string): Expectation {
  const parsed: unknown = JSON.parse(text);
  const cases = isRecord(parsed) ? onlyAgent(parsed) : undefined;
  if (!cases || Object.keys(cases).length === 0) {
    throw new Error("expected a map of case numbers, or an index.json of one agent");
  }
  return new Map(
    Object.entries(cases).map(([id, value]) => {
      if (!isExpected(value)) throw new Error(`case ${id} has no behavior and behaviorClose`);
      return [id, value];
    }),
  );
}

function onlyAgent(parsed: Record<string, unknown>): Record<string, unknown> | undefined {
  const values = Object.values(parsed);
  if (values.every(isExpected)) return parsed;
  const [only, ...others] = values;
  return others.length === 0 && isRecord(only) ? only : undefined;
}

/** A line for each difference, both ways: `ids` are the cases that were to be run. */
export function differences(expected: Expectation, actual: Index[string], ids: readonly string[]): string[] {
  return ids.flatMap((id) => {
    const [want, have] = [expected.get(id), actual[id]];
    if (!want) return [`${id}: not in the expectation, got ${words(have)}`];
    if (!have) return [`${id}: expected ${words(want)}, was not run`];
    return words(want) === words(have) ? [] : [`${id}: expected ${words(want)}, got ${words(have)}`];
  });
}

const words = (one: Expected | undefined): string =>
  one ? `${one.behavior} / ${one.behaviorClose}` : "nothing";
