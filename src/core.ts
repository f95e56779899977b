/*
 * handfast/core: the pure half of the library, name by name. It runs wherever JavaScript does.
 */

export { Opcode, isControl, isReserved } from "./frame/opcode.ts";
export { CloseCode, isCloseCode } from "./frame/close-code.ts";
export { VIOLATIONS, type Violation, type ViolationFacts } from "./frame/violation.ts";
export { type FrameHeader, parseHeader, writeHeader } from "./frame/header.ts";
export { mask } from "./frame/mask.ts";
export { isUtf8, UTF8_INVALID, UTF8_START, validateUtf8 } from "./frame/utf8.ts";
export { decodeUtf8, encodeUtf8 } from "./frame/text.ts";
export { type ClosePayload, parseClosePayload, serializeClosePayload } from "./frame/close-payload.ts";
export { type Frame, type ParsedFrame, parseFrame, serializeFrame } from "./frame/frame.ts";

export { HeaderList } from "./handshake/headers.ts";
export {
  type Head,
  type HeadError,
  type HeadLimits,
  HeadReader,
  type Latin1Decoder,
} from "./handshake/head-reader.ts";
export {
  parseRequestHead,
  parseResponseHead,
  type RequestHead,
  type ResponseHead,
} from "./handshake/head.ts";
export {
  type Extension,
  type ExtensionParameter,
  parseExtensions,
  serializeExtensions,
} from "./handshake/extension-header.ts";
export { parseSubprotocols } from "./handshake/subprotocol.ts";
export { isToken, parseTokenList } from "./handshake/token.ts";
export { acceptKey, type Sha1 } from "./handshake/accept-key.ts";
export { isSameOrigin, type OriginPolicy } from "./handshake/origin.ts";
export { type HttpAnswer, InvalidAnswerError, refuse, serializeHead } from "./handshake/response.ts";
export {
  acceptUpgrade,
  asksForWebSocket,
  checkUpgrade,
  chooseSubprotocol,
  decideUpgrade,
  type UpgradeChoice,
  type UpgradePolicy,
} from "./handshake/decide.ts";
export type { UpgradeCheck, UpgradeOffer } from "./handshake/offer.ts";
export { checkConnect, type ConnectHead, parseConnectHead } from "./handshake/extended-connect.ts";
export {
  type ClientHandshake,
  createRequest,
  type Verification,
  verifyResponse,
} from "./handshake/client.ts";

export {
  type Agreement,
  type AnswerError,
  type DeflateParameters,
  type DeflatePolicy,
  negotiate,
  offerFor,
  verifyAnswer,
} from "./deflate/params.ts";

export type {
  CloseEvent,
  ConnectionEvent,
  ControlEvent,
  Delivery,
  MessageEvent,
  MessageKind,
  PieceEvent,
} from "./connection/event.ts";
export { Connection } from "./connection/connection.ts";
export type { ConnectionOptions } from "./connection/connection-options.ts";
export type { MessageCodec, MessageDeflater, MessageInflater } from "./connection/codec.ts";
export { MisuseError, type MisuseCode } from "./connection/misuse.ts";
export { Slab } from "./connection/outbox.ts";
export { type Platform, plainPlatform } from "./connection/platform.ts";
export { type Role, type State, STATES, type Transport, type Trigger } from "./connection/state.ts";
