import { Buffer } from "node:buffer";
import type { Socket } from "node:net";
import type { Duplex } from "node:stream";
import { acceptUpgrade, checkUpgrade, chooseSubprotocol } from "../handshake/decide.ts";
import type { UpgradeOffer } from "../handshake/offer.ts";
import { serializeExtensions } from "../handshake/extension-header.ts";
import type { RequestHead } from "../handshake/head.ts";
import { type HttpAnswer, InvalidAnswerError, refuse, serializeHead } from "../handshake/response.ts";
import type { Context } from "./context.ts";
import { tell } from "./diagnostics.ts";
import { refuseTransport } from "./ending.ts";
import type { UpgradeAnswer } from "./hooks.ts";
import { isPromiseLike } from "./promises.ts";
import { describeRequest, type UpgradeRequest } from "./request.ts";
import { Driver } from "./driver.ts";

/*
 * From a request's head to an open connection, or to a refusal. The transport may come from our own listener or from
 * node:http; from here on there is no difference. While a hook thinks, the transport is paused, and may die.
 */

interface Outcome {
  readonly answer: HttpAnswer;
  /** Present where the answer is 101. */
  readonly subprotocol?: string | undefined;
  readonly data?: unknown;
}

/** `rest` is what came behind the head. The transport must have no listeners left. */
export async function upgradeTransport(
  context: Context,
  transport: Duplex,
  head: RequestHead,
  rest: Uint8Array,
): Promise<void> {
  // Until the connection is made, an error has nobody else to hear it.
  const ignore = (): void => {};
  transport.on("error", ignore);
  const check = checkOrRefuse(context, head);
  if ("refusal" in check) return refuseTransport(context, transport, check.refusal);
  const { remoteAddress, encrypted } = transport as { remoteAddress?: string; encrypted?: boolean };
  const request = describeRequest(check.offer, remoteAddress, encrypted === true);
  const verdict = decide(context, check.offer, request);
  let outcome: Outcome;
  if (verdict instanceof Promise) {
    context.handshakes++;
    transport.pause();
    outcome = await verdict;
    context.handshakes--;
    if (transport.destroyed) return;
  } else {
    outcome = verdict;
  }
  transport.off("error", ignore);
  if (outcome.answer.status !== 101) {
    return refuseTransport(context, transport, outcome.answer);
  }
  openConnection(context, transport, check.offer, outcome, request, rest);
}

function openConnection(
  context: Context,
  transport: Duplex,
  offer: UpgradeOffer,
  { answer, subprotocol, data }: Outcome,
  request: UpgradeRequest,
  rest: Uint8Array,
): void {
  // Agreed on at the last moment, since it may reserve memory.
  const agreed = context.compression?.agree(offer.extensions);
  const extensions = agreed && (["Sec-WebSocket-Extensions", serializeExtensions([agreed.answer])] as const);
  const headers = extensions === undefined ? answer.headers : [...answer.headers, extensions];
  // A time-out that an HTTP server set for requests is not for connections.
  (transport as Partial<Socket>).setTimeout?.(0);
  transport.write(Buffer.from(serializeHead({ ...answer, headers }), "latin1"));
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

const CLOSING: HttpAnswer = refuse(503, "The server is shutting down");

function checkOrRefuse(
  context: Context,
  head: RequestHead,
): { offer: UpgradeOffer } | { refusal: HttpAnswer } {
  if (context.closing) return { refusal: CLOSING };
  if (context.full) return { refusal: refuse(503, "The server has as many connections as it may") };
  try {
    return checkUpgrade(head, context.settings.origin);
  } catch (error) {
    // An origin predicate is the application's.
    return { refusal: hookFailed(context, error) };
  }
}

/** Asks the hook, where there is one. Does not throw or reject. */
function decide(context: Context, offer: UpgradeOffer, request: UpgradeRequest): Outcome | Promise<Outcome> {
  try {
    const answer = context.settings.hooks.upgrade?.(request);
    if (!isPromiseLike(answer)) return answerOf(context, offer, answer);
    return Promise.resolve(answer)
      .then((value) => (context.closing ? { answer: CLOSING } : answerOf(context, offer, value)))
      .catch((error: unknown) => ({ answer: hookFailed(context, error) }));
  } catch (error) {
    return { answer: hookFailed(context, error) };
  }
}

function answerOf(context: Context, offer: UpgradeOffer, answer: UpgradeAnswer | void): Outcome {
  const headers = Object.entries(answer?.headers ?? {});
  if (answer !== undefined && "status" in answer) {
    const { status } = answer;
    if (!Number.isInteger(status) || status < 300 || status > 599) {
      throw new InvalidAnswerError(`a refusal has a status from 300 to 599, not ${status}`);
    }
    const refusal = refuse(status, answer.body ?? "Refused", headers);
    serializeHead(refusal);
    const framing = headers.find(([name]) => /^(?:connection|content-length|transfer-encoding)$/i.test(name));
    if (framing !== undefined)
      throw new InvalidAnswerError(`the header ${framing[0]} is not the hook's to set`);
    return { answer: refusal };
  }
  const subprotocol = answer?.subprotocol ?? chooseSubprotocol(offer, context.settings.subprotocols);
  return { answer: acceptUpgrade(offer, { subprotocol, headers }), subprotocol, data: answer?.data };
}

function hookFailed(context: Context, error: unknown): HttpAnswer {
  context.report(error, undefined);
  return refuse(500, "The server could not decide on this request");
}
