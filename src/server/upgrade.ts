import { serializeExtensions } from "../handshake/extension-header.ts";
import type { UpgradeCheck, UpgradeOffer } from "../handshake/offer.ts";
import { type HttpAnswer, refuse } from "../handshake/response.ts";
import type { Arrival } from "./arrival.ts";
import type { Context } from "./context.ts";
import { decide, hookFailed, type Outcome } from "./decision.ts";
import { deliberate, type Given } from "./deliberation.ts";
import { tell } from "./diagnostics.ts";
import { Driver } from "./driver.ts";
import { ArrivedRequest } from "./request.ts";
import { letGo } from "./transport.ts";

/*
 * From an opening handshake to an open connection, or to a refusal. It may come from our own listener, from node:http or
 * from node:http2; from here on there is no difference. While a hook thinks, the transport may die.
 */

export function receiveArrival(context: Context, arrival: Arrival): void {
  const { transport } = arrival;
  if (transport.destroyed) return;
  const check = checkOrRefuse(context, arrival);
  if ("refusal" in check) return arrival.refuse(context, check.refusal);
  const request = new ArrivedRequest(check.offer, arrival);
  const conclude = (outcome: Outcome, rest: Uint8Array): void => {
    if ("refusal" in outcome) arrival.refuse(context, outcome.refusal);
    else openConnection(context, arrival, check.offer, outcome, request, rest);
  };
  const verdict = decide(context, check.offer, request);
  if (verdict instanceof Promise) wait(context, arrival, request, verdict, conclude);
  else conclude(verdict, arrival.rest);
}

/** The hook has promised an answer. */
function wait(
  context: Context,
  arrival: Arrival,
  request: ArrivedRequest,
  verdict: Promise<Outcome>,
  conclude: (outcome: Outcome, rest: Uint8Array) => void,
): void {
  const { handshakeTimeout: timeout } = context.settings;
  const { transport } = arrival;
  context.handshakes++;
  // Until the connection is made, an error has nobody else to hear it.
  const ignore = (): void => {};
  letGo(transport);
  transport.on("error", ignore);
  const decided = (outcome: Outcome, rest: Uint8Array): void => {
    transport.off("error", ignore);
    context.handshakes--;
    conclude(outcome, rest);
  };
  const givenUp = (why: Given): void => {
    request.abort(why, why === "time over" ? "TimeoutError" : "AbortError");
    if (why === "client gone") {
      context.handshakes--;
      return;
    }
    if (why === "time over")
      context.report(new Error(`no upgrade hook's answer in ${timeout} ms`), undefined);
    decided({ refusal: why === "time over" ? TOO_LATE : CLOSING }, arrival.rest);
  };
  const { rest } = arrival;
  const settings = { rest, timeout, pending: context.pending };
  deliberate(transport, verdict, settings, { decided, givenUp });
}

const CLOSING: HttpAnswer = refuse(503, "The server is shutting down");
const TOO_LATE: HttpAnswer = refuse(503, "The server did not decide on this request in time");

function openConnection(
  context: Context,
  arrival: Arrival,
  offer: UpgradeOffer,
  { answer, subprotocol, data }: Exclude<Outcome, { readonly refusal: HttpAnswer }>,
  request: ArrivedRequest,
  rest: Uint8Array,
): void {
  const { transport } = arrival;
  // Agreed on at the last moment, since it may reserve memory.
  const agreed = context.compression?.agree(offer.extensions);
  const extensions = agreed && (["Sec-WebSocket-Extensions", serializeExtensions([agreed.answer])] as const);
  const headers = extensions === undefined ? answer.headers : [...answer.headers, extensions];
  arrival.accept({ ...answer, headers });
  const compressed = agreed !== undefined;
  tell(context, "handfast:upgrade", () => ({ request, subprotocol, compressed }));
  const driver = new Driver(transport, context, subprotocol, data, agreed);
  const { socket } = driver;
  context.add(driver);
  tell(context, "handfast:open", () => ({ socket, request }));
  driver.open(() => context.settings.hooks.open?.(socket, request), rest);
  // A client that ended its half while the hook was thinking has been heard by nobody yet.
  if (transport.readableEnded) driver.receiveEnd();
}

function checkOrRefuse(context: Context, arrival: Arrival): UpgradeCheck {
  if (context.closing) return { refusal: CLOSING };
  const full = context.refuses(arrival.transport, arrival);
  if (full !== undefined) return { refusal: full };
  try {
    return arrival.check(context.settings.origin);
  } catch (error) {
    // An origin predicate is the application's.
    return { refusal: hookFailed(context, error) };
  }
}
