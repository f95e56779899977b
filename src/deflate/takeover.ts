/*
 * What context takeover costs, and who may have it: windows that outlive their messages are paid for from one
 * budget of the whole server, and connections past it are agreed to without (RFC 7692 7.1.1 lets a server
 * answer any offer with both no_context_takeover parameters).
 */
import { windowBytes } from "./deflate-match.ts";
import { TAKEOVER_CHUNK_BYTES } from "./deflate.ts";
import { outputBytes } from "./inflate-scratch.ts";
import { negotiate } from "./params.ts";
import type { Agreement, DeflateParameters, DeflatePolicy, Extension } from "./params.ts";

export type Role = "server" | "client";

/** Bytes, and who has them. */
export class TakeoverBudget {
  readonly #limit: number;
  #reserved = 0;

  /** @param limit in bytes; 0 means that nobody gets takeover */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** In bytes. */
  get reserved(): number {
    return this.#reserved;
  }

  tryReserve(bytes: number): boolean {
    if (this.#reserved + bytes > this.#limit) return false;
    this.#reserved += bytes;
    return true;
  }

  release(bytes: number): void {
    this.#reserved -= bytes;
  }
}

/** What a connection with these parameters holds between its messages at most, in bytes. */
export function takeoverBytes(parameters: DeflateParameters, role: Role): number {
  const { serverNoContextTakeover, clientNoContextTakeover } = parameters;
  const server = serverNoContextTakeover ? 0 : parameters.serverMaxWindowBits;
  const client = clientNoContextTakeover ? 0 : parameters.clientMaxWindowBits;
  const [deflating, inflating] = role === "server" ? [server, client] : [client, server];
  return (
    (deflating && windowBytes(1 << deflating, TAKEOVER_CHUNK_BYTES)) + (inflating && outputBytes(inflating))
  );
}

/**
 * `negotiate`, and where takeover is agreed to, its memory is reserved; without it where there is none left.
 * The caller gives `reserved` bytes back to the budget when the connection has ended, or was refused.
 */
export function negotiateWithin(
  budget: TakeoverBudget,
  offers: readonly Extension[],
  policy: DeflatePolicy,
): (Agreement & { readonly reserved: number }) | undefined {
  const agreement = negotiate(offers, policy);
  if (agreement === undefined) return undefined;
  const reserved = takeoverBytes(agreement.parameters, "server");
  if (budget.tryReserve(reserved)) return { ...agreement, reserved };
  const modest = negotiate(offers, { ...policy, serverContextTakeover: false, clientContextTakeover: false });
  return modest && { ...modest, reserved: 0 };
}
