import type { Ledger } from "./ledger.ts";

/** What the history's worker can be asked for. */
export type Calls = Pick<Ledger, "append" | "read" | "claim" | "rooms">;

/** One request of a batch. */
export interface Call {
  readonly name: keyof Calls;
  readonly args: readonly unknown[];
}

/** The answers to a batch, in its order; or why none of it was carried out. */
export type Answers = { readonly results: readonly unknown[] } | { readonly failed: string };

/** The worker's first words: it is ready, or why it cannot be. */
export type Greeting = { readonly log: string } | { readonly failed: string };
