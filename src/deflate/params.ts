/*
 * The negotiation of permessage-deflate as pure functions (RFC 7692 sections 5 and 7.1).
 *
 * An offer or an answer is first read against the grammar of its parameters (`readParameters`); only then is
 * decided what is agreed to. A wrong offer is not an error: it is declined, and the next one is tried (5.1).
 */

/** The extension's name as it stands in Sec-WebSocket-Extensions. */
export const EXTENSION_NAME = "permessage-deflate";

/** One parameter, already unquoted; `undefined` is a parameter without a value, `""` one with an empty value. */
export interface ExtensionParameter {
  readonly name: string;
  readonly value: string | undefined;
}

/** One element of Sec-WebSocket-Extensions, in an offer or in an answer. */
export interface Extension {
  readonly name: string;
  readonly parameters: readonly ExtensionParameter[];
}

/** What both ends agreed to. Window bits are base-2 logarithms of bytes, 8 to 15. */
export interface DeflateParameters {
  readonly serverNoContextTakeover: boolean;
  readonly clientNoContextTakeover: boolean;
  readonly serverMaxWindowBits: number;
  readonly clientMaxWindowBits: number;
}

/** What one end is ready to agree to. */
export interface DeflatePolicy {
  /** May the server keep its window from message to message? Default false. */
  readonly serverContextTakeover: boolean;
  /** May the client keep its window from message to message? Default false. */
  readonly clientContextTakeover: boolean;
  /** The largest window of the server's compressor, 8 to 15. Default 15. */
  readonly serverMaxWindowBits: number;
  /**
   * The largest window of the client's compressor, 8 to 15. Default 15. Below 15 a server declines offers
   * without `client_max_window_bits`: it could not hold such a client to the limit (7.1.2.2).
   */
  readonly clientMaxWindowBits: number;
}

/** An accepted offer: what holds from now on, and the element to answer with. */
export interface Agreement {
  readonly parameters: DeflateParameters;
  readonly answer: Extension;
}

/** Why an answer fails the connection (section 5.1: the client must then fail it). */
export type AnswerError =
  | "malformed-parameters" // unknown, duplicate, out of range, or a value missing or too many
  | "window-exceeds-offer"
  | "offer-ignored"; // server_no_context_takeover or server_max_window_bits was asked for, and is not there

/** The parameters as read; window bits are `undefined` where absent, 15 where present without a value. */
interface ReadParameters {
  readonly serverNoContextTakeover: boolean;
  readonly clientNoContextTakeover: boolean;
  readonly serverMaxWindowBits: number | undefined;
  readonly clientMaxWindowBits: number | undefined;
}

const NAMES: ReadonlySet<string> = new Set([
  "server_no_context_takeover",
  "client_no_context_takeover",
  "server_max_window_bits",
  "client_max_window_bits",
]);

/** The grammar of section 7.1, or `undefined` where the list is against it. */
function readParameters(
  list: readonly ExtensionParameter[],
  bareClientWindow: boolean,
): ReadParameters | undefined {
  const values = new Map<string, string | undefined>();
  for (const { name, value } of list) {
    if (!NAMES.has(name) || values.has(name)) return undefined;
    if (name.endsWith("_no_context_takeover")) {
      if (value !== undefined) return undefined;
    } else if (value === undefined) {
      // Only an offer may leave the value out, and only this one (7.1.2.2).
      if (name !== "client_max_window_bits" || !bareClientWindow) return undefined;
    } else if (!/^(?:[89]|1[0-5])$/.test(value)) return undefined;
    values.set(name, value);
  }
  const bits = (name: string): number | undefined =>
    values.has(name) ? Number(values.get(name) ?? 15) : undefined;
  return {
    serverNoContextTakeover: values.has("server_no_context_takeover"),
    clientNoContextTakeover: values.has("client_no_context_takeover"),
    serverMaxWindowBits: bits("server_max_window_bits"),
    clientMaxWindowBits: bits("client_max_window_bits"),
  };
}

const element = (
  parameters: DeflateParameters,
  serverWindow: string | undefined | false,
  clientWindow: string | undefined | false,
): Extension => {
  const list: ExtensionParameter[] = [];
  if (parameters.serverNoContextTakeover) list.push({ name: "server_no_context_takeover", value: undefined });
  if (parameters.clientNoContextTakeover) list.push({ name: "client_no_context_takeover", value: undefined });
  if (serverWindow !== false) list.push({ name: "server_max_window_bits", value: serverWindow });
  if (clientWindow !== false) list.push({ name: "client_max_window_bits", value: clientWindow });
  return { name: EXTENSION_NAME, parameters: list };
};

function accept(offer: ReadParameters, policy: DeflatePolicy): Agreement | undefined {
  const offeredWindow = offer.clientMaxWindowBits;
  if (offeredWindow === undefined && policy.clientMaxWindowBits < 15) return undefined;
  const parameters: DeflateParameters = {
    serverNoContextTakeover: offer.serverNoContextTakeover || !policy.serverContextTakeover,
    clientNoContextTakeover: offer.clientNoContextTakeover || !policy.clientContextTakeover,
    serverMaxWindowBits: Math.min(offer.serverMaxWindowBits ?? 15, policy.serverMaxWindowBits),
    clientMaxWindowBits: Math.min(offeredWindow ?? 15, policy.clientMaxWindowBits),
  };
  const { serverMaxWindowBits, clientMaxWindowBits } = parameters;
  // An offered server window is accepted by naming it, even where it is 15 (7.1.2.1).
  const nameServer = offer.serverMaxWindowBits !== undefined || serverMaxWindowBits < 15;
  return {
    parameters,
    answer: element(
      parameters,
      nameServer && String(serverMaxWindowBits),
      clientMaxWindowBits < 15 && String(clientMaxWindowBits),
    ),
  };
}

/**
 * The server's side: the first acceptable offer wins (RFC 7692 5.1).
 * @returns `undefined` where none is acceptable: the handshake goes on without the extension.
 */
export function negotiate(offers: readonly Extension[], policy: DeflatePolicy): Agreement | undefined {
  for (const { name, parameters } of offers) {
    if (name !== EXTENSION_NAME) continue;
    const offer = readParameters(parameters, true);
    const agreement = offer && accept(offer, policy);
    if (agreement) return agreement;
  }
  return undefined;
}

/** The client's side: the element that offers what `policy` allows, and limits the server to it. */
export function offerFor(policy: DeflatePolicy): Extension {
  return element(
    {
      serverNoContextTakeover: !policy.serverContextTakeover,
      clientNoContextTakeover: !policy.clientContextTakeover,
      serverMaxWindowBits: policy.serverMaxWindowBits,
      clientMaxWindowBits: policy.clientMaxWindowBits,
    },
    policy.serverMaxWindowBits < 15 && String(policy.serverMaxWindowBits),
    policy.clientMaxWindowBits < 15 ? String(policy.clientMaxWindowBits) : undefined,
  );
}

/**
 * The client's side: holds the server's answer against the offer that `offerFor(policy)` made.
 * That an answer names an extension that was not offered, or this one twice, is for the caller to see.
 */
export function verifyAnswer(
  answered: readonly ExtensionParameter[],
  policy: DeflatePolicy,
): { readonly parameters: DeflateParameters } | { readonly error: AnswerError } {
  const answer = readParameters(answered, false);
  if (!answer) return { error: "malformed-parameters" };
  const server = answer.serverMaxWindowBits ?? 15;
  const client = answer.clientMaxWindowBits ?? 15;
  if (!policy.serverContextTakeover && !answer.serverNoContextTakeover) return { error: "offer-ignored" };
  if (policy.serverMaxWindowBits < 15 && answer.serverMaxWindowBits === undefined)
    return { error: "offer-ignored" };
  if (server > policy.serverMaxWindowBits) return { error: "window-exceeds-offer" };
  if (answer.clientMaxWindowBits !== undefined && client > policy.clientMaxWindowBits)
    return { error: "window-exceeds-offer" };
  return {
    parameters: {
      serverNoContextTakeover: answer.serverNoContextTakeover,
      // Ours to keep: a client may refrain from takeover even where the server would allow it (7.1.1.2).
      clientNoContextTakeover: answer.clientNoContextTakeover || !policy.clientContextTakeover,
      serverMaxWindowBits: server,
      clientMaxWindowBits: Math.min(client, policy.clientMaxWindowBits),
    },
  };
}
