import { describe, expectTypeOf, it } from "vitest";
import {
  type BinaryMessage,
  type CloseInfo,
  type Message,
  type MessageStream,
  type PreparedMessage,
  prepare,
  type ServerSocket,
  type TextMessage,
  type UpgradeRequest,
  WebSocketServer,
} from "../../src/index.ts";

describe("types", () => {
  it("what the upgrade hook gives is the socket's data, in every hook", () => {
    const server = new WebSocketServer({
      upgrade: () => ({ data: { name: "Ada" } }),
      open: (socket, request) => {
        expectTypeOf(socket.data).toEqualTypeOf<{ name: string }>();
        expectTypeOf(request).toEqualTypeOf<UpgradeRequest>();
      },
      message: (socket, message) => {
        expectTypeOf(socket).toEqualTypeOf<ServerSocket<{ name: string }>>();
        expectTypeOf(message).toEqualTypeOf<Message>();
      },
      close: (socket, code, reason) => {
        expectTypeOf(socket.data.name).toBeString();
        expectTypeOf(code).toBeNumber();
        expectTypeOf(reason).toBeString();
      },
    });
    expectTypeOf(server).toEqualTypeOf<WebSocketServer<{ name: string }>>();
    expectTypeOf(server.sockets).toEqualTypeOf<ReadonlySet<ServerSocket<{ name: string }>>>();
  });

  it("an asynchronous upgrade hook's data as well, beside refusals", () => {
    const server = new WebSocketServer({
      upgrade: async ({ headers }) => {
        if (!headers.get("authorization")) return { status: 401 };
        return { data: 7, subprotocol: "v1", headers: { "X-A": "b" } };
      },
      open: (socket) => expectTypeOf(socket.data).toEqualTypeOf<number>(),
    });
    expectTypeOf(server).toEqualTypeOf<WebSocketServer<number>>();
  });

  it("without data it is unknown, and may be said", () => {
    const plain = new WebSocketServer({ open: (socket) => expectTypeOf(socket.data).toBeUnknown() });
    expectTypeOf(plain).toEqualTypeOf<WebSocketServer>();
    const server = new WebSocketServer<{ room?: string }>({
      open: (socket) => void (socket.data = { room: "a" }),
    });
    server.publish("topic", "text", { except: [...server.sockets][0] });
  });

  it("messages are told apart by their type", () => {
    expectTypeOf<Extract<Message, { type: "text" }>>().toEqualTypeOf<TextMessage>();
    expectTypeOf<Extract<Message, { type: "binary" }>>().toEqualTypeOf<BinaryMessage>();
    // @ts-expect-error a binary message has no text
    expectTypeOf<BinaryMessage["text"]>().toBeAny();
  });

  it("what is sent, waited for and iterated", () => {
    expectTypeOf<ServerSocket["send"]>().returns.toEqualTypeOf<PromiseLike<void> | undefined>();
    expectTypeOf<ServerSocket["sendStream"]>().returns.resolves.toBeVoid();
    expectTypeOf<ServerSocket["closed"]>().resolves.toEqualTypeOf<CloseInfo>();
    expectTypeOf(prepare("x")).toEqualTypeOf<PreparedMessage>();
    expectTypeOf<ServerSocket>().toExtend<AsyncIterable<Message>>();
    expectTypeOf<ReturnType<ServerSocket["streams"]>>().toExtend<AsyncIterable<MessageStream>>();
    expectTypeOf<MessageStream>().toExtend<AsyncIterable<Uint8Array>>();
    // @ts-expect-error numbers cannot be sent
    const wrong = (socket: ServerSocket): unknown => socket.send(5);
    expectTypeOf(wrong).toBeFunction();
  });
});
