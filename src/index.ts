/*
 * handfast: the server, name by name. The pure half is handfast/core.
 */

export { WebSocketServer } from "./server/server.ts";
export type { AttachableServer, AttachOptions } from "./server/attached.ts";
export type { ListenOptions, Listening } from "./server/listen.ts";
export type { DeflateOptions } from "./server/deflate-options.ts";
export type {
  CloseDiagnostic,
  Diagnostic,
  Diagnostics,
  ErrorDiagnostic,
  OpenDiagnostic,
  OverflowDiagnostic,
  RateLimitDiagnostic,
  RefuseDiagnostic,
  TimeoutDiagnostic,
  UpgradeDiagnostic,
} from "./server/diagnostics.ts";
export type { HeartbeatOptions } from "./server/heartbeat-options.ts";
export type { ServerHooks, UpgradeAnswer } from "./server/hooks.ts";
export type { Overflow, ServerOptions } from "./server/options.ts";
export type { RateLimitOptions } from "./server/rate-limit.ts";
export type { UpgradeRequest } from "./server/request.ts";
export { BinaryMessage, type Message, TextMessage } from "./server/message.ts";
export { MessageCutError, type MessageStream } from "./server/message-stream.ts";
export type { StreamSource } from "./server/outgoing-stream.ts";
export { prepare, type PreparedMessage, type SendData } from "./server/prepared-message.ts";
export type { PublishOptions } from "./server/publish.ts";
export type { CloseOptions, CloseReport } from "./server/shutdown.ts";
export type { CloseInfo, ServerSocket } from "./server/socket.ts";
export type { PayloadStats, ServerStats, SocketStats, TrafficStats } from "./server/stats.ts";

export { CloseCode } from "./frame/close-code.ts";
export { HeaderList } from "./handshake/headers.ts";
export type { OriginPolicy } from "./handshake/origin.ts";
export { InvalidAnswerError } from "./handshake/response.ts";
export { MisuseError, type MisuseCode } from "./connection/misuse.ts";
export type { MessageKind } from "./connection/event.ts";
export type { State } from "./connection/state.ts";
