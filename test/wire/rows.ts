import { it } from "vitest";

/** A test for each row, called by the row's name as it is: the tables of the docs refer to it. */
export function itEach<T extends { readonly name: string }>(
  rows: readonly T[],
  test: (row: T) => Promise<void> | void,
): void {
  for (const row of rows) it(row.name, () => test(row));
}
