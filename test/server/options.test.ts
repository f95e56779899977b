import { constants } from "node:buffer";
import { describe, expect, it } from "vitest";
import { WebSocketServer } from "../../src/index.ts";

describe("options", () => {
  const numbers = [
    "maxConnections",
    "maxPayload",
    "maxFragments",
    "maxHeaderBytes",
    "maxHeaders",
    "handshakeTimeout",
    "closeTimeout",
    "idleTimeout",
    "readAhead",
    "maxBuffered",
  ];
  it.each(numbers)("%s must be a whole number from 0", (name) => {
    for (const value of [-1, 1.5, NaN, Infinity, "7"]) {
      const error = expect.objectContaining({
        code: "ERR_INVALID_OPTION",
        message: expect.stringContaining(name),
      });
      expect(() => new WebSocketServer({ [name]: value })).toThrow(error);
    }
    expect(() => new WebSocketServer({ [name]: 0 })).not.toThrow();
  });

  it.each([
    ["threshold", -1, 0],
    ["takeoverBudget", -1, 0],
    ["serverMaxWindowBits", 7, 8],
    ["serverMaxWindowBits", 16, 15],
    ["clientMaxWindowBits", 7, 8],
    ["clientMaxWindowBits", 16, 15],
  ])("perMessageDeflate.%s must not be %i, but may be %i", (name, wrong, right) => {
    for (const value of [wrong, right + 0.5, NaN, "9", true]) {
      expect(() => new WebSocketServer({ perMessageDeflate: { [name]: value } })).toThrow(
        expect.objectContaining({ code: "ERR_INVALID_OPTION", message: expect.stringContaining(name) }),
      );
    }
    expect(() => new WebSocketServer({ perMessageDeflate: { [name]: right } })).not.toThrow();
  });

  it("maxPayload must not be more than a Buffer holds, but for streams", () => {
    const maxPayload = constants.MAX_LENGTH + 1;
    expect(() => new WebSocketServer({ message() {}, maxPayload })).toThrow(
      expect.objectContaining({ code: "ERR_INVALID_OPTION" }),
    );
    expect(() => new WebSocketServer({ message() {}, maxPayload: constants.MAX_LENGTH })).not.toThrow();
    expect(() => new WebSocketServer({ maxPayload: Number.MAX_SAFE_INTEGER, stream() {} })).not.toThrow();
  });

  it.each(["interval", "timeout"])("heartbeat.%s must be from 1 to what a timer can wait", (name) => {
    for (const value of [0, -1, 1.5, NaN, Infinity, "7", 2 ** 31]) {
      expect(() => new WebSocketServer({ heartbeat: { [name]: value } })).toThrow(
        expect.objectContaining({ code: "ERR_INVALID_OPTION", message: expect.stringContaining(name) }),
      );
    }
    for (const value of [1, 2 ** 31 - 1]) {
      expect(() => new WebSocketServer({ heartbeat: { [name]: value } })).not.toThrow();
    }
  });

  it.each([
    ["heartbeat", { heartbeat: true }],
    ["heartbeat", { heartbeat: null }],
    ["idleTimeout", { idleTimeout: 2 ** 31 }],
    ["perMessageDeflate", { perMessageDeflate: "yes" }],
    ["perMessageDeflate", { perMessageDeflate: 1 }],
    ["perMessageDeflate", { perMessageDeflate: null }],
    ["contextTakeover", { perMessageDeflate: { contextTakeover: "no" } }],
    ["origin", { origin: "https://a.example" }],
    ["subprotocols", { subprotocols: ["a b"] }],
    ["message", { message: "echo" }],
  ])("%s is checked", (name, options) => {
    expect(() => new WebSocketServer(options as object)).toThrow(
      expect.objectContaining({ code: "ERR_INVALID_OPTION", message: expect.stringContaining(name) }),
    );
  });

  it.each([{}, { port: 1, path: "/x" }, { port: -1 }, { port: 65536 }, { port: 1.5 }])(
    "listen refuses %o",
    async (options) => {
      await expect(new WebSocketServer().listen(options)).rejects.toMatchObject({
        code: "ERR_INVALID_OPTION",
      });
    },
  );

  it("listen rejects with the system's error", async () => {
    const server = new WebSocketServer();
    const { port } = await server.listen({ port: 0, host: "127.0.0.1" });
    await expect(server.listen({ port, host: "127.0.0.1" })).rejects.toMatchObject({ code: "EADDRINUSE" });
    await server.close();
  });
});
