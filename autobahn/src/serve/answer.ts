import type { ClientLimits } from "../cases/case.ts";
import type { DeflateParams } from "../wire/deflate-params.ts";

/**
 * What the fuzzer as server agrees to: the server_* parameters as the client asked for them, and the first of the
 * case's own limits that the client allows. A client that did not offer client_max_window_bits gets no window.
 */
export function answerTo(
  offers: readonly DeflateParams[],
  answers: readonly ClientLimits[],
): DeflateParams | undefined {
  for (const { noContextTakeover, windowBits } of answers) {
    const offer = offers.find(
      ({ clientMaxWindowBits }) => windowBits === undefined || clientMaxWindowBits !== undefined,
    );
    if (!offer) continue;
    const { serverNoContextTakeover, serverMaxWindowBits } = offer;
    return {
      serverNoContextTakeover,
      serverMaxWindowBits,
      clientNoContextTakeover: noContextTakeover,
      clientMaxWindowBits: windowBits,
    };
  }
  return undefined;
}
