import { once } from "node:events";
import net from "node:net";
import { describe, expect, it } from "vitest";
import type { UpgradeRequest } from "../../src/index.ts";
import { closed, expected, meet, refused, REQUEST, sendTogether } from "./meet.ts";

describe("hooks", () => {
  it("open, message and close are called in this order, with the request, the message and the code", async () => {
    const calls: unknown[] = [];
    const { promise: over, resolve } = expected();
    const { connect } = await meet({
      open: (socket, request) => void calls.push(["open", request.path, request.secure, socket.state]),
      message: (_, message) =>
        void calls.push(["message", message.type === "text" ? message.text : message.bytes.length]),
      close: (socket, code, reason) => {
        calls.push(["close", code, reason, socket.state]);
        resolve();
      },
    });
    const client = connect("/a?b=c");
    await once(client, "open");
    client.send("hé");
    client.send(new Uint8Array(3));
    client.close(4001, "enough");
    await over;
    expect(calls).toEqual([
      ["open", "/a?b=c", false, "open"],
      ["message", "hé"],
      ["message", 3],
      ["close", 4001, "enough", "closed"],
    ]);
  });

  it("are told the remote address for as long as the connection is there, and who has looked, longer", async () => {
    const requests: UpgradeRequest[] = [];
    const { server, connect } = await meet({
      open: (_, request) => {
        if (requests.push(request) === 1) expect(request.remoteAddress).toBe("127.0.0.1");
      },
    });
    for (let i = 0; i < 2; i++) {
      const client = connect();
      await once(client, "open");
      client.terminate();
    }
    while (server.sockets.size > 0) await new Promise(setImmediate);
    expect(requests.map(({ remoteAddress }) => remoteAddress)).toEqual(["127.0.0.1", undefined]);
  });

  it.each(["throws", "rejects"])(
    "a message hook that %s closes its connection with 1011, and no other",
    async (how) => {
      const failure = new Error("no");
      const reported: unknown[] = [];
      const { connect } = await meet({
        message: (socket, message) => {
          if (message.type === "text" && message.text === "fail") {
            if (how === "rejects") return Promise.reject(failure);
            throw failure;
          }
          socket.send(message);
          return undefined;
        },
        error: (error, socket) => void reported.push([error, socket?.state]),
      });
      const [bad, good] = [connect(), connect()];
      await Promise.all([once(bad, "open"), once(good, "open")]);
      const [badIsClosed, echoed] = [closed(bad), once(good, "message")];
      bad.send("fail");
      expect(await badIsClosed).toEqual([1011, ""]);
      good.send("still here");
      expect(String((await echoed)[0])).toBe("still here");
      expect(reported).toEqual([[failure, "closing"]]);
    },
  );

  it("an open hook that throws closes with 1011", async () => {
    const { connect } = await meet({
      open: () => {
        throw new Error("no");
      },
      error: () => {},
    });
    expect(await closed(connect())).toEqual([1011, ""]);
  });

  it("without an error hook a failure is a warning, and so is the failure of an error hook", async () => {
    const failing = (): never => {
      throw new Error("from a hook");
    };
    for (const error of [undefined, failing]) {
      const { connect } = await meet({ open: failing, ...(error && { error }) });
      const warning = once(process, "warning");
      await closed(connect());
      expect(String((await warning)[0])).toContain("from a hook");
    }
  });

  it("what open sends comes before what the first message causes", async () => {
    const { connect } = await meet({
      open: (socket) => void socket.send("welcome"),
      message: (socket, message) => void socket.send(message),
    });
    const client = connect();
    const received: string[] = [];
    const { promise: both, resolve } = expected();
    client.on("open", () => client.send("hello"));
    client.on("message", (data: Buffer) => received.push(data.toString()) === 2 && resolve());
    await both;
    expect(received).toEqual(["welcome", "hello"]);
  });

  it("after terminate no message is told, and close tells 1006", async () => {
    const calls: unknown[] = [];
    const { promise: over, resolve } = expected();
    const { connect } = await meet({
      message: (socket, message) => {
        calls.push(message.type === "text" && message.text);
        socket.terminate();
      },
      close: (_, code) => {
        calls.push(code);
        resolve();
      },
    });
    const client = connect();
    client.on("error", () => {});
    await once(client, "open");
    sendTogether(client, "1", "2");
    await over;
    expect(calls).toEqual(["1", 1006]);
  });
});

describe("the upgrade hook", () => {
  const ways: [string, <T>(x: T) => T | Promise<T>][] = [
    ["synchronously", (x) => x],
    ["later", async (x) => x],
  ];

  it.each(ways)("%s gives the socket its data", async (_, wrap) => {
    const data = { name: "Ada" };
    const told = expected<unknown>();
    const { connect } = await meet({
      upgrade: () => wrap({ data }),
      open: (socket) => told.resolve(socket.data),
    });
    await once(connect(), "open");
    expect(await told.promise).toBe(data);
  });

  it.each(ways)("%s accepts with a subprotocol and headers", async (_, wrap) => {
    const { connect } = await meet({
      upgrade: ({ subprotocols }) => wrap({ subprotocol: subprotocols[1]!, headers: { "X-Room": "blue" } }),
      open: (socket) => void socket.send(String(socket.subprotocol)),
    });
    const client = connect("/", ["v1", "v2"]);
    const [upgrade, message] = [once(client, "upgrade"), once(client, "message")];
    expect((await upgrade)[0].headers).toMatchObject({ "x-room": "blue", "sec-websocket-protocol": "v2" });
    expect(String((await message)[0])).toBe("v2");
  });

  it.each(ways)("%s refuses with status, headers and body", async (_, wrap) => {
    const { connect } = await meet({
      upgrade: () => wrap({ status: 401, headers: { "WWW-Authenticate": "Basic" }, body: "who are you, ß?" }),
    });
    const response = await refused(connect());
    expect(response).toMatchObject({ status: 401, body: "who are you, ß?\n" });
    expect(response.headers).toMatchObject({
      "www-authenticate": "Basic",
      connection: "close",
      "content-length": "17",
    });
  });

  it.each(ways)("%s says nothing, and the server's own subprotocols are chosen from", async (_, wrap) => {
    const { connect } = await meet({ subprotocols: ["v3", "v2"], upgrade: () => wrap(undefined) });
    const client = connect("/", ["v1", "v2"]);
    await once(client, "open");
    expect(client.protocol).toBe("v2");
  });

  it.each([
    ["a status that is no refusal", { status: 200 }],
    ["a subprotocol that was not offered", { subprotocol: "v9" }],
    ["a subprotocol with a line break", { subprotocol: "v1\r\nX: 1" }],
    ["a header with a line break", { headers: { "X-A": "1\r\nX-B: 2" } }],
    ["a header with NUL", { headers: { "X-A": "1\0" } }],
    ["a header's name with a space", { headers: { "X A": "1" } }],
    ["a header of the handshake", { headers: { "Sec-WebSocket-Accept": "x" } }],
    ["a refusal's header with a line break", { status: 401, headers: { "X-A": "1\n" } }],
  ])("answers with %s: 500, and the error hook is told", async (_, answer) => {
    const errors: unknown[] = [];
    const { connect } = await meet({ upgrade: () => answer, error: (error) => void errors.push(error) });
    expect(await refused(connect("/", ["v1"]))).toMatchObject({ status: 500 });
    expect(errors).toEqual([expect.objectContaining({ code: "ERR_INVALID_ANSWER" })]);
  });

  it.each(["throws", "rejects"])("that %s is answered with 500", async (how) => {
    const failure = new Error("no");
    const errors: unknown[] = [];
    const { connect } = await meet({
      upgrade: () => {
        if (how === "rejects") return Promise.reject(failure);
        throw failure;
      },
      error: (error) => void errors.push(error),
    });
    expect(await refused(connect())).toMatchObject({ status: 500 });
    expect(errors).toEqual([failure]);
  });

  it("takes its time: what the client sends meanwhile is not lost", async () => {
    const asked = expected();
    const answer = expected();
    const { port } = await meet({
      upgrade: () => {
        asked.resolve();
        return answer.promise;
      },
      message: (socket, message) => void socket.send(message),
    });
    const client = net.connect(port, "127.0.0.1");
    client.write(REQUEST);
    client.write(Buffer.from([0x81, 0x81, 0, 0, 0, 0, 0x61]));
    await asked.promise;
    await new Promise<void>((resolve) =>
      client.write(Buffer.from([0x81, 0x81, 0, 0, 0, 0, 0x62]), () => resolve()),
    );
    // The octets are in the server's socket now: give it turns in which it could read and lose them.
    for (let turn = 0; turn < 10; turn++) await new Promise(setImmediate);
    answer.resolve();
    let received = Buffer.alloc(0);
    for await (const chunk of client) {
      received = Buffer.concat([received, chunk as Buffer]);
      if (received.includes(Buffer.from([0x81, 1, 0x62]))) break;
    }
    expect(received.subarray(received.indexOf("\r\n\r\n") + 4).toString("latin1")).toBe("\x81\x01a\x81\x01b");
  });

  it("may find the client gone: nothing is opened", async () => {
    const asked = expected();
    const answer = expected();
    const calls: string[] = [];
    const { server, port, connect } = await meet({
      upgrade: () => {
        asked.resolve();
        return answer.promise;
      },
      open: () => void calls.push("open"),
      close: () => void calls.push("close"),
      error: (error) => void calls.push(String(error)),
    });
    const client = net.connect(port, "127.0.0.1");
    client.write(REQUEST);
    await asked.promise;
    const gone = once(client, "close");
    client.resetAndDestroy();
    await gone;
    answer.resolve();
    // A later connection shows that the server goes on, and that all of this has been seen.
    const second = connect();
    await once(second, "open");
    await closed((second.close(), second));
    await server.close();
    expect(calls.filter((call) => call === "open")).toHaveLength(
      calls.filter((call) => call === "close").length,
    );
  });
});
