/*
 * handfast: the server, name by name. The pure half is handfast/core.
 */

export { WebSocketServer } from "./server/server.ts";
export type { ListenOptions, Listening } from "./server/listen.ts";
export type {
  CloseOptions,
  DeflateOptions,
  ServerHooks,
  ServerOptions,
  ServerStats,
  UpgradeAnswer,
} from "./server/options.ts";
export type { UpgradeRequest } from "./server/request.ts";
export { BinaryMessage, type Message, TextMessage } from "./server/message.ts";
export type { SendData, ServerSocket } from "./server/socket.ts";

export { CloseCode } from "./frame/close-code.ts";
export { HeaderList } from "./handshake/headers.ts";
export type { OriginPolicy } from "./handshake/origin.ts";
export { InvalidAnswerError } from "./handshake/response.ts";
export { MisuseError, type MisuseCode } from "./connection/misuse.ts";
export type { State } from "./connection/state.ts";
