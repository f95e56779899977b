import { once } from "node:events";
import { describe, expect, it } from "vitest";
import type { MessageStream } from "../../src/index.ts";
import { closed, pair } from "./meet.ts";
import { collect, pattern } from "./pieces.ts";

describe("for await over socket.streams()", () => {
  it("gives each message, skips what was not read, and ends with the connection", async () => {
    const { socket, client } = await pair();
    const first = socket.streams();
    client.send(pattern(200_000));
    client.send(pattern(200_001));
    client.send("three");
    client.send("four");
    const seen: number[] = [];
    for await (const message of first) {
      if (seen.push((await collect(message)).length) === 1) break;
    }
    for await (const message of socket.streams()) {
      // The second is left unread.
      if (seen.length === 1) seen.push(0);
      else seen.push((await collect(message)).length);
      if (seen.length === 4) client.close();
    }
    expect(seen).toEqual([200_000, 0, 5, 4]);
    expect((await socket.closed).clean).toBe(true);
  });

  it("what comes after a loop that was left in the middle of a message waits for the next loop", async () => {
    const { socket, client } = await pair();
    client.send(pattern(300_000), { fin: false });
    for await (const message of socket.streams()) {
      await message.next();
      break;
    }
    client.send(pattern(300_000), { fin: true });
    // Its Pong comes when the rest has been thrown away.
    client.ping();
    await once(client, "pong");
    client.send("next");
    for (let turn = 0; turn < 20; turn++) await new Promise(setImmediate);
    for await (const message of socket.streams()) {
      expect(String(await collect(message))).toBe("next");
      break;
    }
  });

  it("who asks twice at once gets two messages", async () => {
    const { socket, client } = await pair();
    const streams = socket.streams();
    const asked = [streams.next(), streams.next()];
    client.send("one");
    client.send("two");
    await asked[0];
    const second = (await asked[1])!.value as MessageStream;
    expect(String(await collect(second))).toBe("two");
  });

  it("a loop that is left in the middle of a message throws away the rest of it", async () => {
    const { socket, client } = await pair();
    for (const _ of [1, 2]) client.send(pattern(400_000));
    client.send("end");
    for await (const message of socket.streams()) {
      for await (const piece of message) if (piece.length > 0) break;
      break;
    }
    const rest: number[] = [];
    for await (const message of socket.streams()) {
      rest.push((await collect(message)).length);
      if (rest.length === 2) break;
    }
    expect(rest).toEqual([400_000, 3]);
    const over = closed(client);
    client.close(4001);
    expect(await over).toEqual([4001, ""]);
  });
});
