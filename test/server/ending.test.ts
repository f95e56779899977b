import { once } from "node:events";
import net from "node:net";
import { describe, expect, it } from "vitest";
import { expected, meet, refused, REQUEST } from "./meet.ts";

describe("a peer that ends its half of TCP", () => {
  it("gets what was sent before and the answer to its Close frame, however late it reads", async () => {
    const large = new Uint8Array(15 * 1024 * 1024);
    const opened = expected();
    const { port } = await meet({
      closeTimeout: 10_000,
      open: (socket) => {
        // More than the kernel's buffers take, and behind it what waits in the connection.
        socket.send(large);
        socket.send("last");
        opened.resolve();
      },
    });
    const client = net.connect({ port, host: "127.0.0.1", allowHalfOpen: true });
    client.write(REQUEST);
    await opened.promise;
    // An empty Close frame, then FIN.
    client.end(Buffer.from([0x88, 0x80, 0, 0, 0, 0]));
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
    const all = Buffer.concat((await client.toArray()) as Buffer[]);
    const tail = Buffer.concat([Buffer.from([0x81, 4]), Buffer.from("last"), Buffer.from([0x88, 0])]);
    expect(all.subarray(-tail.length)).toEqual(tail);
    expect(all.length).toBeGreaterThan(large.length);
  });
});

describe("a client that resets", () => {
  it.each([
    ["after a head that is malformed", "GET /\0 HTTP/1.1\r\n\r\n"],
    ["after a request of the wrong version", "GET / HTTP/1.0\r\n\r\n"],
    ["after a request that a hook refuses", REQUEST],
  ])("%s does no harm", async (_, request) => {
    const { port, connect } = await meet({ upgrade: () => ({ status: 401 }) });
    for (let i = 0; i < 20; i++) {
      const client = net.connect(port, "127.0.0.1");
      client.write(request);
      await once(client, i % 2 === 0 ? "data" : "connect");
      // Unread input on the server's side makes it see the reset while it still writes.
      client.write(Buffer.alloc(100_000));
      client.resetAndDestroy();
    }
    expect(await refused(connect())).toMatchObject({ status: 401 });
  });
});
