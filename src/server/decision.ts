import { acceptUpgrade, chooseSubprotocol } from "../handshake/decide.ts";
import type { UpgradeOffer } from "../handshake/offer.ts";
import { type HttpAnswer, InvalidAnswerError, refuse, serializeHead } from "../handshake/response.ts";
import type { Context } from "./context.ts";
import type { UpgradeAnswer } from "./hooks.ts";
import { sha1 } from "./node-platform.ts";
import { isPromiseLike } from "./promises.ts";
import type { ArrivedRequest } from "./request.ts";

/** What is decided on a handshake: how it is accepted, or how it is refused. */
export type Outcome =
  | { readonly answer: HttpAnswer; readonly subprotocol: string | undefined; readonly data?: unknown }
  | { readonly refusal: HttpAnswer };

/** Asks the hook, where there is one. Does not throw or reject. */
export function decide(
  context: Context,
  offer: UpgradeOffer,
  request: ArrivedRequest,
): Outcome | Promise<Outcome> {
  const failed = (error: unknown): Outcome => ({
    refusal: request.causes(error) ? UNDECIDED : hookFailed(context, error),
  });
  try {
    const answer = context.settings.hooks.upgrade?.(request);
    if (!isPromiseLike(answer)) return outcomeOf(context, offer, answer);
    return Promise.resolve(answer)
      .then((value) => outcomeOf(context, offer, value))
      .catch(failed);
  } catch (error) {
    return failed(error);
  }
}

/** A hook, or an origin predicate, has failed: that is told, and the client gets 500. */
export function hookFailed(context: Context, error: unknown): HttpAnswer {
  context.report(error, undefined);
  return UNDECIDED;
}

const UNDECIDED: HttpAnswer = refuse(500, "The server could not decide on this request");

/** Throws `InvalidAnswerError` for what cannot be sent. */
function outcomeOf(context: Context, offer: UpgradeOffer, answer: UpgradeAnswer | void): Outcome {
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
    return { refusal };
  }
  const subprotocol = answer?.subprotocol ?? chooseSubprotocol(offer, context.settings.subprotocols);
  return { answer: acceptUpgrade(offer, { subprotocol, headers }, sha1), subprotocol, data: answer?.data };
}
